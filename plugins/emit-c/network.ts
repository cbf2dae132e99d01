import {
  cIdentifier,
  IdentifierTable,
  mainNode,
  sharedConstants,
  unrollLoops,
  type Buffer,
  type CompileOptions,
  type EmitContext,
  type Graph,
  type Instruction,
  type KernelInstruction,
  type MappedRegion,
  type PlacedProgram,
  type Program,
  type Target,
  type Value,
} from 'match-compiler';
import { instantiateKernels, nameKernels, type KernelInstances, type KernelSet } from './kernel-set.ts';
import { networkRuntime, type NetworkRuntime } from './runtime.ts';

/** Where the user finds an input or an output of the network. */
export interface Port {
  readonly value: Value;
  readonly buffer: Buffer | undefined;
  /** Name of the parameter of the entry point, and end of the names of functions. */
  readonly name: string;
  /** Beginning of the names of macros about it. */
  readonly macro: string;
  /** The caller hands over the memory; otherwise a function gives its address. */
  readonly owner: 'caller' | 'arena';
  /** The entry point copies it: the bytes belong to a constant, to an input or to another output. */
  readonly copied: boolean;
}

/** A constant array of the emitted C. */
export interface ConstantArray {
  readonly symbol: string;
  readonly buffer: Buffer;
}

/** Everything that more than one of the emitted files must agree on. */
export interface Network {
  readonly name: string;
  /** `name` in capitals: the beginning of all macros. */
  readonly macro: string;
  readonly target: Target;
  readonly options: CompileOptions;
  readonly placed: PlacedProgram;
  readonly program: Program;
  readonly graph: Graph;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** The program without its loops; absent where the controller does everything. */
  readonly flat: ReturnType<typeof unrollLoops> | undefined;
  /** Kernel calls in the order of the program's text. */
  readonly calls: readonly KernelInstruction[];
  /** The arrays, each content once. */
  readonly constants: readonly ConstantArray[];
  readonly symbols: ReadonlyMap<Buffer, string>;
  /** Constants that are outputs of the network as they are. */
  readonly constantOutputs: ReadonlyMap<Value, ConstantArray>;
  readonly kernels: KernelSet;
  /** Absent where the controller does everything. */
  readonly runtime: NetworkRuntime | undefined;
  /** Identifiers at file scope that are taken. */
  readonly fileScope: IdentifierTable;
}

export function describeNetwork({ placed, target, options }: EmitContext): Network {
  const runtime = networkRuntime(placed.program, target);
  // Loops are made anew where the text of the statements is known.
  const flat = runtime && unrollLoops(placed.program.body);
  const program = flat ? { ...placed.program, body: flat } : placed.program;
  const { graph } = program.mapping;
  const name = cIdentifier(options.name);
  const calls = callsOf(program.body);
  const kernels = instantiateKernels(calls);
  const jobNames = [...kernels.jobs.values()].map(({ kernel }) => kernel.name);
  const fileScope = new IdentifierTable([`${name}_run`, ...kernels.supportNames, ...jobNames]);
  const { inputs, outputs } = portsOf(placed, name, fileScope);
  const shared = sharedConstants(program);
  const { constants, symbols } = nameConstants(name, calls, kernels, shared, fileScope);
  const constantOutputs = new Map<Value, ConstantArray>();
  for (const value of graph.outputs) {
    if (!value.constant || program.bufferOf.has(value) || constantOutputs.has(value)) continue;
    const array = {
      symbol: fileScope.unique(`${name}_${cIdentifier(shortName(value.name))}`),
      buffer: constantBuffer(value, target),
    };
    constantOutputs.set(value, array);
    constants.push(array);
  }
  return {
    name,
    macro: name.toUpperCase(),
    target,
    options,
    placed,
    program,
    graph,
    inputs,
    outputs,
    flat,
    calls,
    constants,
    symbols,
    constantOutputs,
    kernels: nameKernels(kernels, fileScope),
    runtime,
    fileScope,
  };
}

