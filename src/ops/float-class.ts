import { createData } from '../ir/data-type.ts';
import { defineOp, type Attributes, type OpDefinition } from '../ir/op.ts';
import { atLeast, expectDtype, expectInputs, resultType } from './type-checks.ts';

/** A test of single floats; the result is bool. */
export function defineFloatTest<A extends Attributes>(
  name: string,
  summary: string,
  test: (x: number, attributes: A) => boolean,
): OpDefinition<A> {
  return defineOp<A>({
    name,
    summary,
    elementwise: true,
    infer(inputs) {
      const [x] = expectInputs(name, inputs, 1);
      expectDtype(name, 'the input', x, ['float32', 'float64']);
      return [resultType(name, 'bool', x.shape)];
    },
    evaluate(inputs, attributes) {
      const [x] = atLeast(inputs, 1);
      const result = createData('bool', x.data.length);
      for (let i = 0; i < result.length; i++) result[i] = test(Number(x.data[i]), attributes) ? 1 : 0;
      return [result];
    },
  });
}
