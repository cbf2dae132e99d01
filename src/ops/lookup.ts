import { createData, integerRange, type DataType } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { atLeast, expectDtype, expectInputs, resultType } from './type-checks.ts';

export type LookupAttributes = Record<string, never>;

const name = 'lookup';
const results: readonly DataType[] = ['bool', 'int8', 'uint8', 'float32', 'float64'];

/** Any function of an 8-bit tensor: table [256], indexed by x − (lowest value of x's type) → the table's type. */
export const lookup = defineOp<LookupAttributes>({
  name,
  summary: 'Table of 256 entries applied to an 8-bit tensor',
  elementwise: true,
  infer(inputs) {
    const [x, table] = expectInputs(name, inputs, 2);
    expectDtype(name, 'the input', x, ['int8', 'uint8']);
    expectDtype(name, 'the table', table, results);
    if (table.shape.length !== 1 || table.shape[0] !== 256) {
      throw new ShapeError(`${name}: a table of shape [${table.shape.join(',')}], not [256]`);
    }
    return [resultType(name, table.dtype, x.shape)];
  },
  evaluate(inputs) {
    const [x, table] = atLeast(inputs, 2);
    const { min } = integerRange(x.type.dtype);
    const result = createData(table.type.dtype, x.data.length);
    const indices = x.data as Int8Array;
    for (let i = 0; i < indices.length; i++) result[i] = table.data[(indices[i] ?? 0) - min] as never;
    return [result];
  },
});
