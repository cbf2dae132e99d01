import {
  Graph,
  wholeBuffer,
  wholeTile,
  type Buffer,
  type BufferRole,
  type CompileOptions,
  type ExecutionModule,
  type Instruction,
  type MappedRegion,
  type MemoryLevel,
  type ModulePattern,
  type Node,
  type PlacedProgram,
  type PlanResult,
  type Program,
  type Slice,
  type Target,
} from 'match-compiler';

export interface SampleBuffer {
  readonly name: string;
  readonly bytes: number;
  readonly role?: BufferRole;
  readonly memory?: string;
  readonly alignment?: number;
  readonly content?: Uint8Array;
}

export interface SampleOverlap {
  readonly input: string;
  readonly output: string;
  readonly lead: number;
}

export interface SampleKernel {
  readonly kind?: 'call' | 'launch';
  readonly name: string;
  /** What it runs on: a launch has an engine of its own when absent, calls have one together. */
  readonly engine?: string;
  readonly reads?: readonly (string | Slice)[];
  readonly constants?: readonly string[];
  readonly writes?: readonly (string | Slice)[];
  readonly scratch?: readonly string[];
  readonly overlaps?: readonly SampleOverlap[];
}

export type SampleStep = SampleKernel | { readonly wait: string };

export interface SampleLevel {
  readonly bytes?: number;
  readonly alignment?: number;
  readonly access?: MemoryLevel['access'];
}

export interface Sample {
  readonly buffers: readonly SampleBuffer[];
  readonly steps: readonly SampleStep[];
  readonly memories?: Readonly<Record<string, SampleLevel>>;
}

/** A program over a made-up target, for a planner that looks at buffers and instructions alone. */
export function sampleProgram({ buffers, steps, memories = { ram: {} } }: Sample): Program {
  const all = buffers.map((buffer, id): Buffer => ({
    id,
    name: buffer.name,
    bytes: buffer.bytes,
    memory: buffer.memory ?? 'ram',
    alignment: buffer.alignment ?? 1,
    role: buffer.role ?? 'activation',
    ...(buffer.content && { content: buffer.content }),
  }));
  const named = (name: string): Buffer => {
    const found = all.find((buffer) => buffer.name === name);
    if (!found) throw new Error(`the sample has no buffer ${name}`);
    return found;
  };
  const slice = (operand: string | Slice): Slice =>
    typeof operand === 'string' ? wholeBuffer(named(operand)) : operand;
  const body = steps.map((step, id): Instruction => {
    if ('wait' in step) return { kind: 'wait', token: step.wait };
    return {
      kind: step.kind ?? 'call',
      token: step.name,
      region: sampleRegion(step.name, id, step.engine ?? (step.kind === 'launch' ? step.name : 'core')),
      tile: wholeTile,
      cycles: 0,
      dispatchCycles: 0,
      inputs: (step.reads ?? []).map(slice),
      constants: (step.constants ?? []).map(slice),
      outputs: (step.writes ?? []).map(slice),
      scratch: (step.scratch ?? []).map(slice),
      overlaps: (step.overlaps ?? []).map(({ input, output, lead }) => ({
        input: named(input),
        output: named(output),
        lead,
      })),
    };
  });
  return programOf(all, body, memories);
}

export function programOf(
  buffers: readonly Buffer[],
  body: readonly Instruction[],
  memories: Readonly<Record<string, SampleLevel>> = { ram: {} },
): Program {
  const graph = new Graph({
    name: 'sample',
    info: { file: 'sample', format: 'none', dialect: 'none', recognised: [] },
    inputs: [],
    outputs: [],
    nodes: [],
  });
  const target: Target = {
    name: 'board',
    description: '',
    memories: Object.fromEntries(
      Object.entries(memories).map(([name, level]) => [
        name,
        { bytes: 2 ** 30, alignment: 1, access: 'read-write', links: [], ...level },
      ]),
    ),
    homes: { activations: 'ram', constants: 'ram' },
    modules: [],
    packings: {},
    platforms: {},
  };
  return {
    mapping: {
      graph,
      target,
      regions: [],
      stages: [],
      places: new Map(),
      layouts: new Map(),
      views: new Map(),
      predictedCycles: 0,
      lowerBoundCycles: 0,
    },
    buffers,
    bufferOf: new Map(),
    body,
  };
}

export function sampleRegion(name: string, id: number, engine = 'core'): MappedRegion {
  const root: Node = {
    id,
    op: { name, summary: '', infer: () => [], evaluate: () => [] },
    name,
    inputs: [],
    outputs: [],
    attributes: {},
    loc: [],
  };
  const pattern: ModulePattern = {
    name,
    pattern: { text: name, step: () => ({ no: { node: root, reason: '', matched: 0 } }) },
    layouts: () => [],
    cycles: () => 0,
    kernel: {
      instantiate: () => {
        throw new Error('not to be emitted');
      },
    },
  };
  const module: ExecutionModule = {
    name: engine,
    description: '',
    operands: { activations: 'ram', constants: 'ram' },
    queueDepth: 0,
    dispatchCycles: 0,
    patterns: [pattern],
  };
  return {
    id,
    module,
    pattern,
    region: {
      root,
      nodes: [root],
      inputs: [],
      constants: [],
      outputs: [],
      match: { root, nodes: [root], captures: new Map(), values: new Map() },
    },
    schedule: {
      tile: {},
      order: [],
      inputs: [],
      constants: [],
      outputs: [],
      layouts: { inputs: [], constants: [], outputs: [] },
      cycles: 0,
      scratch: [],
      overlaps: [],
      bytes: {},
    },
    share: wholeTile,
  };
}

export const inArena: PlacedProgram['io'] = { inputs: 'arena', outputs: 'arena' };

export function sampleOptions(io: PlacedProgram['io'] = inArena): CompileOptions {
  return { name: 'sample', io, lineDirectives: false, samples: [] };
}

/** The placed program of a result that is expected to fit. */
export function placedOf(result: PlanResult): PlacedProgram {
  if ('placed' in result) return result.placed;
  throw new Error(`does not fit ${result.doesNotFit.memory}: ${result.doesNotFit.needed} bytes`);
}
