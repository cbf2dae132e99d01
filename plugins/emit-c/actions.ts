import {
  linkBetween,
  transferShape,
  wrapList,
  type Buffer,
  type CBuilder,
  type KernelInstruction,
  type KernelParameter,
  type Slice,
  type TransferInstruction,
} from 'match-compiler';
import type { Addresses } from './addresses.ts';
import { kernelMissingOperand, transferShapeUnsupported } from './diagnostics.ts';
import type { CCall } from './job-notes.ts';
import type { JobCall } from './kernel-set.ts';
import type { Network } from './network.ts';
import { engineMacro, type NetworkRuntime } from './runtime.ts';

/** Something that the statement of an action is told: a C expression, and how the statement uses it. */
export interface ActionOperand {
  /** What it is called as a parameter. */
  readonly name: string;
  /** Its type as a parameter; absent where it can be none. */
  readonly cType?: string;
  /** What the action itself has here. */
  readonly text: string;
  /** Around the expression: the memory that an offset is counted in. */
  readonly macro?: string;
}

/** A launch, a synchronous job or a transfer, with its operands taken out. */
export interface Action {
  readonly kind: 'job' | 'transfer';
  readonly instruction: KernelInstruction | TransferInstruction;
  /** Actions of equal forms differ in the texts of their operands alone. */
  readonly form: string;
  /** Stem of the name of a function that does it for several regions. */
  readonly name: string;
  readonly operands: readonly ActionOperand[];
  /** Transfers: the buffer that is not the tile's. */
  readonly tensor?: Buffer;
  /** The statement, where it is one call. */
  readonly call?: CCall;
  /** Writes the statements with these expressions for the operands. */
  write(c: CBuilder, texts: readonly string[], inFunction: boolean): void;
}

/** What the operands are where an action stands for itself. */
export function ownTexts({ operands }: Action): readonly string[] {
  return operands.map(({ text }) => text);
}

/** A job as its kernel wants it handed over. */
export function jobAction(
  { runtime }: Network,
  addresses: Addresses,
  instruction: KernelInstruction,
  { kernel, fields }: JobCall,
): Action {
  const slices: Slice[] = [];
  const operands = fields.map((field): ActionOperand => {
    const { name } = field;
    if (!('role' in field)) {
      const isNumber =
        typeof field.value === 'number' && new RegExp(`\\bint32_t ${name};`).test(kernel.source.text);
      return { name, text: String(field.value), ...(isNumber && { cType: 'int32_t' }) };
    }
    const slice = operandsOf(instruction, field.role)[field.index];
    if (!slice) throw kernelMissingOperand(instruction.region.region.root, name);
    slices.push(slice);
    return addressOperand(addresses, name, slice, field.offset);
  });
  const token = runtime && instruction.kind === 'launch' ? [tokenOperand(instruction.token, runtime)] : [];
  const all = [...token, ...operands];
  // What is known at compile time needs no code that puts it together.
  const isConstant = slices.every((slice) => addresses.isConstant(slice));
  const engine = runtime && engineMacro(runtime, instruction.region.module.name);
  const handed = `${engine}, ${kernel.name}, &arguments, sizeof arguments);`;
  return {
    kind: 'job',
    instruction,
    form: JSON.stringify([instruction.kind, engine, kernel.name, all.map(formOf)]),
    name: `launch_${kernel.name}`,
    operands: all,
    write: (c, texts, inFunction) => {
      const used = all.map((operand, i) => usedText(operand, texts[i] ?? operand.text));
      const items = operands.map(({ name }, i) => `.${name} = ${used[token.length + i]}`);
      const storage = isConstant && !inFunction ? 'static const' : 'const';
      const body = (): void => {
        const head = `${storage} struct ${kernel.name}_arguments arguments = { `;
        c.line(wrapList(head, items, ' };', 8));
        if (!runtime) c.line(`${kernel.name}(&arguments, 0, 1);`);
        else c.line(token.length > 0 ? `match_launch(${used[0]}, ${handed}` : `match_call(${handed}`);
      };
      if (inFunction) body();
      else c.block('', body);
    },
  };
}

/** A copy as its link wants it described. */
export function transferAction(
  { target }: Network,
  runtime: NetworkRuntime,
  addresses: Addresses,
  instruction: TransferInstruction,
): Action {
  const { from, to, token } = instruction;
  const link = linkBetween(target, from.buffer.memory, to.buffer.memory);
  const name = runtime.names.links.find((other) => other.link === link);
  const shape = transferShape(from, to);
  if (!shape || !name) throw transferShapeUnsupported(instruction, target.name);
  const number = (own: string, value: number): ActionOperand => ({
    name: own,
    cType: 'int32_t',
    text: String(value),
  });
  const { rowBytes, rows, planes } = shape;
  const end = planes > 1 ? '_planes' : rows > 1 ? '_rows' : '';
  const strides = (own: string, { planeStride, rowStride }: typeof shape.to): ActionOperand[] => [
    ...(planes > 1 ? [number(`${own}_plane`, planeStride)] : []),
    ...(planes > 1 || rows > 1 ? [number(`${own}_row`, rowStride)] : []),
  ];
  const operands = [
    tokenOperand(token, runtime),
    addressOperand(addresses, 'to', to),
    ...strides('to', shape.to),
    addressOperand(addresses, 'from', from),
    ...strides('from', shape.from),
    ...(planes > 1 ? [number('planes', planes)] : []),
    ...(planes > 1 || rows > 1 ? [number('rows', rows)] : []),
    number(planes > 1 || rows > 1 ? 'row_bytes' : 'bytes', rowBytes),
  ];
  const callWith = (texts: readonly string[]): CCall => {
    const [first = '', ...rest] = operands.map((operand, i) => usedText(operand, texts[i] ?? operand.text));
    return { name: `match_transfer${end}`, args: [first, name.macro, ...rest] };
  };
  return {
    kind: 'transfer',
    instruction,
    form: JSON.stringify([name.macro, end, operands.map(formOf)]),
    name: `copy${end}_${from.buffer.memory}_to_${to.buffer.memory}`,
    operands,
    tensor: to.buffer.role === 'scratch' ? from.buffer : to.buffer,
    call: callWith(operands.map(({ text }) => text)),
    write: (c, texts) => {
      const call = callWith(texts);
      c.line(wrapList(`${call.name}(`, call.args, ');', 4));
    },
  };
}

function tokenOperand(token: string, { tokens }: NetworkRuntime): ActionOperand {
  return { name: 'token', cType: 'int32_t', text: String(tokens.get(token) ?? 0) };
}

function addressOperand(addresses: Addresses, name: string, slice: Slice, extra = 0): ActionOperand {
  const inArena = addresses.inArena(slice, extra);
  if (inArena) return { name, cType: 'int32_t', ...inArena };
  const text = addresses.untyped(slice, extra);
  return { name, text, cType: text.startsWith('(const') ? 'const void *' : 'void *' };
}

function usedText({ macro }: ActionOperand, text: string): string {
  return macro === undefined ? text : `${macro}(${text})`;
}

function formOf({ name, cType, macro, text }: ActionOperand): unknown {
  return [name, cType, macro, cType === undefined ? text : ''];
}

export function operandsOf(call: KernelInstruction, role: KernelParameter['role']): readonly Slice[] {
  switch (role) {
    case 'input':
      return call.inputs;
    case 'constant':
      return call.constants;
    case 'output':
      return call.outputs;
    case 'scratch':
      return call.scratch;
  }
}
