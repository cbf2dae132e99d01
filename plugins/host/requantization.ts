import {
  cLiteral,
  isOp,
  ops,
  type DataType,
  type Node,
  type RequantizeAttributes,
  type Template,
  type Tensor,
  type Value,
} from 'match-compiler';
import { typeBound, type Accumulator } from './accumulator.ts';
import type { Epilogue } from './epilogue.ts';
import type { Operand, Signature } from './operands.ts';
import { support } from './support/index.ts';

const int32Limit = 2 ** 31;

/**
 * C for `requantize`: clamp(zeroPoint + R(acc − inputZeroPoint), min, max). 32-bit arithmetic where no value can
 * leave it, 64-bit otherwise; `real-even` in double, which its rule asks for.
 */
export function requantizeStatements(
  node: Node<RequantizeAttributes>,
  signature: Signature,
  out: Operand,
  acc: Accumulator,
): Omit<Epilogue, 'node'> {
  const { rule } = node.attributes;
  if (rule === 'real-even') return realEven(node, signature, out);
  if (rule === 'shift') return shift(node, signature, out, acc);
  const input = shiftedInput(node, acc);
  return rule === 'floor'
    ? floor(node, signature, out, acc, input)
    : fixedPoint(node, signature, out, acc, input);
}

/** Is the root of a region a requantize whose constants have one element, or run along `axis`? */
export function requantizesAlong(root: Node, axis: number): true | string {
  if (!isOp(root, ops.requantize)) return true;
  const vector = root.inputs.slice(1).some((value) => (value.type.shape[0] ?? 1) > 1);
  return !vector || root.attributes.axis === axis || `scales along axis ${root.attributes.axis}, not ${axis}`;
}

interface ShiftedInput {
  readonly text: string;
  readonly bound: number;
}

function shiftedInput({ attributes }: Node<RequantizeAttributes>, acc: Accumulator): ShiftedInput {
  const own = Math.min(acc.bound ?? Infinity, typeBound(acc.dtype));
  const zero = attributes.inputZeroPoint;
  if (zero === 0) return { text: 'acc', bound: own };
  const bound = own + Math.abs(zero);
  const sum = `acc ${zero > 0 ? '-' : '+'} ${Math.abs(zero)}`;
  if (acc.dtype === 'uint32' || (bound >= int32Limit && acc.dtype !== 'int64')) {
    return { text: `(int64_t)${sum}`, bound };
  }
  return { text: sum, bound };
}

/** A fixed-point scaling with what follows it. */
export interface FixedPoint {
  readonly rule: 'single' | 'double';
  /** What is scaled: an expression and the largest magnitude it has. */
  readonly input: { readonly text: string; readonly bound: number };
  /** The expression is an `int32_t` for C, whatever its bound. */
  readonly narrowInput: boolean;
  /** Largest real factor of any channel. */
  readonly largestFactor: number;
  readonly multiplier: (channel: string) => string;
  readonly shift: (channel: string) => string;
}

/** Scales by the rules `single` and `double`, adds the zero point, clamps and stores. */
export function fixedPointStore(scaling: FixedPoint, target: Target): Omit<Epilogue, 'node'> {
  const { rule, input, narrowInput, largestFactor, multiplier, shift } = scaling;
  // One more than the exact product can give: rounding may add to it.
  const bound = input.bound * largestFactor + 1;
  const fits = bound + Math.abs(target.zeroPoint) < int32Limit;
  const call = (name: string, text: string) => (channel: string) =>
    `${name}(${text}, ${multiplier(channel)}, ${shift(channel)})`;
  if (rule === 'double') {
    const text = narrowInput || input.bound < int32Limit ? input.text : `(int32_t)(${input.text})`;
    return clamped(target, fits, call('requantize_double', text), support.requantizeDouble);
  }
  if (narrowInput && bound < int32Limit) {
    return clamped(target, fits, call('requantize_single', input.text), support.requantizeSingle);
  }
  return clamped(
    target,
    fits,
    call('requantize_single_wide', input.text),
    support.requantizeSingleWide,
    true,
  );
}

