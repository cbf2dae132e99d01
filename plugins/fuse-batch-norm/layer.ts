import {
  constantNumbers,
  isOp,
  locationsOf,
  ops,
  tensor,
  transposedTensor,
  type Node,
  type RewriteRule,
  type Rewriter,
  type Tensor,
  type Value,
} from 'match-compiler';
import { channelMapOf, zip, type ChannelMap } from './channel-map.ts';

/** A float layer whose output channels are rows of its constant weights. */
interface Layer {
  readonly node: Node;
  readonly input: Value;
  /** Rows first: [O,C,KH,KW] or [N,K]. */
  readonly weights: Tensor;
  readonly weightValue: Value;
  readonly bias: Value | undefined;
}

/** layer → scale and shift per channel: into the layer. */
export const foldIntoLayer: RewriteRule = {
  name: 'fold-into-layer',
  at: [ops.batchNorm, ops.mul, ops.add, ops.sub, ops.div],
  apply(node, rewriter) {
    const map = channelMapOf(node);
    const [output] = node.outputs;
    if (!map || !output || !rewriter.hasSingleUse(map.input)) return false;
    const layer = layerOf(rewriter.producer(map.input));
    if (!layer) return false;
    const biases = layer.bias ? constantNumbers(layer.bias) : [0];
    if (!biases) return false;
    replaceLayer(rewriter, layer, map, biases, node, output);
    return true;
  },
};

function layerOf(node: Node | undefined): Layer | undefined {
  const [input, weightValue, bias] = node?.inputs ?? [];
  if (!node || !input || !weightValue?.constant || weightValue.type.dtype !== 'float32') return undefined;
  const weights = weightValue.constant;
  if (isOp(node, ops.conv2d) || isOp(node, ops.dense)) return { node, input, weights, weightValue, bias };
  if (isOp(node, ops.matmul) && input.type.shape.length === 2 && weights.type.shape.length === 2) {
    return { node, input, weights: transposedTensor(weights, [1, 0]), weightValue, bias: undefined };
  }
  return undefined;
}

function replaceLayer(
  rewriter: Rewriter,
  layer: Layer,
  map: ChannelMap,
  biases: readonly number[],
  last: Node,
  output: Value,
): void {
  const rows = layer.weights.type.shape[0] ?? 1;
  const row = layer.weights.data.length / rows;
  const factors = Array.from(
    { length: rows },
    (_, o) => (map.factor.length === 1 ? map.factor[0] : map.factor[o]) ?? 1,
  );
  const scaled = Float32Array.from(
    layer.weights.data as Float32Array,
    (w, i) => w * (factors[Math.floor(i / row)] ?? 1),
  );
  const shifted = zip(
    zip(biases, factors, (b, f) => b * f),
    map.offset,
    (b, o) => b + o,
  );

  const weights = constantAfter(rewriter, layer.weightValue, { type: layer.weights.type, data: scaled });
  const biasTensor = tensor('float32', [rows], shifted);
  const bias = layer.bias
    ? constantAfter(rewriter, layer.bias, biasTensor)
    : rewriter.constant(`${layer.node.name}.bias`, biasTensor);
  const inputs = [layer.input, weights, bias];
  const options = { name: layer.node.name, loc: locationsOf(layer.node, last) };
  if (isOp(layer.node, ops.conv2d))
    rewriter.substitute(output, ops.conv2d, inputs, layer.node.attributes, options);
  else {
    const attributes = { inputZeroPoint: 0, weightZeroPoint: 0, accumulator: 'float32' } as const;
    rewriter.substitute(output, ops.dense, inputs, attributes, options);
  }
}

/** A constant in place of another, under its name when nothing else reads that one. */
function constantAfter(rewriter: Rewriter, old: Value, data: Tensor): Value {
  if (rewriter.consumers(old).length === 1) rewriter.releaseName(old);
  return rewriter.constant(old.name, data);
}
