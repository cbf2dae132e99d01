import { locationsOf, ops, type Node, type Rewriter } from 'match-compiler';
import { accumulatorFor, integerVector, inUnits, magnitudeOf, type Accumulation } from './accumulation.ts';
import { activationTypes, dequantized } from './quantized-value.ts';

/** Product of two dequantized tensors, activations or constants. */
export function matmulAccumulation(
  node: Node<ops.MatmulAttributes>,
  rewriter: Rewriter,
): Accumulation | undefined {
  const [left, right] = node.inputs;
  const [output] = node.outputs;
  const a = dequantized(left, rewriter);
  const b = dequantized(right, rewriter);
  if (!a || !b || !left || !output) return undefined;
  if (!activationTypes.includes(a.dtype) || !activationTypes.includes(b.dtype)) return undefined;
  const depth = left.type.shape.at(-1) ?? 1;
  const axis = output.type.shape.length - 1;
  const scales = [a.scale * b.scale];
  const most =
    depth * magnitudeOf(a.value, a.zeroPoint, rewriter) * magnitudeOf(b.value, b.zeroPoint, rewriter);
  return {
    scales,
    axis: Math.max(0, axis),
    operator: 'dense',
    build(offsets, fused) {
      const extra = inUnits(offsets, scales, offsets.length);
      const accumulator = accumulatorFor(most + Math.max(...extra.map(Math.abs)));
      if (!accumulator) return undefined;
      const product = rewriter.add1(
        ops.matmul,
        [a.value, b.value],
        { aZeroPoint: a.zeroPoint, bZeroPoint: b.zeroPoint, accumulator },
        { name: node.name, loc: locationsOf(node, a.node, b.node) },
      );
      if (extra.every((e) => e === 0)) return product;
      const addend = rewriter.constant(`${node.name}.bias`, integerVector(accumulator, extra));
      return rewriter.add1(
        ops.add,
        [product, addend],
        { dtype: accumulator },
        {
          name: `${node.name}.biased`,
          loc: locationsOf(...fused, node),
        },
      );
    },
  };
}
