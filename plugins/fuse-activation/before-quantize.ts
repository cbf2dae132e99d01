import { integerRange, isOp, locationsOf, ops, tensor, type Node, type RewriteRule } from 'match-compiler';

/**
 * quantize(clip(x)) = clip(quantize(x)), limits quantized: both functions are monotone, so their order
 * does not matter. On the integers the clip costs a quarter, and often nothing: a relu is idle there when
 * 0 is the lowest value.
 */
export const clipBeforeQuantize: RewriteRule = {
  name: 'clip-before-quantize',
  at: [ops.quantize],
  apply(node, rewriter) {
    const [, scale, zeroPoint] = node.inputs;
    const [output] = node.outputs;
    const clip = rewriter.sole(node.inputs[0], ops.clip);
    const input = clip?.inputs[0];
    if (!clip || !input || !output || !scale || !zeroPoint || !isOp(node, ops.quantize)) return false;
    const limits = quantizedLimits(node, clip.attributes);
    if (!limits) return false;
    const { min, max } = integerRange(node.attributes.dtype);
    const loc = locationsOf(node, clip);
    if (limits.min === min && limits.max === max) {
      rewriter.substitute(output, ops.quantize, [input, scale, zeroPoint], node.attributes, {
        name: node.name,
        loc,
      });
      return true;
    }
    const quantized = rewriter.add1(ops.quantize, [input, scale, zeroPoint], node.attributes, {
      name: `${node.name}.unclipped`,
      loc: node.loc,
      types: [output.type],
    });
    rewriter.substitute(output, ops.clip, [quantized], limits, { name: clip.name, loc });
    return true;
  },
};

/** What `quantize` makes of the limits of a clip; undefined where they differ between channels. */
function quantizedLimits(
  node: Node<ops.QuantizeAttributes>,
  limits: { readonly min: number; readonly max: number },
): { readonly min: number; readonly max: number } | undefined {
  const scale = node.inputs[1]?.constant;
  const zeroPoint = node.inputs[2]?.constant;
  if (!scale || !zeroPoint || scale.data.length !== 1) return undefined;
  const bounds = tensor('float32', [2], [limits.min, limits.max]);
  const [result] = ops.quantize.evaluate([bounds, scale, zeroPoint], { ...node.attributes, axis: 0 }, [
    { dtype: node.attributes.dtype, shape: [2] },
  ]);
  return { min: Number(result?.[0] ?? 0), max: Number(result?.[1] ?? 0) };
}
