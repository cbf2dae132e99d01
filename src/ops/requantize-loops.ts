import { floorDivide, roundHalfEven } from '../arithmetic/integer.ts';
import { requantizeDouble, requantizeSingle } from '../arithmetic/requantize.ts';
import { createData, type TensorData } from '../ir/data-type.ts';
import { ShapeError } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import { channelOf } from './channel-index.ts';
import type { RequantizeAttributes } from './requantize.ts';

/** R(x) for the constants of one channel. Results beyond 2^53 may be inexact: every bound is nearer. */
type Scaling = (x: number) => number;

/** The clamped results of `requantize`; `infer` has passed on the types. */
export function requantizeElements(inputs: readonly Tensor[], attributes: RequantizeAttributes): TensorData {
  const [acc, ...constants] = inputs;
  if (!acc) throw new TypeError('no accumulator');
  const { inputZeroPoint, zeroPoint, min, max } = attributes;
  const result = createData(attributes.dtype, acc.data.length);
  const count = Math.max(...constants.map((constant) => constant.data.length));
  const { extent, inner } = channelOf(acc.type.shape, attributes.axis, count);
  const scalings = Array.from({ length: count }, (_, channel) => scalingOf(attributes, constants, channel));
  const wide = acc.data instanceof BigInt64Array || acc.data instanceof BigUint64Array;
  const run = count === 1 ? acc.data.length : inner;
  for (let start = 0, channel = 0; start < acc.data.length; start += run) {
    const scale = scalings[channel] as Scaling;
    const data = acc.data as Int32Array;
    for (let i = start; i < start + run; i++) {
      let scaled: number;
      if (!wide) scaled = scale((data[i] as number) - inputZeroPoint);
      else {
        const x = (acc.data[i] as unknown as bigint) - BigInt(inputZeroPoint);
        const isNarrow = x >= -0x100000000n && x <= 0x100000000n;
        scaled = isNarrow ? scale(Number(x)) : scaleWide(attributes, constants, channel, x);
      }
      const y = scaled + zeroPoint;
      result[i] = y < min ? min : y > max ? max : y;
    }
    if (++channel === extent) channel = 0;
  }
  return result;
}

/** One of `count` or the only entry of a constant. */
function constantAt(constant: Tensor | undefined, channel: number): number | bigint {
  const data = constant?.data ?? [0];
  return data[data.length === 1 ? 0 : channel] ?? 0;
}

function scalingOf(attributes: RequantizeAttributes, constants: readonly Tensor[], channel: number): Scaling {
  const first = Number(constantAt(constants[0], channel));
  const second = constantAt(constants[1], channel);
  const shift = Number(second);
  const isShifted = attributes.rule === 'single' || attributes.rule === 'double';
  if (isShifted && (shift < -31 || shift > 30))
    throw new ShapeError(`requantize: a shift of ${shift}, not -31 to 30`);
  switch (attributes.rule) {
    case 'shift':
      return shiftScaling(attributes.productBits, first, Number(second), rightShift(constants, channel));
    case 'single':
      return (x) => requantizeSingle(x, first, shift);
    case 'double':
      return (x) => requantizeDouble(x, first, shift);
    case 'real-even': {
      const denominator = attributes.denominator ?? 1;
      return (x) => roundHalfEven((x * first) / denominator);
    }
    case 'floor':
      return floorScaling(first, second, attributes.divisor ?? 1);
  }
}

function shiftScaling(
  productBits: number | undefined,
  multiplier: number,
  addend: number,
  shift: number,
): Scaling {
  const scale = floorScaling(multiplier, addend, 2 ** shift);
  if (productBits === undefined) return scale;
  const limit = 2 ** productBits;
  return (x) => {
    const product = x * multiplier;
    if (Math.abs(product) >= limit || Math.abs(product + addend) >= limit) {
      throw new ShapeError(`requantize: ${x}·${multiplier} + ${addend} leaves ${productBits} bits`);
    }
    return scale(x);
  };
}

/** The right shift of rule `shift`. @throws {ShapeError} */
function rightShift(constants: readonly Tensor[], channel: number): number {
  const shift = Number(constantAt(constants[2], channel));
  if (shift < 0 || shift > 31) throw new ShapeError(`requantize: a right shift of ${shift}, not 0 to 31`);
  return shift;
}

function floorScaling(multiplier: number, addend: number | bigint, divisor: number): Scaling {
  const offset = Number(addend);
  const isSafe = Number.isSafeInteger(offset);
  const isPowerOfTwo = 2 ** Math.round(Math.log2(divisor)) === divisor;
  return (x) => {
    const product = x * multiplier;
    const sum = product + offset;
    if (isSafe && Number.isSafeInteger(product) && Number.isSafeInteger(sum)) {
      return isPowerOfTwo ? Math.floor(sum / divisor) : floorDivide(sum, divisor);
    }
    return Number(floorDivideWide(BigInt(x) * BigInt(multiplier) + BigInt(addend), BigInt(divisor)));
  };
}

function floorDivideWide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient;
}

/** The rules for accumulators of more than 33 bits. */
function scaleWide(
  attributes: RequantizeAttributes,
  constants: readonly Tensor[],
  channel: number,
  x: bigint,
): number {
  const first = constantAt(constants[0], channel);
  const second = BigInt(constantAt(constants[1], channel));
  switch (attributes.rule) {
    case 'single':
      return Number((x * BigInt(first) + (1n << (30n - second))) >> (31n - second));
    case 'real-even':
      return roundHalfEven((Number(x) * Number(first)) / (attributes.denominator ?? 1));
    case 'floor':
      return Number(floorDivideWide(x * BigInt(first) + second, BigInt(attributes.divisor ?? 1)));
    case 'shift':
      return Number((x * BigInt(first) + second) >> BigInt(rightShift(constants, channel)));
    case 'double':
      throw new TypeError('the rule double takes accumulators of up to 32 bits');
  }
}
