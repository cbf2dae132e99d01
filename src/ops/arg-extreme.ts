import { createData, isWide, type DataType, type TensorData } from '../ir/data-type.ts';
import { defineOp, type OpDefinition, ShapeError } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { integerTypes } from './element-wise.ts';
import { reducedShape } from './reduction.ts';
import { atLeast, expectAxis, expectDtype, expectInputs, expectOneOf, resultType } from './type-checks.ts';

/** Attributes of `arg_max` and `arg_min`. */
export type ArgExtremeAttributes = {
  readonly axis: number;
  /** The axis stays, with extent 1. */
  readonly keepDims: boolean;
  /** Of equal elements the last one counts, not the first. */
  readonly lastIndex: boolean;
  /** Type of the indices. */
  readonly dtype: 'int32' | 'int64';
};

type NumberData = Exclude<TensorData, BigInt64Array | BigUint64Array>;

const allowed: readonly DataType[] = ['float32', 'float64', 'bool', ...integerTypes];

/** The index of an extreme element along an axis. NaN is more extreme than every number, as in numpy. */
export function defineArgExtreme(
  name: string,
  summary: string,
  exceeds: (a: number | bigint, b: number | bigint) => boolean,
): OpDefinition<ArgExtremeAttributes> {
  return defineOp<ArgExtremeAttributes>({
    name,
    summary,
    infer(inputs, { axis, keepDims, dtype }) {
      const [x] = expectInputs(name, inputs, 1);
      expectDtype(name, 'the input', x, allowed);
      expectAxis(name, axis, x.shape.length);
      expectOneOf(name, 'dtype', dtype, ['int32', 'int64']);
      const shape = reducedShape(x.shape, [axis], keepDims);
      if (x.shape[axis] === 0 && elementCount(shape) > 0) {
        throw new ShapeError(`${name}: axis ${axis} of [${x.shape.join(',')}] has no element to choose`);
      }
      return [resultType(name, dtype, shape)];
    },
    evaluate(inputs, { axis, lastIndex, dtype }) {
      const [x] = atLeast(inputs, 1);
      const { shape } = x.type;
      const data = x.data as NumberData;
      const extent = shape[axis] ?? 1;
      const outer = elementCount(shape.slice(0, axis));
      const inner = elementCount(shape.slice(axis + 1));
      const result = createData(dtype, outer * inner);
      for (let at = 0; at < result.length; at++) {
        const first = Math.floor(at / inner) * extent * inner + (at % inner);
        let best = 0;
        for (let i = 1; i < extent; i++) {
          const value = data[first + i * inner] as number;
          const champion = data[first + best * inner] as number;
          const equal = value === champion || (isNaN64(value) && isNaN64(champion));
          const wins = isNaN64(value) ? !isNaN64(champion) : exceeds(value, champion);
          if (wins || (lastIndex && equal)) best = i;
        }
        result[at] = isWide(dtype) ? BigInt(best) : best;
      }
      return [result];
    },
  });
}

/** Number.isNaN, also of the bigints of 64-bit types. */
function isNaN64(value: number | bigint): boolean {
  return typeof value === 'number' && Number.isNaN(value);
}
