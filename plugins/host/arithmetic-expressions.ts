import {
  cLiteral,
  cType,
  integerRange,
  isFloat,
  isSigned,
  isWide,
  type DataType,
  type Template,
} from 'match-compiler';
import { support } from './support/index.ts';

/** An expression in C with what it calls. */
export interface Expression {
  readonly text: string;
  readonly support?: readonly Template[];
  readonly headers?: readonly string[];
}

/** The unsigned type in which the sums and products of an integer type wrap without undefined behaviour. */
export function wrappingType(dtype: DataType): string {
  return isWide(dtype) ? 'uint64_t' : 'uint32_t';
}

/** Of 8 or 16 bits: sums and differences of two fit an int32. */
export function isNarrow(dtype: DataType): boolean {
  return /^u?int(8|16)$/.test(dtype);
}

/** `(type)(expression)`. */
function cast(dtype: DataType, text: string): string {
  return `(${cType(dtype)})(${text})`;
}

type Operator = '+' | '-' | '*';

/** `x operator y` wrapped to `dtype`; `bound` limits the exact result. */
function wrapped(operator: Operator, dtype: DataType, bound: number): Expression {
  if (isFloat(dtype) || (!isSigned(dtype) && !isNarrow(dtype))) return { text: `x ${operator} y` };
  // The product of two uint16 may exceed int, to which both are promoted.
  if (isNarrow(dtype) && !(dtype === 'uint16' && operator === '*'))
    return { text: cast(dtype, `x ${operator} y`) };
  if (dtype === 'uint16') return { text: cast(dtype, `(uint32_t)x ${operator} y`) };
  if (bound <= integerRange(dtype).max && !isWide(dtype)) return { text: `x ${operator} y` };
  const type = wrappingType(dtype);
  return { text: cast(dtype, `(${type})x ${operator} (${type})y`) };
}

/** The binary operators on `x` and `y`, both of type `dtype` already. */
export function binaryExpression(
  name: string,
  dtype: DataType,
  rounding: 'floor' | 'truncate',
  bound: number,
): Expression {
  const float = isFloat(dtype);
  switch (name) {
    case 'add':
      return wrapped('+', dtype, bound);
    case 'sub':
      return wrapped('-', dtype, bound);
    case 'mul':
      return wrapped('*', dtype, bound);
    case 'minimum':
      return { text: 'x < y ? x : y' };
    case 'maximum':
      return { text: 'x > y ? x : y' };
    case 'div':
      return float ? { text: 'x / y' } : integerDivision(dtype, rounding);
    case 'pow':
      if (float) return { text: `${mathFunction('pow', dtype)}(x, y)`, headers: ['math.h'] };
      return integerPower(dtype);
    case 'modulo':
      return float ? floatRemainder(dtype, rounding) : integerRemainder(dtype, rounding);
    default:
      throw new TypeError(`${name} is no binary operator`);
  }
}

function integerDivision(dtype: DataType, rounding: 'floor' | 'truncate'): Expression {
  if (!isSigned(dtype))
    return { text: isNarrow(dtype) ? `(${cType(dtype)})(y == 0 ? 0 : x / y)` : 'y == 0 ? 0 : x / y' };
  const wide = isWide(dtype);
  const call = `${rounding === 'floor' ? 'floor_' : ''}divide_int${wide ? 64 : 32}(x, y)`;
  const functions = wide
    ? { floor: support.floorDivideInt64, truncate: support.divideInt64 }
    : { floor: support.floorDivideInt32, truncate: support.divideInt32 };
  return { text: isNarrow(dtype) ? `(${cType(dtype)})${call}` : call, support: functions[rounding] };
}

function floatRemainder(dtype: DataType, rounding: 'floor' | 'truncate'): Expression {
  const headers = ['math.h'];
  if (rounding === 'truncate') return { text: `${mathFunction('fmod', dtype)}(x, y)`, headers };
  return dtype === 'float32'
    ? { text: 'floor_remainder_f32(x, y)', support: support.floorRemainderFloat32, headers }
    : { text: 'floor_remainder_f64(x, y)', support: support.floorRemainderFloat64, headers };
}

/** The remainder by −1 is left out: the quotient of the smallest integer does not fit. */
function integerRemainder(dtype: DataType, rounding: 'floor' | 'truncate'): Expression {
  const narrow = (text: string): string => (isNarrow(dtype) ? `(${cType(dtype)})(${text})` : text);
  if (!isSigned(dtype)) return { text: narrow('y == 0 ? 0 : x % y') };
  if (rounding === 'truncate') return { text: narrow('y == 0 || y == -1 ? 0 : x % y') };
  return isWide(dtype)
    ? { text: 'floor_remainder_int64(x, y)', support: support.floorRemainderInt64 }
    : { text: narrow('floor_remainder_int32(x, y)'), support: support.floorRemainderInt32 };
}

function integerPower(dtype: DataType): Expression {
  const [signed, wide] = [isSigned(dtype), isWide(dtype)];
  const name = `power_${signed ? 'int' : 'uint'}${wide ? 64 : 32}`;
  const functions = wide
    ? { signed: support.powerInt64, unsigned: support.powerUint64 }
    : { signed: support.powerInt32, unsigned: support.powerUint32 };
  const call = `${name}(x, y)`;
  return {
    text: isNarrow(dtype) ? `(${cType(dtype)})${call}` : call,
    support: signed ? functions.signed : functions.unsigned,
  };
}

/** `expf` for float32, `exp` for float64. */
export function mathFunction(name: string, dtype: DataType): string {
  return dtype === 'float32' ? `${name}f` : name;
}

/** Largest magnitude of the result of + − × on operands of these types. */
export function binaryBound(name: string, a: DataType, b: DataType): number {
  const size = (dtype: DataType): number => {
    const { min, max } = integerRange(dtype);
    return Math.max(-min, max);
  };
  if (isFloat(a) || isFloat(b)) return Infinity;
  if (name === 'mul') return size(a) * size(b);
  if (name === 'add' || name === 'sub') return size(a) + size(b);
  return Infinity;
}

/** An element converted to a type that can differ from its own: wraps like a C cast. */
export function converted(text: string, from: DataType, to: DataType): string {
  return from === to ? text : `(${cType(to)})${text}`;
}

/** A float `value` (a variable) as an integer type: truncated, saturated, 0 for NaN. */
export function saturated(value: string, from: DataType, to: DataType): string {
  const literal = (number: number): string => cLiteral(from, number);
  const type = cType(to);
  const { min, max } = integerRange(to);
  const exact = Math.fround(max) === max && !isWide(to);
  // Where the upper end is no float, it is the power of two above it that must not be reached.
  const above = exact
    ? `${value} > ${literal(max)}`
    : `${value} >= ${literal(2 ** Math.round(Math.log2(max)))}`;
  const top = isWide(to) ? cLiteral(to, to === 'int64' ? 2n ** 63n - 1n : 2n ** 64n - 1n) : cLiteral(to, max);
  const bottom = to === 'int64' ? cLiteral(to, -(2n ** 63n)) : cLiteral(to, min);
  const inside = `${value} == ${value} ? (${type})${value} : 0`;
  return `(${type})(${value} < ${literal(min)} ? ${bottom} : ${above} ? ${top} : ${inside})`;
}
