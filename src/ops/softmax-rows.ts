import { createData, type DataType } from '../ir/data-type.ts';
import { defineOp, type OpDefinition } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { atLeast, expectAxis, expectDtype, expectInputs, resultType } from './type-checks.ts';

/** Attributes of the float softmax family. */
export type SoftmaxAttributes = { readonly axis: number };

type Round = (value: number) => number;
type Row = (row: Float64Array, round: Round, dtype: DataType) => void;

/** A float operator that rewrites each row along an axis in place. */
export function defineRowOperator(
  name: string,
  summary: string,
  apply: Row,
): OpDefinition<SoftmaxAttributes> {
  return defineOp<SoftmaxAttributes>({
    name,
    summary,
    inexact: true,
    infer(inputs, { axis }) {
      const [x] = expectInputs(name, inputs, 1);
      expectDtype(name, 'the input', x, ['float32', 'float64']);
      expectAxis(name, axis, x.shape.length);
      return [resultType(name, x.dtype, x.shape)];
    },
    evaluate(inputs, { axis }) {
      const [x] = atLeast(inputs, 1);
      const data = x.data as Float32Array;
      const extent = x.type.shape[axis] ?? 1;
      const inner = elementCount(x.type.shape.slice(axis + 1));
      const result = createData(x.type.dtype, data.length);
      const row = new Float64Array(extent);
      const round: Round = x.type.dtype === 'float32' ? Math.fround : (value) => value;
      for (let block = 0; block < data.length; block += extent * inner) {
        for (let lane = 0; lane < inner; lane++) {
          for (let i = 0; i < extent; i++) row[i] = data[block + i * inner + lane] ?? 0;
          apply(row, round, x.type.dtype);
          for (let i = 0; i < extent; i++) result[block + i * inner + lane] = row[i] as never;
        }
      }
      return [result];
    },
  });
}

/** Subtracts the largest element; the exponentials then cannot overflow. */
export function centre(row: Float64Array, round: Round): void {
  let largest = -Infinity;
  for (const value of row) if (value > largest) largest = value;
  for (let i = 0; i < row.length; i++) row[i] = round((row[i] ?? 0) - largest);
}
