import {
  alongAxis,
  constantNumbers,
  isInteger,
  isOp,
  locationsOf,
  ops,
  tensor,
  transposedTensor,
  type Node,
  type RewriteRule,
  type Rewriter,
  type Value,
} from 'match-compiler';

/** x · W with constant integer W is a dense layer of Wᵀ: integer sums do not depend on their order. */
export const matmulToDense: RewriteRule = {
  name: 'matmul-to-dense',
  at: [ops.matmul],
  apply(node, rewriter) {
    const [x, weights] = node.inputs;
    const [output] = node.outputs;
    if (!x || !weights?.constant || !output || !isOp(node, ops.matmul)) return false;
    if (!isInteger(output.type.dtype) || x.type.shape.length !== 2 || weights.type.shape.length !== 2)
      return false;
    if (rewriter.consumers(weights).length === 1) rewriter.releaseName(weights);
    const rows = rewriter.constant(weights.name, transposedTensor(weights.constant, [1, 0]));
    const { aZeroPoint, bZeroPoint, accumulator } = node.attributes;
    const attributes = { inputZeroPoint: aZeroPoint, weightZeroPoint: bZeroPoint, accumulator };
    rewriter.substitute(output, ops.dense, [x, rows], attributes, { name: node.name, loc: node.loc });
    return true;
  },
};

/** A constant per channel added to an int32 accumulator is a bias; both sums wrap alike. */
export const addIntoBias: RewriteRule = {
  name: 'add-into-bias',
  at: [ops.add],
  apply(node, rewriter) {
    const [output] = node.outputs;
    const [first, second] = node.inputs;
    if (!output || output.type.dtype !== 'int32' || !first || !second) return false;
    const [sum, constant] = first.constant ? [second, first] : [first, second];
    const channels = sum.type.shape[1] ?? 1;
    const addend = alongAxis(constant, output.type.shape, 1);
    if (!addend || sum.type.dtype !== 'int32' || !rewriter.hasSingleUse(sum)) return false;
    if (!sum.type.shape.every((extent, axis) => extent === output.type.shape[axis])) return false;
    const layer = rewriter.producer(sum);
    if (isOp(layer, ops.conv2d)) {
      const inputs = withBias(layer, addend, channels, rewriter);
      if (!inputs) return false;
      rewriter.substitute(output, ops.conv2d, inputs, layer.attributes, options(layer, node));
      return true;
    }
    if (isOp(layer, ops.dense)) {
      const inputs = withBias(layer, addend, channels, rewriter);
      if (!inputs) return false;
      rewriter.substitute(output, ops.dense, inputs, layer.attributes, options(layer, node));
      return true;
    }
    return false;
  },
};

function options(layer: Node, add: Node): { name: string; loc: Node['loc'] } {
  return { name: layer.name, loc: locationsOf(layer, add) };
}

function withBias(
  layer: Node,
  addend: readonly number[],
  channels: number,
  rewriter: Rewriter,
): readonly Value[] | undefined {
  const [x, weights, old] = layer.inputs;
  const before = old ? constantNumbers(old) : [];
  if (!x || !weights || !before) return undefined;
  const sums = Array.from(
    { length: channels },
    (_, c) => ((addend.length === 1 ? addend[0] : addend[c]) ?? 0) + (before[c] ?? 0),
  );
  if (!sums.every(Number.isSafeInteger)) return undefined;
  if (old && rewriter.consumers(old).length === 1) rewriter.releaseName(old);
  const bias = rewriter.constant(old?.name ?? `${layer.name}.bias`, tensor('int32', [channels], sums));
  return [x, weights, bias];
}
