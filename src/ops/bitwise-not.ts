import { createData, isFloat, isWide } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

export type BitwiseNotAttributes = Record<string, never>;

const name = 'bitwise_not';

/** Every bit turned over; on bools the logical not. */
export const bitwiseNot = defineOp<BitwiseNotAttributes>({
  name,
  summary: 'Not of bits or bools',
  elementwise: true,
  infer(inputs) {
    const [x] = expectInputs(name, inputs, 1);
    if (isFloat(x.dtype)) throw new ShapeError(`${name}: the input is ${x.dtype}`);
    return [resultType(name, x.dtype, x.shape)];
  },
  evaluate(inputs) {
    const [x] = atLeast(inputs, 1);
    const { dtype } = x.type;
    const result = createData(dtype, x.data.length);
    const wide = isWide(dtype);
    for (let i = 0; i < result.length; i++) {
      const value = x.data[i] ?? 0;
      if (dtype === 'bool') result[i] = value === 0 ? 1 : 0;
      else result[i] = wide ? ~BigInt(value) : ~Number(value);
    }
    return [result];
  },
});
