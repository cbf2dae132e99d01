import {
  isOp,
  locationsOf,
  numbersAlongAxis,
  ops,
  type Node,
  type Rewriter,
  type Value,
} from 'match-compiler';
import {
  accumulatorFor,
  entry,
  integerVector,
  inUnits,
  magnitudeOf,
  type Accumulation,
} from './accumulation.ts';
import {
  activationTypes,
  dequantized,
  dequantizedChannels,
  type Dequantized,
  type DequantizedChannels,
} from './quantized-value.ts';
import { realConstant } from './real-constant.ts';

type Layer = Node<ops.Conv2dAttributes> | Node<ops.DenseAttributes>;

/** conv2d or dense of dequantized activations and dequantized constant weights. */
export function layerAccumulation(node: Layer, rewriter: Rewriter): Accumulation | undefined {
  const [xValue, wValue, biasValue] = node.inputs;
  const x = dequantized(xValue, rewriter);
  const w = dequantizedChannels(wValue, rewriter);
  if (!x || !w?.value.constant) return undefined;
  if (!activationTypes.includes(x.dtype) || !activationTypes.includes(w.value.type.dtype)) return undefined;
  if (w.scales.length > 1 && w.axis !== 0) return undefined;
  const scales = w.scales.map((scale) => x.scale * scale);
  const filters = w.value.type.shape[0] ?? 1;
  const bias = biasOf(biasValue, filters, scales, rewriter);
  if (!bias) return undefined;
  const depthwise =
    isOp(node, ops.conv2d) && node.attributes.groups > 1 && node.attributes.groups === xValue?.type.shape[1];
  return {
    scales,
    axis: 1,
    operator: isOp(node, ops.conv2d) ? (depthwise ? 'depthwise' : 'conv') : 'dense',
    build(offsets, fused) {
      const extra = inUnits(offsets, scales, filters);
      const sums = bias.integers.map((b, o) => b + (extra[o] ?? 0));
      const hasBias = biasValue !== undefined || extra.some((e) => e !== 0);
      return addLayer(rewriter, node, x, w, hasBias ? sums : undefined, [...bias.nodes, ...fused]);
    },
  };
}

function addLayer(
  rewriter: Rewriter,
  node: Layer,
  x: Dequantized,
  w: DequantizedChannels,
  sums: readonly number[] | undefined,
  fused: readonly Node[],
): Value | undefined {
  const magnitude = largestSum(rewriter, x, w, sums);
  const accumulator = accumulatorFor(magnitude);
  if (!accumulator) return undefined;
  const bias = sums && rewriter.constant(`${node.name}.bias`, integerVector(accumulator, sums));
  const inputs = [x.value, w.value, ...(bias ? [bias] : [])];
  const points = { inputZeroPoint: x.zeroPoint, weightZeroPoint: w.zeroPoint, accumulator };
  const options = { name: node.name, loc: locationsOf(node, x.node, w.node, ...fused) };
  return isOp(node, ops.conv2d)
    ? rewriter.add1(ops.conv2d, inputs, { ...node.attributes, ...points }, options)
    : rewriter.add1(ops.dense, inputs, points, options);
}

/** Bound of |bias + Σ (x − zx)(w − zw)| over all filters. */
function largestSum(
  rewriter: Rewriter,
  x: Dequantized,
  w: DequantizedChannels,
  sums: readonly number[] | undefined,
): number {
  // Weights have 8 or 16 bits.
  const weights = (w.value.constant?.data ?? []) as Int16Array;
  const filters = w.value.type.shape[0] ?? 1;
  const taps = weights.length / filters;
  const largestX = magnitudeOf(x.value, x.zeroPoint, rewriter);
  let largest = 0;
  for (let o = 0; o < filters; o++) {
    let sum = Math.abs(sums?.[o] ?? 0);
    for (let i = o * taps; i < (o + 1) * taps; i++)
      sum += Math.abs((weights[i] ?? 0) - w.zeroPoint) * largestX;
    largest = Math.max(largest, sum);
  }
  return largest;
}

/** Scales of a stored bias are rounded to float32: this close they are the accumulator's. */
const scaleTolerance = 1e-6;

/** The bias in units of the accumulator, and the nodes that it comes from. */
function biasOf(
  value: Value | undefined,
  filters: number,
  scales: readonly number[],
  rewriter: Rewriter,
): { readonly integers: readonly number[]; readonly nodes: readonly Node[] } | undefined {
  if (!value) return { integers: new Array<number>(filters).fill(0), nodes: [] };
  const real = realConstant(value, rewriter);
  const numbers = real && numbersAlongAxis(real.numbers, real.shape, [filters], 0);
  if (!real || !numbers) return undefined;
  const { quantized } = real;
  const exact = quantized?.scales.every(
    (scale, o) =>
      Math.abs(scale / entry(scales, o) - 1) < scaleTolerance && quantized.integers.length === filters,
  );
  return {
    integers: quantized && exact ? quantized.integers : inUnits(numbers, scales, filters),
    nodes: quantized ? [quantized.node] : [],
  };
}
