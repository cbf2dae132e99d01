import { createData, isFloat, isInteger, isWide, type DataType, type TensorData } from '../ir/data-type.ts';
import { defineOp, ShapeError, type Attributes, type OpDefinition } from '../ir/op.ts';
import type { TensorType } from '../ir/tensor.ts';
import { broadcastData, broadcastShapes } from './broadcast.ts';
import { convertData } from './convert.ts';
import { atLeast, expectInputs, expectOneOf, resultType } from './type-checks.ts';

/** Attributes of the element-wise operators of two operands. */
export type BinaryAttributes = {
  /** Both operands are converted to this type first; the result has it. */
  readonly dtype: DataType;
  /** Of integer division; `truncate` when absent. */
  readonly rounding?: 'floor' | 'truncate';
};

type NumberData = Exclude<TensorData, BigInt64Array | BigUint64Array>;

/** The meaning of a binary operator for each kind of element. */
export interface BinaryMeaning {
  readonly name: string;
  readonly summary: string;
  readonly inexact?: boolean;
  /** In float64; the result is rounded to the type, which is exact rounding for + − × ÷ of float32. */
  readonly real: (a: number, b: number, rounding: 'floor' | 'truncate') => number;
  /** Of up to 32 bits; the result is wrapped to the type. */
  readonly integer: (a: number, b: number, rounding: 'floor' | 'truncate') => number;
  /** 64 bits; the result is wrapped. */
  readonly wide: (a: bigint, b: bigint, rounding: 'floor' | 'truncate') => bigint;
}

/** An element-wise operator of two operands with numpy's broadcasting; integers wrap like two's complement in C. */
export function defineBinary(meaning: BinaryMeaning): OpDefinition<BinaryAttributes> {
  const { name, summary, inexact } = meaning;
  return defineOp<BinaryAttributes>({
    name,
    summary,
    elementwise: true,
    ...(inexact && { inexact }),
    infer(inputs, { dtype, rounding }) {
      const [a, b] = expectInputs(name, inputs, 2);
      if (!isInteger(dtype) && !isFloat(dtype))
        throw new ShapeError(`${name}: the result cannot be ${dtype}`);
      if (rounding !== undefined) expectOneOf(name, 'rounding', rounding, ['floor', 'truncate']);
      for (const type of [a, b]) {
        if (type.dtype === 'bool' || (isInteger(dtype) && !isInteger(type.dtype))) {
          throw new ShapeError(`${name}: an operand is ${type.dtype} where the result is ${dtype}`);
        }
      }
      return [resultType(name, dtype, broadcastShapes(name, a.shape, b.shape))];
    },
    evaluate(inputs, { dtype, rounding = 'truncate' }) {
      const [x, y] = atLeast(inputs, 2);
      const shape = broadcastShapes(name, x.type.shape, y.type.shape);
      const a = broadcastData(dtype, convertData(x.data, x.type.dtype, dtype), x.type.shape, shape);
      const b = broadcastData(dtype, convertData(y.data, y.type.dtype, dtype), y.type.shape, shape);
      const result = createData(dtype, a.length);
      if (isWide(dtype)) {
        const [wideA, wideB] = [a as BigInt64Array, b as BigInt64Array];
        for (let i = 0; i < result.length; i++)
          result[i] = meaning.wide(wideA[i] ?? 0n, wideB[i] ?? 0n, rounding);
        return [result];
      }
      const apply = isFloat(dtype) ? meaning.real : meaning.integer;
      const [numbersA, numbersB] = [a as NumberData, b as NumberData];
      for (let i = 0; i < result.length; i++) result[i] = apply(numbersA[i] ?? 0, numbersB[i] ?? 0, rounding);
      return [result];
    },
  });
}

/** The meaning of an operator of one operand. */
export interface UnaryMeaning<A extends Attributes> {
  readonly name: string;
  readonly summary: string;
  readonly inexact?: boolean;
  /** Element types besides float32 and float64. */
  readonly integers?: readonly DataType[];
  /** @throws {ShapeError} */
  readonly check?: (attributes: A, x: TensorType) => void;
  /** The function of one element, made once per evaluation. */
  readonly real: (attributes: A, round: (value: number) => number) => (x: number) => number;
  readonly wide?: (attributes: A) => (x: bigint) => bigint;
}

const identity = (value: number): number => value;

/** An element-wise operator of one operand that keeps its type. `round` is Math.fround for float32. */
export function defineUnary<A extends Attributes>(meaning: UnaryMeaning<A>): OpDefinition<A> {
  const { name, summary, inexact } = meaning;
  const allowed: readonly DataType[] = ['float32', 'float64', ...(meaning.integers ?? [])];
  return defineOp<A>({
    name,
    summary,
    elementwise: true,
    ...(inexact && { inexact }),
    infer(inputs, attributes) {
      const [x] = expectInputs(name, inputs, 1);
      if (!allowed.includes(x.dtype))
        throw new ShapeError(`${name}: the input is ${x.dtype}, not ${allowed.join(' or ')}`);
      meaning.check?.(attributes, x);
      return [resultType(name, x.dtype, x.shape)];
    },
    evaluate(inputs, attributes) {
      const [x] = atLeast(inputs, 1);
      const { dtype } = x.type;
      const result = createData(dtype, x.data.length);
      if (isWide(dtype)) {
        const apply = meaning.wide?.(attributes);
        const data = x.data as BigInt64Array;
        if (apply) for (let i = 0; i < result.length; i++) result[i] = apply(data[i] ?? 0n);
        return [result];
      }
      const apply = meaning.real(attributes, dtype === 'float32' ? Math.fround : identity);
      const data = x.data as NumberData;
      for (let i = 0; i < result.length; i++) result[i] = apply(data[i] ?? 0);
      return [result];
    },
  });
}

/** Every integer type: for operators that take them all. */
export const integerTypes: readonly DataType[] = [
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
];
