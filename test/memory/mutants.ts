import {
  checkPlan,
  unrollLoops,
  verifyProgram,
  type Buffer,
  type Instruction,
  type KernelInstruction,
  type OperandStrides,
  type PlacedProgram,
  type Slice,
  type TransferInstruction,
} from 'match-compiler';
import { outputHashes } from './hash-run.js';

/** A placed program with one fault put in. */
export interface Mutant {
  readonly kind: string;
  readonly detail: string;
  readonly placed: PlacedProgram;
}

export interface MutantSurvey {
  readonly mutants: number;
  /** No difference at any pace of the engines, and nothing found. */
  readonly equivalent: number;
  readonly caught: number;
  readonly survivors: readonly Mutant[];
  /** Per kind of mutation: caught, equivalent, survived. */
  readonly kinds: ReadonlyMap<string, readonly [number, number, number]>;
}

/** What finds faults; the checkers of the compiler when nothing else is given. */
export type Detector = (placed: PlacedProgram) => boolean;

export const byCheckers: Detector = (placed) =>
  verifyProgram(placed.program).length > 0 || checkPlan(placed).length > 0;

/** Puts `count` faults, one at a time, into a placed program and sees which are found. Deterministic in `seed`. */
export function surveyMutants(
  placed: PlacedProgram,
  count: number,
  seed: number,
  detects: Detector = byCheckers,
): MutantSurvey {
  const flat = { ...placed, program: { ...placed.program, body: unrollLoops(placed.program.body) } };
  const expected = outputHashes(flat);
  if (new Set(expected).size !== 1) throw new Error('the program depends on the pace of its engines');
  const random = randomOf(seed);
  const kinds = new Map<string, [number, number, number]>();
  const survivors: Mutant[] = [];
  let [mutants, equivalent, caught] = [0, 0, 0];
  for (let tries = 0; mutants < count && tries < 20 * count; tries++) {
    const names = Object.keys(mutations);
    const kind = names[random(names.length)] ?? '';
    const made = mutations[kind]?.(flat, random);
    if (!made) continue;
    const mutant = { kind, ...made };
    mutants++;
    const tally = kinds.get(kind) ?? [0, 0, 0];
    kinds.set(kind, tally);
    if (detects(mutant.placed)) {
      caught++;
      tally[0]++;
    } else if (outputHashes(mutant.placed).every((hash) => hash === expected[0])) {
      equivalent++;
      tally[1]++;
    } else {
      survivors.push(mutant);
      tally[2]++;
    }
  }
  return { mutants, equivalent, caught, survivors, kinds };
}

type Random = (below: number) => number;
type Mutation = (placed: PlacedProgram, random: Random) => Omit<Mutant, 'kind'> | undefined;

/** Numbers below a limit; a linear congruential generator, constants of Numerical Recipes. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function withBody(placed: PlacedProgram, body: readonly Instruction[]): PlacedProgram {
  return { ...placed, program: { ...placed.program, body } };
}

/** The index of a random instruction of a kind. */
function pick<T extends Instruction>(
  { program: { body } }: PlacedProgram,
  random: Random,
  chosen: (instruction: Instruction) => instruction is T,
): readonly [at: number, instruction: T] | undefined {
  const indices = body.flatMap((instruction, i) => (chosen(instruction) ? [i] : []));
  const at = indices[random(indices.length)];
  const instruction = at === undefined ? undefined : body[at];
  return at !== undefined && instruction && chosen(instruction) ? [at, instruction] : undefined;
}

const isWait = (each: Instruction): each is Extract<Instruction, { kind: 'wait' }> => each.kind === 'wait';
const isTransfer = (each: Instruction): each is TransferInstruction => each.kind === 'transfer';
const isKernel = (each: Instruction): each is KernelInstruction =>
  each.kind === 'launch' || each.kind === 'call';

function replaced(placed: PlacedProgram, at: number, instruction: Instruction): PlacedProgram {
  return withBody(placed, placed.program.body.with(at, instruction));
}

/** Moves the instruction by so many places. */
function moved(placed: PlacedProgram, at: number, by: number): PlacedProgram | undefined {
  const body = [...placed.program.body];
  const to = at + by;
  if (to < 0 || to >= body.length || by === 0) return undefined;
  const [instruction] = body.splice(at, 1);
  if (instruction) body.splice(to, 0, instruction);
  return withBody(placed, body);
}

/** A job without the wait that belongs to it. */
function dropped(placed: PlacedProgram, at: number): PlacedProgram {
  const { body } = placed.program;
  const victim = body[at];
  const token = victim && 'token' in victim && victim.kind !== 'call' ? victim.token : undefined;
  const wait = body.findIndex((each, i) => i > at && each.kind === 'wait' && each.token === token);
  return withBody(
    placed,
    body.filter((_, i) => i !== at && i !== wait),
  );
}

