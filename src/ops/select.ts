import { createData } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { broadcastData, broadcastShapes } from './broadcast.ts';
import { atLeast, expectDtype, expectInputs, resultType } from './type-checks.ts';

export type SelectAttributes = Record<string, never>;

const name = 'select';

/** The element of a where the condition (bool) holds, else that of b; all three broadcast. */
export const select = defineOp<SelectAttributes>({
  name,
  summary: 'Picks from two tensors by a condition, broadcast',
  elementwise: true,
  infer(inputs) {
    const [condition, a, b] = expectInputs(name, inputs, 3);
    expectDtype(name, 'the condition', condition, ['bool']);
    if (a.dtype !== b.dtype) throw new ShapeError(`${name}: ${a.dtype} or ${b.dtype}`);
    const shape = broadcastShapes(name, condition.shape, broadcastShapes(name, a.shape, b.shape));
    return [resultType(name, a.dtype, shape)];
  },
  evaluate(inputs, _attributes, [output]) {
    const [condition, x, y] = atLeast(inputs, 3);
    const { dtype } = x.type;
    const shape = output?.shape ?? [];
    const picks = broadcastData('bool', condition.data, condition.type.shape, shape);
    const a = broadcastData(dtype, x.data, x.type.shape, shape);
    const b = broadcastData(dtype, y.data, y.type.shape, shape);
    const result = createData(dtype, picks.length);
    for (let i = 0; i < picks.length; i++) result[i] = (picks[i] ? a[i] : b[i]) as never;
    return [result];
  },
});