function fixedPoint(
  node: Node<RequantizeAttributes>,
  signature: Signature,
  out: Operand,
  acc: Accumulator,
  input: ShiftedInput,
): Omit<Epilogue, 'node'> {
  const [, first, second] = node.inputs;
  const multiplier = constantOperand(signature, 'multiplier', first);
  const shift = constantOperand(signature, 'shift', second);
  const { rule, inputZeroPoint } = node.attributes;
  return fixedPointStore(
    {
      rule: rule === 'double' ? 'double' : 'single',
      input,
      narrowInput:
        inputZeroPoint === 0
          ? acc.dtype !== 'int64' && acc.dtype !== 'uint32'
          : input.bound < int32Limit && acc.dtype !== 'int64',
      largestFactor: largestFactor(first?.constant, second?.constant),
      multiplier: multiplier.at,
      shift: shift.at,
    },
    { ...node.attributes, type: out.type },
  );
}

/** Largest real factor that multipliers and shifts can stand for. */
function largestFactor(multiplier: Tensor | undefined, shift: Tensor | undefined): number {
  if (!multiplier || !shift) return 2 ** 30;
  const count = Math.max(multiplier.data.length, shift.data.length);
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const m = Number(multiplier.data[multiplier.data.length === 1 ? 0 : i]);
    const s = Number(shift.data[shift.data.length === 1 ? 0 : i]);
    largest = Math.max(largest, Math.abs(m) * 2 ** (s - 31));
  }
  return largest;
}

function floor(
  node: Node<RequantizeAttributes>,
  signature: Signature,
  out: Operand,
  acc: Accumulator,
  input: ShiftedInput,
): Omit<Epilogue, 'node'> {
  const [, first, second] = node.inputs;
  const multiplier = constantOperand(signature, 'multiplier', first);
  const addend = constantOperand(signature, 'addend', second);
  const { divisor = 1, zeroPoint } = node.attributes;
  const bits = Math.log2(divisor);
  const bound = (input.bound * magnitude(first) + magnitude(second)) / divisor;
  const product = (channel: string): string => {
    const factor = input.text.startsWith('(int64_t)') || acc.dtype === 'int64' ? '' : '(int64_t)';
    const value = input.text === 'acc' ? 'acc' : `(${input.text})`;
    return `${factor}${value} * ${multiplier.at(channel)} + ${addend.at(channel)}`;
  };
  const fits = bound + 1 + Math.abs(zeroPoint) < int32Limit;
  const target = { ...node.attributes, type: out.type };
  if (divisor === 1) return clamped(target, fits, product, [], true);
  return Number.isInteger(bits)
    ? clamped(target, fits, (c) => `shift_right(${product(c)}, ${bits})`, support.shiftRight, true)
    : clamped(
        target,
        fits,
        (c) => `floor_divide_positive(${product(c)}, ${divisor})`,
        support.floorDividePositive,
        true,
      );
}

/** (acc·multiplier + addend) >> shift: in 32 bits where every product is known to fit them, else in 64. */
function shift(
  node: Node<RequantizeAttributes>,
  signature: Signature,
  out: Operand,
  acc: Accumulator,
): Omit<Epilogue, 'node'> {
  const [, first, second, third] = node.inputs;
  const multiplier = constantOperand(signature, 'multiplier', first);
  const addend = constantOperand(signature, 'addend', second);
  const bits = constantOperand(signature, 'shift', third);
  const { productBits = 64 } = node.attributes;
  const target = { ...node.attributes, type: out.type };
  const own = Math.min(acc.bound ?? Infinity, typeBound(acc.dtype));
  const bound = Math.min(own * magnitude(first) + magnitude(second), 2 ** productBits);
  const narrow = (bound < int32Limit || productBits <= 31) && acc.dtype !== 'int64';
  if (narrow) {
    const value = acc.dtype === 'uint32' ? '(int32_t)acc' : 'acc';
    const sum = (c: string): string => `${value} * ${multiplier.at(c)} + ${addend.at(c)}`;
    const scaled = (c: string): string => `shift_right_int32(${sum(c)}, ${bits.at(c)})`;
    return clamped(target, true, scaled, support.shiftRightInt32);
  }
  const widened = acc.dtype === 'int64' ? 'acc' : '(int64_t)acc';
  const sum = (c: string): string => `${widened} * ${multiplier.at(c)} + ${addend.at(c)}`;
  const scaled = (c: string): string => `shift_right(${sum(c)}, ${bits.at(c)})`;
  const fits = bound / 2 ** smallest(third) + 1 < int32Limit;
  return clamped(target, fits, scaled, support.shiftRight, true);
}