type Operands = 'inputs' | 'constants' | 'outputs';
const operandRoles: readonly Operands[] = ['inputs', 'constants', 'outputs'];

function withSlice(
  kernel: KernelInstruction,
  role: Operands,
  index: number,
  slice: Slice,
): KernelInstruction {
  return { ...kernel, [role]: kernel[role].with(index, slice) };
}

function pickSlice(
  kernel: KernelInstruction,
  random: Random,
): { readonly role: Operands; readonly index: number; readonly slice: Slice } | undefined {
  const all = operandRoles.flatMap((role) => kernel[role].map((slice, index) => ({ role, index, slice })));
  return all[random(all.length)];
}

function shifted(slice: Slice, by: number): Slice {
  return { ...slice, offset: { ...slice.offset, base: slice.offset.base + by } };
}

/** Another buffer of the same memory that is as large: the sibling of a tile buffer first of all. */
function sibling(placed: PlacedProgram, buffer: Buffer, random: Random): Buffer | undefined {
  const stem = buffer.name.replace(/\d+$/, '');
  const others = placed.program.buffers.filter(
    (other) =>
      other !== buffer &&
      other.memory === buffer.memory &&
      other.role === buffer.role &&
      other.bytes >= buffer.bytes,
  );
  const twins = others.filter((other) => other.name.startsWith(stem));
  const list = twins.length > 0 ? twins : others;
  return list[random(list.length)];
}

const distances = [1, -1, 2, 4, -4, 8, 16, -16, 64];

