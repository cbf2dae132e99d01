import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bytesOf,
  createCompiler,
  semanticFlags,
  warningFlags,
  type Bundle,
  type CompileOptions,
  type Mapping,
  type PlacedProgram,
  type Program,
  type StageContext,
  type Tensor,
} from 'match-compiler';
import { emitC } from 'match-compiler/plugins/emit-c';
import { memoryPlanner, planProgram } from 'match-compiler/plugins/memory-planner';
import { scheduler } from 'match-compiler/plugins/scheduler';

const io: CompileOptions['io'] = { inputs: 'arena', outputs: 'arena' };

const compiler = createCompiler({
  plugins: [scheduler(), memoryPlanner(), emitC()],
  report: () => undefined,
});

function contextOf(mapping: Mapping, options: Partial<CompileOptions>): StageContext {
  return {
    target: mapping.target,
    options: { name: 'toy', io, lineDirectives: false, samples: [], ...options },
  };
}

/** The scheduler's program for a mapping. */
export function toyProgram(mapping: Mapping): Promise<Program> {
  return compiler.assemble(mapping, contextOf(mapping, {}));
}

/** Addresses for a program that need not be right. */
export function placeProgram(program: Program, where: PlacedProgram['io'] = io): PlacedProgram {
  const result = planProgram(program, where);
  if (!('placed' in result)) throw new RangeError('the program does not fit');
  return result.placed;
}

/** Unchecked, so that programs that are wrong get as far as the simulator. */
export function emitPlaced(placed: PlacedProgram): Promise<Bundle> {
  return compiler.emit(placed, contextOf(placed.program.mapping, { io: placed.io }));
}

export interface ToyFigures {
  readonly busy: readonly number[];
  readonly waiting: number;
  readonly overhead: number;
  readonly calls: number;
  readonly end: number;
}

export interface ToyRun {
  readonly status: number | null;
  readonly message: string;
  /** Of each sample, all outputs. */
  readonly outputs: readonly Uint8Array[];
  readonly report: {
    readonly runs: readonly number[];
    readonly engines: readonly string[];
    readonly layers: readonly ToyFigures[];
  };
  readonly trace: string;
}

export type Environment = Readonly<Record<string, string>>;

export const modes: readonly Environment[] = ['eager', 'lazy'].flatMap((completion) =>
  ['forward', 'backward'].map((workers) => ({ MATCH_SIM: completion, MATCH_SIM_WORKERS: workers })),
);

/** Compiles and runs bundles; files that stay the same are compiled once. */
export class Workbench {
  readonly folder: string;
  readonly #compiler: readonly string[];
  readonly #contents = new Map<string, string>();

  constructor(folder: string, compiler: readonly string[]) {
    this.folder = folder;
    this.#compiler = compiler;
  }

  /** One run per environment. */
  run(
    bundle: Bundle,
    samples: readonly (readonly Tensor[])[],
    environments: readonly Environment[] = [{}],
  ): ToyRun[] {
    const changed = [...bundle.files.values()].filter(
      ({ path, content }) => this.#contents.get(path) !== String(content),
    );
    for (const { path, content } of changed) {
      writeFileSync(join(this.folder, path), content);
      this.#contents.set(path, String(content));
    }
    const sources = [...bundle.files.keys()].filter((path) => path.endsWith('.c'));
    const headers = changed.map(({ path }) => path).filter((path) => path.endsWith('.h'));
    // The runtime knows nothing of the network's headers.
    const affects = (header: string, source: string): boolean =>
      header.startsWith('match_') || !source.startsWith('match_');
    const stale = sources.filter(
      (source) =>
        changed.some(({ path }) => path === source) || headers.some((header) => affects(header, source)),
    );
    if (stale.length > 0) this.#compile(['-c', ...stale]);
    this.#compile([...sources.map((path) => path.replace(/c$/, 'o')), '-o', 'toy', '-lm']);
    const bytes = samples.flatMap((inputs) => inputs.map(({ data }) => bytesOf(data)));
    writeFileSync(join(this.folder, 'in'), Buffer.concat(bytes));
    return environments.map((environment) => this.#once(samples.length, environment));
  }

  #once(samples: number, environment: Environment): ToyRun {
    const path = (file: string): string => join(this.folder, file);
    for (const file of ['out', 'report', 'trace']) rmSync(path(file), { force: true });
    const { status, stderr } = spawnSync('./toy', ['--input', 'in', '--output', 'out'], {
      cwd: this.folder,
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, MATCH_SIM_REPORT: 'report', MATCH_SIM_TRACE: 'trace', ...environment },
    });
    const text = (file: string): string => (existsSync(path(file)) ? readFileSync(path(file), 'utf8') : '');
    const bytes = status === 0 ? readFileSync(path('out')) : Buffer.alloc(0);
    const size = bytes.length / samples;
    return {
      status,
      message: stderr,
      outputs: Array.from({ length: samples }, (_, i) =>
        Uint8Array.from(bytes.subarray(i * size, (i + 1) * size)),
      ),
      report: JSON.parse(text('report') || '{"runs":[],"engines":[],"layers":[]}') as ToyRun['report'],
      trace: text('trace'),
    };
  }

  #compile(args: readonly string[]): void {
    const [command = 'gcc', ...flags] = this.#compiler;
    execFileSync(command, [...semanticFlags, ...warningFlags, ...flags, ...args], {
      cwd: this.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

/** Hands over a workbench with a folder of its own. */
export async function withWorkbench<T>(
  use: (workbench: Workbench) => T | Promise<T>,
  compiler: readonly string[] = ['gcc', '-O1'],
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'match-toy-'));
  try {
    return await use(new Workbench(folder, compiler));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Compiles and runs one bundle. */
export function runToy(
  bundle: Bundle,
  samples: readonly (readonly Tensor[])[],
  environments: readonly Environment[] = [{}],
  compiler: readonly string[] = ['gcc', '-O1'],
): Promise<ToyRun[]> {
  return withWorkbench((workbench) => workbench.run(bundle, samples, environments), compiler);
}

/** A workbench for all tests of a file; `release` removes its folder. */
export function sharedWorkbench(): { readonly workbench: Workbench; readonly release: () => void } {
  const workbench = new Workbench(mkdtempSync(join(tmpdir(), 'match-toy-')), ['gcc', '-O0']);
  return { workbench, release: () => rmSync(workbench.folder, { recursive: true, force: true }) };
}