/** Inputs and outputs. They take their names first: the user reads them most. */
function portsOf(
  { program, io }: PlacedProgram,
  name: string,
  fileScope: IdentifierTable,
): Pick<Network, 'inputs' | 'outputs'> {
  const { graph } = program.mapping;
  const macros = new IdentifierTable();
  const named = (value: Value, kind: 'input' | 'output'): Pick<Port, 'name' | 'macro'> => {
    const own = fileScope.unique(value.name);
    // The function that gives its address has a name as well.
    fileScope.unique(`${name}_${kind}_${own}`);
    const prefix = `${name}_${kind === 'input' ? 'in' : 'out'}_${own}`.toUpperCase();
    return { name: own, macro: macros.unique(prefix) };
  };
  const inputs = graph.inputs.map((value): Port => ({
    value,
    buffer: program.bufferOf.get(value),
    ...named(value, 'input'),
    owner: io.inputs,
    copied: false,
  }));
  const written = new Set<Buffer>();
  const outputs = graph.outputs.map((value): Port => {
    const buffer = program.bufferOf.get(value);
    const own = buffer?.role === 'output' && !written.has(buffer);
    if (buffer) written.add(buffer);
    // In the arena, any place will do; in the caller's memory there is only the caller's place.
    const copied = io.outputs === 'caller' ? !own : buffer?.role === 'input' && io.inputs === 'caller';
    return { value, buffer, ...named(value, 'output'), owner: io.outputs, copied };
  });
  return { inputs, outputs };
}

/** Constants are called by the layer that uses them first and their part in it: `net_conv_1_weights`. */
function nameConstants(
  name: string,
  calls: readonly KernelInstruction[],
  kernels: KernelInstances,
  shared: ReadonlyMap<Buffer, Buffer>,
  scope: IdentifierTable,
): { readonly constants: ConstantArray[]; readonly symbols: ReadonlyMap<Buffer, string> } {
  const wanted = new Map<Buffer, string>();
  for (const call of calls) {
    const layer = layerName(call.region);
    for (const [index, part] of constantParts(call, kernels)) {
      const buffer = call.constants[index]?.buffer;
      const stored = buffer && shared.get(buffer);
      if (stored && !wanted.has(stored)) wanted.set(stored, `${layer}_${part}`);
    }
  }
  for (const [buffer, stored] of shared) {
    if (buffer.packed && !wanted.has(stored)) wanted.set(stored, `${layerName(buffer.packed)}_constants`);
  }
  const constants: ConstantArray[] = [];
  const symbols = new Map<Buffer, string>();
  for (const [buffer, stored] of shared) {
    if (!symbols.has(stored)) {
      const symbol = scope.unique(`${name}_${cIdentifier(wanted.get(stored) ?? shortName(stored.name))}`);
      symbols.set(stored, symbol);
      constants.push({ symbol, buffer: stored });
    }
    symbols.set(buffer, symbols.get(stored) ?? '');
  }
  return { constants, symbols };
}

/** What a kernel calls its constants, by their index. */
function constantParts(
  call: KernelInstruction,
  { byCall, jobs }: KernelInstances,
): readonly (readonly [index: number, name: string])[] {
  const named = [
    ...(byCall.get(call)?.parameters ?? []),
    ...(jobs.get(call)?.fields.flatMap((field) => ('role' in field ? [field] : [])) ?? []),
  ];
  return named.flatMap(({ role, index, name }) => (role === 'constant' ? [[index, name] as const] : []));
}

/** The model's own name of what a region computes, short enough for an identifier. */
export function layerName({ region }: MappedRegion): string {
  const main = mainNode(region.nodes, region.root);
  return shortName(main.loc[0]?.node ?? main.name);
}

const longestName = 40;

/** The end of a path-like name, as many parts as stay readable; of fused names the first. */
function shortName(name: string): string {
  const [first = name] = name.split(';');
  const parts = first.split('/').filter((part) => part !== '');
  let short = parts.pop() ?? first;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part.length + 1 + short.length > longestName) break;
    short = `${part}/${short}`;
  }
  return short;
}

/** An output that the compiler folded to a constant is stored like any other constant. */
function constantBuffer(value: Value, target: Target): Buffer {
  const memory = target.homes.constants;
  const content = value.constant;
  return {
    id: -1,
    name: value.name,
    memory,
    bytes: content?.data.byteLength ?? 0,
    alignment: target.memories[memory]?.alignment ?? 1,
    role: 'constant',
    value,
    ...(content && { content }),
  };
}

function callsOf(body: readonly Instruction[]): KernelInstruction[] {
  return body.flatMap((instruction) => {
    if (instruction.kind === 'loop') return callsOf(instruction.body);
    return instruction.kind === 'call' || instruction.kind === 'launch' ? [instruction] : [];
  });
}

/** The first lines of every emitted file. */
export function banner({ name, target }: Network, what: string): string[] {
  return [`${name}: ${what}`, `Generated by match-compiler for the target ${target.name}. Do not edit.`];
}
