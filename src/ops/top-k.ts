import { createData, type DataType, type TensorData } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { integerTypes } from './element-wise.ts';
import { atLeast, expectAxis, expectDtype, expectInputs, expectIntegers, resultType } from './type-checks.ts';

export type TopKAttributes = {
  readonly axis: number;
  /** How many elements, at most the extent of the axis. */
  readonly k: number;
  /** The largest elements; the smallest when false. */
  readonly largest: boolean;
};

type NumberData = Exclude<TensorData, BigInt64Array | BigUint64Array>;

const name = 'top_k';
const allowed: readonly DataType[] = ['float32', 'float64', ...integerTypes];

/**
 * The k largest or smallest elements along an axis, best first, and their indices (int64). Of equal elements the one
 * with the lower index comes first. NaN is larger than every number.
 */
export const topK = defineOp<TopKAttributes>({
  name,
  summary: 'The k largest or smallest elements along an axis, with their indices',
  infer(inputs, { axis, k }) {
    const [x] = expectInputs(name, inputs, 1);
    expectDtype(name, 'the input', x, allowed);
    expectAxis(name, axis, x.shape.length);
    expectIntegers(name, 'k', [k], 1, 0);
    if (k > (x.shape[axis] ?? 0)) throw new ShapeError(`${name}: ${k} of ${x.shape[axis]} elements`);
    const shape = x.shape.map((extent, i) => (i === axis ? k : extent));
    return [resultType(name, x.dtype, shape), resultType(name, 'int64', shape)];
  },
  evaluate(inputs, { axis, k, largest }) {
    const [x] = atLeast(inputs, 1);
    const { shape, dtype } = x.type;
    const data = x.data as NumberData;
    const extent = shape[axis] ?? 1;
    const outer = elementCount(shape.slice(0, axis));
    const inner = elementCount(shape.slice(axis + 1));
    const values = createData(dtype, outer * k * inner);
    const indices = new BigInt64Array(values.length);
    for (let block = 0; block < outer; block++) {
      for (let lane = 0; lane < inner; lane++) {
        const element = (i: number): number => data[(block * extent + i) * inner + lane] as number;
        const order = Array.from({ length: extent }, (_, i) => i);
        // The sort is stable.
        order.sort((i, j) => (largest ? compare(element(j), element(i)) : compare(element(i), element(j))));
        for (let i = 0; i < k; i++) {
          const at = (block * k + i) * inner + lane;
          values[at] = element(order[i] ?? 0);
          indices[at] = BigInt(order[i] ?? 0);
        }
      }
    }
    return [values, indices];
  },
});

/** Ascending, NaN last; the 64-bit types hold bigints. */
function compare(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(a !== a) - Number(b !== b);
}
