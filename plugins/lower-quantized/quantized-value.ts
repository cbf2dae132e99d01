import {
  constantNumbers,
  integerRange,
  isOp,
  ops,
  scalarConstant,
  type DataType,
  type Node,
  type Quantization,
  type Rewriter,
  type Value,
} from 'match-compiler';

/** real = scale·(q − zeroPoint) with one scale for the tensor. */
export interface Parameters {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly dtype: DataType;
}

/** A float value that is a dequantized integer one. */
export interface Dequantized extends Parameters {
  /** The integers. */
  readonly value: Value;
  /** The dequantize node. */
  readonly node: Node;
}

/** A float value that is dequantized per channel or per tensor. */
export interface DequantizedChannels {
  readonly value: Value;
  readonly node: Node;
  readonly scales: readonly number[];
  /** The same for all channels. */
  readonly zeroPoint: number;
  /** Of the scales, when there is more than one. */
  readonly axis: number;
}

/** Types of activations that integer operators take. */
export const activationTypes: readonly DataType[] = ['int8', 'uint8', 'int16'];

export function isByte(dtype: DataType): boolean {
  return dtype === 'int8' || dtype === 'uint8';
}

/** The integers behind `value` when it was dequantized with one scale. */
export function dequantized(value: Value | undefined, rewriter: Rewriter): Dequantized | undefined {
  const found = dequantizedChannels(value, rewriter);
  const [scale, another] = found?.scales ?? [];
  if (!found || scale === undefined || another !== undefined) return undefined;
  return {
    value: found.value,
    node: found.node,
    scale,
    zeroPoint: found.zeroPoint,
    dtype: found.value.type.dtype,
  };
}

/** The integers behind `value` when it was dequantized with positive scales and one zero point. */
export function dequantizedChannels(
  value: Value | undefined,
  rewriter: Rewriter,
): DequantizedChannels | undefined {
  const node = rewriter.from(value, ops.dequantize);
  const [input, scale, zeroPoint] = node?.inputs ?? [];
  const scales = constantNumbers(scale);
  const [zero, ...others] = constantNumbers(zeroPoint) ?? [];
  if (!node || !input || !scales || zero === undefined || others.some((other) => other !== zero))
    return undefined;
  if (!scales.every(isScale)) return undefined;
  return { value: input, node, scales, zeroPoint: zero, axis: node.attributes.axis };
}

/** Where floats become integers: a quantize node with the clips before it, which nothing else reads. */
export interface Tail extends Parameters {
  readonly node: Node;
  readonly output: Value;
  /** The float value before the clips. */
  readonly source: Value;
  /** In execution order. */
  readonly clips: readonly Node<ops.ClipAttributes>[];
  /** The clips' limits and those of the type, quantized: both roundings are monotone. */
  readonly min: number;
  readonly max: number;
}

export function tailOf(node: Node, rewriter: Rewriter): Tail | undefined {
  const [input, scaleValue, zeroPointValue] = node.inputs;
  const [output] = node.outputs;
  const scale = scalarConstant(scaleValue);
  const zeroPoint = scalarConstant(zeroPointValue);
  if (!input || !output || !isOp(node, ops.quantize)) return undefined;
  if (scale === undefined || zeroPoint === undefined || !isScale(scale)) return undefined;
  const { dtype } = node.attributes;
  const clips: Node<ops.ClipAttributes>[] = [];
  let source = input;
  for (let clip = rewriter.sole(source, ops.clip); clip; clip = rewriter.sole(source, ops.clip)) {
    const [before] = clip.inputs;
    if (!before) return undefined;
    clips.unshift(clip);
    source = before;
  }
  const range = integerRange(dtype);
  let { min, max } = range;
  for (const clip of clips) {
    const low = quantizedLimit(clip.attributes.min, { scale, zeroPoint, dtype });
    const high = quantizedLimit(clip.attributes.max, { scale, zeroPoint, dtype });
    [min, max] = [Math.min(Math.max(min, low), high), Math.min(Math.max(max, low), high)];
  }
  return { node, output, source, clips, scale, zeroPoint, dtype, min, max };
}

/** The limits are those of the type. */
export function isUnlimited(tail: Tail): boolean {
  const range = integerRange(tail.dtype);
  return tail.min === range.min && tail.max === range.max;
}

export function sameParameters(a: Parameters, b: Parameters): boolean {
  return a.scale === b.scale && a.zeroPoint === b.zeroPoint && a.dtype === b.dtype;
}

export function quantizationOf({ scale, zeroPoint }: Parameters): Quantization {
  return { scale: [scale], zeroPoint: [zeroPoint] };
}

/** What `quantize` makes of a float, infinities included. */
export function quantizedLimit(limit: number, { scale, zeroPoint, dtype }: Parameters): number {
  const { min, max } = integerRange(dtype);
  if (limit === -Infinity) return min;
  if (limit === Infinity) return max;
  const [q] = ops.quantize.evaluate(
    [
      { type: { dtype: 'float32', shape: [1] }, data: Float32Array.of(limit) },
      { type: { dtype: 'float32', shape: [1] }, data: Float32Array.of(scale) },
      { type: { dtype: 'int32', shape: [1] }, data: Int32Array.of(zeroPoint) },
    ],
    { axis: 0, dtype },
    [{ dtype, shape: [1] }],
  );
  return Number(q?.[0] ?? 0);
}

function isScale(scale: number): boolean {
  return scale > 0 && Number.isFinite(scale);
}