/** Largest magnitude of a constant; of its type where it is not known. */
function magnitude(value: Value | undefined): number {
  if (!value) return 0;
  if (!value.constant) return typeBound(value.type.dtype);
  let largest = 0;
  for (const item of value.constant.data) largest = Math.max(largest, Math.abs(Number(item)));
  return largest;
}

/** Smallest element of a constant that is never negative; 0 where it is not known. */
function smallest(value: Value | undefined): number {
  return Math.min(...Array.from(value?.constant?.data ?? [0], Number));
}

/** What becomes of a scaled value. */
export interface Target {
  readonly zeroPoint: number;
  readonly min: number;
  readonly max: number;
  readonly dtype: DataType;
  /** C type of `dtype`. */
  readonly type: string;
}

/** The scaled value and the clamped store, in 32 bits when everything fits. `wide`: `scaled` gives 64 bits. */
function clamped(
  { zeroPoint, min, max, dtype, type: outType }: Target,
  fits: boolean,
  scaled: (channel: string) => string,
  functions: Epilogue['support'],
  wide = false,
): Omit<Epilogue, 'node'> {
  const offset = signedTerm(zeroPoint);
  const narrow = fits && dtype !== 'uint32';
  const type = narrow ? 'int32_t' : 'int64_t';
  const clamp = narrow ? 'clamp_int32' : 'clamp_int64';
  const bound = (value: number): string =>
    narrow || Math.abs(value) < int32Limit ? cLiteral('int32', value) : cLiteral('int64', BigInt(value));
  const cast = outType === type ? '' : `(${outType})`;
  return {
    store(target, channel) {
      const value = scaled(channel);
      let text = `${value}${offset}`;
      if (narrow && wide)
        text = offset === '' && /^\w+\(.*\)$/.test(value) ? `(int32_t)${value}` : `(int32_t)(${text})`;
      else if (!narrow && !wide) text = `(int64_t)${text}`;
      return [
        `const ${type} scaled = ${text};`,
        `${target} = ${cast}${clamp}(scaled, ${bound(min)}, ${bound(max)});`,
      ].join('\n');
    },
    support: [...functions, ...(narrow ? support.clampInt32 : support.clampInt64)],
  };
}

/** ` + 3`, ` - 3` or nothing. */
function signedTerm(value: number): string {
  return value === 0 ? '' : ` ${value < 0 ? '-' : '+'} ${Math.abs(value)}`;
}

/** Stores clamp(zeroPoint + rint(`real`), min, max) of a double expression, ties to even. */
export function realEvenStore(real: string, { zeroPoint, min, max, type }: Target, target: string): string {
  const literal = (number: number): string => cLiteral('float64', number);
  const offset = zeroPoint === 0 ? '' : ` ${zeroPoint < 0 ? '-' : '+'} ${literal(Math.abs(zeroPoint))}`;
  return [
    `const double real = ${real};`,
    `const double scaled = round_even_f64(real)${offset};`,
    `${target} = (${type})clamp_f64(scaled, ${literal(min)}, ${literal(max)});`,
  ].join('\n');
}

/** Functions that `realEvenStore` calls. */
export const realEvenSupport: readonly Template[] = [...support.roundEvenFloat64, ...support.clampFloat64];

function realEven(
  node: Node<RequantizeAttributes>,
  signature: Signature,
  out: Operand,
): Omit<Epilogue, 'node'> {
  const numerator = constantOperand(signature, 'numerator', node.inputs[1]);
  const { denominator = 1, inputZeroPoint } = node.attributes;
  const literal = (number: number): string => cLiteral('float64', number);
  const value =
    inputZeroPoint === 0
      ? '(double)acc'
      : `((double)acc ${inputZeroPoint > 0 ? '-' : '+'} ${literal(Math.abs(inputZeroPoint))})`;
  return {
    store: (target, channel) =>
      realEvenStore(
        `${value} * ${numerator.at(channel)} / ${literal(denominator)}`,
        { ...node.attributes, type: out.type },
        target,
      ),
    support: realEvenSupport,
  };
}

/** A constant with one element, or one per channel. */
function constantOperand(
  signature: Signature,
  name: string,
  value: Value | undefined,
): { readonly at: (channel: string) => string } {
  if (!value) throw new TypeError(`requantize has no ${name}`);
  const operand = signature.read(name, value);
  const single = (value.type.shape[0] ?? 1) === 1;
  return { at: (channel) => `${operand.name}[${single ? '0' : channel}]` };
}
