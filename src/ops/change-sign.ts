import { createData } from '../ir/data-type.ts';
import { defineOp } from '../ir/op.ts';
import { atLeast, expectDtype, expectInputs, resultType } from './type-checks.ts';

export type ChangeSignAttributes = Record<string, never>;

const name = 'change_sign';

/** int8 → uint8: x + 128. uint8 → int8: x − 128. Either way the highest bit flips; order and distances stay. */
export const changeSign = defineOp<ChangeSignAttributes>({
  name,
  summary: 'Moves an 8-bit tensor by 128 into the type of the other sign',
  elementwise: true,
  infer(inputs) {
    const [x] = expectInputs(name, inputs, 1);
    expectDtype(name, 'the input', x, ['int8', 'uint8']);
    return [resultType(name, x.dtype === 'int8' ? 'uint8' : 'int8', x.shape)];
  },
  evaluate(inputs) {
    const [x] = atLeast(inputs, 1);
    const result = createData(x.type.dtype === 'int8' ? 'uint8' : 'int8', x.data.length);
    const data = x.data as Int8Array;
    // The typed array keeps the low 8 bits.
    for (let i = 0; i < data.length; i++) result[i] = (data[i] ?? 0) ^ 0x80;
    return [result];
  },
});
