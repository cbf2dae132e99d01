import { alongAxis, isInteger, locationsOf, ops, tensor, type Node, type Rewriter } from 'match-compiler';
import { inUnits, type Accumulation } from './accumulation.ts';

/** mul(cast(integers), constant): how models spell the scaling of integer products. */
export function scaledAccumulation(
  node: Node<ops.BinaryAttributes>,
  rewriter: Rewriter,
): Accumulation | undefined {
  const [first, second] = node.inputs;
  const [output] = node.outputs;
  if (!first || !second || !output) return undefined;
  const [scaled, constant] = first.constant ? [second, first] : [first, second];
  const cast = rewriter.from(scaled, ops.cast);
  const [integers] = cast?.inputs ?? [];
  if (!cast || !integers || !isInteger(integers.type.dtype) || cast.attributes.dtype !== 'float32')
    return undefined;
  if (integers.type.dtype === 'uint64') return undefined;
  const { shape } = output.type;
  if (shape.length !== integers.type.shape.length) return undefined;
  const axes = shape.length > 1 ? [1, shape.length - 1] : [0];
  const axis = axes.find((candidate) => alongAxis(constant, shape, candidate));
  const scales = axis === undefined ? undefined : alongAxis(constant, shape, axis);
  if (axis === undefined || !scales?.every((scale) => scale > 0 && Number.isFinite(scale))) return undefined;
  return {
    scales,
    axis,
    operator: 'dense',
    build(offsets, fused) {
      const count = Math.max(offsets.length, scales.length);
      const extra = inUnits(offsets, scales, count);
      if (extra.every((e) => e === 0)) return integers;
      // Past 32 bits the sum of accumulator and offset could wrap where the floats do not.
      const { min, max } = rewriter.ranges.overall(integers);
      const fits = min + Math.min(...extra) >= -(2 ** 31) && max + Math.max(...extra) < 2 ** 31;
      const dtype = fits && integers.type.dtype !== 'int64' ? 'int32' : 'int64';
      if (dtype === 'int64' && Math.max(Math.abs(min), Math.abs(max)) > 2 ** 52) return undefined;
      const vector = shape.map((_, i) => (i === axis ? count : 1));
      const data = extra.map((e) => (dtype === 'int64' ? BigInt(e) : e)) as number[];
      const addend = rewriter.constant(`${node.name}.offset`, tensor(dtype, vector, data));
      return rewriter.add1(
        ops.add,
        [integers, addend],
        { dtype },
        {
          name: `${node.name}.shifted`,
          loc: locationsOf(...fused, node),
        },
      );
    },
  };
}
