import { isDataType, type DataType } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { convertData } from './convert.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

export type CastAttributes = {
  readonly dtype: DataType;
  /** Limit to the range of an integer type instead of wrapping. */
  readonly saturate: boolean;
};

const name = 'cast';

/** Conversion of the element type. Floats lose their fraction (towards zero), NaN becomes 0; to bool: x ≠ 0. */
export const cast = defineOp<CastAttributes>({
  name,
  summary: 'Conversion of the element type',
  elementwise: true,
  infer(inputs, { dtype }) {
    const [x] = expectInputs(name, inputs, 1);
    if (!isDataType(dtype)) throw new ShapeError(`${name}: no element type ${String(dtype)}`);
    return [resultType(name, dtype, x.shape)];
  },
  evaluate(inputs, { dtype, saturate }) {
    const [x] = atLeast(inputs, 1);
    const result = convertData(x.data, x.type.dtype, dtype, saturate);
    return [result === x.data ? x.data.slice() : result];
  },
});
