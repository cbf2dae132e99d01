import { alongAxis, constantNumbers, isOp, ops, type Node, type Value } from 'match-compiler';

/** y = factor·x + offset, one pair or one per channel (axis 1). */
export interface ChannelMap {
  readonly input: Value;
  readonly factor: readonly number[];
  readonly offset: readonly number[];
}

/** What a node computes when it scales and shifts every channel of a float tensor by constants. */
export function channelMapOf(node: Node): ChannelMap | undefined {
  const [output] = node.outputs;
  const [first, second] = node.inputs;
  if (!output || output.type.dtype !== 'float32' || !first) return undefined;
  if (isOp(node, ops.batchNorm)) return batchNormMap(node, first, node.attributes.epsilon);
  if (!second) return undefined;
  const [input, constant] = first.constant ? [second, first] : [first, second];
  // The constant must not widen the result: then the layer would have to repeat channels.
  if (input.constant || input.type.dtype !== 'float32' || constant.type.dtype !== 'float32') return undefined;
  if (input.type.shape.length !== output.type.shape.length) return undefined;
  if (!input.type.shape.every((extent, axis) => extent === output.type.shape[axis])) return undefined;
  const numbers = alongAxis(constant, output.type.shape, 1);
  if (!numbers) return undefined;
  if (isOp(node, ops.mul)) return { input, factor: numbers, offset: [0] };
  if (isOp(node, ops.add)) return { input, factor: [1], offset: numbers };
  if (isOp(node, ops.sub)) {
    return first.constant
      ? { input, factor: [-1], offset: numbers }
      : { input, factor: [1], offset: numbers.map((number) => -number) };
  }
  if (isOp(node, ops.div) && !first.constant && numbers.every((number) => number !== 0)) {
    return { input, factor: numbers.map((number) => 1 / number), offset: [0] };
  }
  return undefined;
}

function batchNormMap(node: Node, input: Value, epsilon: number): ChannelMap | undefined {
  const [scale, bias, mean, variance] = node.inputs.slice(1).map(constantNumbers);
  if (!scale || !bias || !mean || !variance) return undefined;
  const factor = scale.map((s, c) => s / Math.sqrt((variance[c] ?? 0) + epsilon));
  if (!factor.every(Number.isFinite)) return undefined;
  return { input, factor, offset: bias.map((b, c) => b - (mean[c] ?? 0) * (factor[c] ?? 0)) };
}

/** `second` after `first`. */
export function composed(first: ChannelMap, second: ChannelMap): ChannelMap {
  return {
    input: first.input,
    factor: zip(first.factor, second.factor, (a, b) => a * b),
    offset: zip(
      zip(first.offset, second.factor, (a, b) => a * b),
      second.offset,
      (a, b) => a + b,
    ),
  };
}

/** Element by element, where a list of one number stands for that number in every channel. */
export function zip(
  a: readonly number[],
  b: readonly number[],
  combine: (a: number, b: number) => number,
): readonly number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
    combine((a.length === 1 ? a[0] : a[i]) ?? 0, (b.length === 1 ? b[0] : b[i]) ?? 0),
  );
}