const mutations: Readonly<Record<string, Mutation>> = {
  'a wait is dropped': (placed, random) => {
    const found = pick(placed, random, isWait);
    if (!found) return undefined;
    const [at, { token }] = found;
    const body = placed.program.body.filter((_, i) => i !== at);
    return { detail: `wait ${token} at ${at}`, placed: withBody(placed, body) };
  },
  'a wait comes later': (placed, random) => {
    const found = pick(placed, random, isWait);
    const result = found && moved(placed, found[0], 1 + random(8));
    return found && result && { detail: `wait ${found[1].token} at ${found[0]}`, placed: result };
  },
  'a launch or transfer comes earlier': (placed, random) => {
    const found = pick(
      placed,
      random,
      (each): each is KernelInstruction | TransferInstruction => isKernel(each) || isTransfer(each),
    );
    const result = found && moved(placed, found[0], -1 - random(6));
    return found && result && { detail: `${found[1].token} at ${found[0]}`, placed: result };
  },
  'a wait names another token': (placed, random) => {
    const found = pick(placed, random, isWait);
    const other = pick(placed, random, isWait);
    if (!found || !other || found[1].token === other[1].token) return undefined;
    return {
      detail: `wait ${found[1].token} at ${found[0]} becomes ${other[1].token}`,
      placed: replaced(placed, found[0], { kind: 'wait', token: other[1].token }),
    };
  },
  'a transfer is dropped': (placed, random) => {
    const found = pick(placed, random, isTransfer);
    return found && { detail: `at ${found[0]}`, placed: dropped(placed, found[0]) };
  },
  'a call is dropped': (placed, random) => {
    const found = pick(placed, random, isKernel);
    return found && { detail: `at ${found[0]}`, placed: dropped(placed, found[0]) };
  },
  'a transfer is a row or a byte short': (placed, random) => {
    const found = pick(placed, random, isTransfer);
    if (!found) return undefined;
    const [at, { from, to }] = found;
    const cut = (slice: Slice): Slice =>
      slice.rows > 1 ? { ...slice, rows: slice.rows - 1 } : { ...slice, rowBytes: slice.rowBytes - 1 };
    if (from.rowBytes < 2) return undefined;
    return {
      detail: `at ${at}`,
      placed: replaced(placed, at, { ...found[1], from: cut(from), to: cut(to) }),
    };
  },
  'an address of a transfer is shifted': (placed, random) => {
    const found = pick(placed, random, isTransfer);
    if (!found) return undefined;
    const [at, transfer] = found;
    const by = distances[random(distances.length)] ?? 1;
    const side = random(2) === 0 ? 'from' : 'to';
    return {
      detail: `${side} at ${at} by ${by}`,
      placed: replaced(placed, at, { ...transfer, [side]: shifted(transfer[side], by) }),
    };
  },
  'a stride of a transfer is wrong': (placed, random) => {
    const found = pick(placed, random, isTransfer);
    if (!found) return undefined;
    const [at, transfer] = found;
    const side = random(2) === 0 ? 'from' : 'to';
    const by = distances[random(distances.length)] ?? 1;
    const slice = transfer[side];
    const { planes } = slice;
    if (slice.rows === 1 && !planes) return undefined;
    const bent: Slice =
      planes && random(2) === 0
        ? { ...slice, planes: { ...planes, stride: planes.stride + by } }
        : { ...slice, rowStride: slice.rowStride + by };
    return {
      detail: `${side} at ${at} by ${by}`,
      placed: replaced(placed, at, { ...transfer, [side]: bent }),
    };
  },
  'a transfer uses another buffer': (placed, random) => {
    const found = pick(placed, random, isTransfer);
    if (!found) return undefined;
    const [at, transfer] = found;
    const side = random(2) === 0 ? 'from' : 'to';
    const buffer = sibling(placed, transfer[side].buffer, random);
    return (
      buffer && {
        detail: `${side} at ${at} is ${buffer.name}`,
        placed: replaced(placed, at, { ...transfer, [side]: { ...transfer[side], buffer } }),
      }
    );
  },
  'a call uses another buffer': (placed, random) => {
    const found = pick(placed, random, isKernel);
    const operand = found && pickSlice(found[1], random);
    const buffer = operand && sibling(placed, operand.slice.buffer, random);
    if (!found || !operand || !buffer) return undefined;
    const slice = { ...operand.slice, buffer };
    return {
      detail: `${operand.role} at ${found[0]} is ${buffer.name}`,
      placed: replaced(placed, found[0], withSlice(found[1], operand.role, operand.index, slice)),
    };
  },
  'an operand of a call is shifted': (placed, random) => {
    const found = pick(placed, random, isKernel);
    const operand = found && pickSlice(found[1], random);
    if (!operand) return undefined;
    const by = distances[random(distances.length)] ?? 1;
    const slice = shifted(operand.slice, by);
    return {
      detail: `${operand.role} at ${found[0]} by ${by}`,
      placed: replaced(placed, found[0], withSlice(found[1], operand.role, operand.index, slice)),
    };
  },
  'a stride of a call is wrong': (placed, random) => {
    const found = pick(placed, random, isKernel);
    const strides = found?.[1].strides;
    if (!found || !strides) return undefined;
    const role = operandRoles[random(3)] ?? 'inputs';
    const index = random(strides[role].length);
    const list = strides[role][index];
    if (!list || list.length === 0) return undefined;
    const axis = random(list.length);
    const by = distances[random(distances.length)] ?? 1;
    const bent: OperandStrides = {
      ...strides,
      [role]: strides[role].with(index, list.with(axis, (list[axis] ?? 0) + by)),
    };
    return {
      detail: `${role} axis ${axis} at ${found[0]} by ${by}`,
      placed: replaced(placed, found[0], { ...found[1], strides: bent }),
    };
  },
  'a call computes another tile': (placed, random) => {
    const found = pick(placed, random, isKernel);
    if (!found) return undefined;
    const [at, kernel] = found;
    const names = Object.keys(kernel.tile.ranges);
    const name = names[random(names.length)];
    const range = name === undefined ? undefined : kernel.tile.ranges[name];
    if (name === undefined || !range) return undefined;
    const other =
      random(2) === 0 && range.extent > 1
        ? { ...range, extent: range.extent - 1 }
        : { ...range, start: Math.max(0, range.start + (random(2) === 0 ? 1 : -1) * range.extent) };
    if (other.start === range.start && other.extent === range.extent) return undefined;
    const tile = { ranges: { ...kernel.tile.ranges, [name]: other } };
    return {
      detail: `${name} ${other.start}+${other.extent} at ${at}`,
      placed: replaced(placed, at, { ...kernel, tile }),
    };
  },
  'two neighbours change places': (placed, random) => {
    const at = random(placed.program.body.length - 1);
    const result = moved(placed, at, 1);
    return result && { detail: `at ${at}`, placed: result };
  },
  'a buffer lies elsewhere': (placed, random) => {
    const entries = [...placed.offsets];
    const entry = entries[random(entries.length)];
    if (!entry) return undefined;
    const [buffer, offset] = entry;
    const arena = placed.plans.find(({ memory }) => memory === buffer.memory)?.arenaBytes ?? 0;
    const to = 4 * random(Math.floor((arena - buffer.bytes) / 4) + 1);
    if (to === offset) return undefined;
    return {
      detail: `${buffer.name} from ${offset} to ${to}`,
      placed: { ...placed, offsets: new Map([...placed.offsets, [buffer, to]]) },
    };
  },
};
