import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount, type Shape } from '../ir/tensor.ts';
import { broadcastShapes, broadcastStrides } from './broadcast.ts';
import { multiplyMatrices } from './matmul-loops.ts';
import { expectProductTypes, type Accumulator } from './products.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

export type MatmulAttributes = {
  readonly aZeroPoint: number;
  readonly bZeroPoint: number;
  readonly accumulator: Accumulator;
};

const name = 'matmul';

interface Extents {
  readonly batch: readonly number[];
  readonly aBatch: Shape;
  readonly bBatch: Shape;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly output: readonly number[];
}

/** numpy's rule: a 1-D operand is a row (left) or a column (right), and its axis is dropped from the result. */
function extentsOf(a: Shape, b: Shape): Extents {
  if (a.length === 0 || b.length === 0) throw new ShapeError(`${name}: an operand is a scalar`);
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const [rows = 0, depth = 0] = left.slice(-2);
  const [depthB = 0, columns = 0] = right.slice(-2);
  if (depth !== depthB) {
    throw new ShapeError(
      `${name}: [${a.join(',')}] times [${b.join(',')}]: ${depth} columns against ${depthB} rows`,
    );
  }
  const aBatch = left.slice(0, -2);
  const bBatch = right.slice(0, -2);
  const batch = broadcastShapes(name, aBatch, bBatch);
  const output = [...batch, ...(a.length === 1 ? [] : [rows]), ...(b.length === 1 ? [] : [columns])];
  return { batch, aBatch, bBatch, rows, columns, depth, output };
}

/** Offsets of the matrices of one operand, in the order of the broadcast batch. */
function matrixOffsets(batch: Shape, own: Shape, matrixSize: number): number[] {
  const strides = broadcastStrides(own, batch);
  let offsets = [0];
  batch.forEach((extent, axis) => {
    const step = (strides[axis] ?? 0) * matrixSize;
    offsets = offsets.flatMap((offset) => Array.from({ length: extent }, (_, i) => offset + i * step));
  });
  return offsets;
}

/**
 * Matrix product with numpy's broadcasting of the leading axes. a […,M,K], b […,K,N] → […,M,N]; 1-D operands as in
 * numpy. Sums as in `conv2d`, floats from 0 on over ascending k.
 */
export const matmul = defineOp<MatmulAttributes>({
  name,
  summary: 'Matrix product into an accumulator, batch axes broadcast',
  infer(inputs, attributes) {
    const [a, b] = expectInputs(name, inputs, 2);
    expectProductTypes(name, a, attributes.aZeroPoint, b, attributes.bZeroPoint, attributes.accumulator);
    return [resultType(name, attributes.accumulator, extentsOf(a.shape, b.shape).output)];
  },
  evaluate(inputs, attributes) {
    const [a, b] = atLeast(inputs, 2);
    const { batch, aBatch, bBatch, rows, columns, depth } = extentsOf(a.type.shape, b.type.shape);
    const bOffsets = matrixOffsets(batch, bBatch, depth * columns);
    return [
      multiplyMatrices({
        a,
        b,
        bias: undefined,
        aZeroPoint: attributes.aZeroPoint,
        bZeroPoint: attributes.bZeroPoint,
        accumulator: attributes.accumulator,
        rows,
        columns,
        depth,
        bStrides: [1, columns],
        blocks: matrixOffsets(batch, aBatch, rows * depth).map((offset, i) => ({
          a: offset,
          b: bOffsets[i] ?? 0,
        })),
      }),
    ];
  },
  macs(inputs, outputs) {
    return elementCount(outputs[0]?.shape ?? [0]) * (inputs[0]?.shape.at(-1) ?? 0);
  },
});
