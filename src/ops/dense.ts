import { defineOp, ShapeError } from '../ir/op.ts';
import { multiplyMatrices } from './matmul-loops.ts';
import { expectProductTypes, type Accumulator } from './products.ts';
import { atLeast, expectDtype, expectInputs, expectRank, resultType } from './type-checks.ts';

export type DenseAttributes = {
  readonly inputZeroPoint: number;
  readonly weightZeroPoint: number;
  readonly accumulator: Accumulator;
};

const name = 'dense';

/**
 * Fully connected layer. x [M,K], w [N,K], bias? [N] of the accumulator's type → [M,N]. The sums follow the rules
 * of `conv2d`; floats are summed from the bias on over ascending k.
 */
export const dense = defineOp<DenseAttributes>({
  name,
  summary: 'Fully connected layer into an accumulator',
  infer(inputs, attributes) {
    const [x, w, bias] = expectInputs(name, inputs, 2, 3);
    expectRank(name, 'the input', x, 2);
    expectRank(name, 'the weights', w, 2);
    expectProductTypes(
      name,
      x,
      attributes.inputZeroPoint,
      w,
      attributes.weightZeroPoint,
      attributes.accumulator,
    );
    const [rows = 0, depth = 0] = x.shape;
    const [columns = 0, weightDepth = 0] = w.shape;
    if (depth !== weightDepth) {
      throw new ShapeError(`${name}: the input has ${depth} features, the weights take ${weightDepth}`);
    }
    if (bias) {
      expectDtype(name, 'the bias', bias, [attributes.accumulator]);
      if (bias.shape.length !== 1 || bias.shape[0] !== columns) {
        throw new ShapeError(`${name}: bias of shape [${bias.shape.join(',')}] for ${columns} outputs`);
      }
    }
    return [resultType(name, attributes.accumulator, [rows, columns])];
  },
  evaluate(inputs, attributes) {
    const [x, w, bias] = atLeast(inputs, 2);
    const [rows = 0, depth = 0] = x.type.shape;
    const [columns = 0] = w.type.shape;
    return [
      multiplyMatrices({
        a: x,
        b: w,
        bias,
        aZeroPoint: attributes.inputZeroPoint,
        bZeroPoint: attributes.weightZeroPoint,
        accumulator: attributes.accumulator,
        rows,
        columns,
        depth,
        bStrides: [depth, 1],
        blocks: [{ a: 0, b: 0 }],
      }),
    ];
  },
  macs(inputs, outputs) {
    const [rows = 0, columns = 0] = outputs[0]?.shape ?? [];
    return rows * columns * (inputs[1]?.shape[1] ?? 0);
  },
});
