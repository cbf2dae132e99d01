import {
  elementCount,
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

type Layer = Node<ops.Conv2dAttributes> | Node<ops.ConvTransposeAttributes> | Node<ops.DenseAttributes>;

/** conv2d, conv_transpose or dense of dequantized activations and dequantized constant weights. */
export function layerAccumulation(node: Layer, rewriter: Rewriter): Accumulation | undefined {
  const [xValue, wValue, biasValue] = node.inputs;
  const x = dequantized(xValue, rewriter);
  const w = dequantizedChannels(wValue, rewriter);
  if (!x || !w?.value.constant) return undefined;
  if (!activationTypes.includes(x.dtype) || !activationTypes.includes(w.value.type.dtype)) return undefined;
  const { count: filters, filterOf, axis } = filtersOf(node, w.value);
  if (w.scales.length > 1 && w.axis !== axis) return undefined;
  const scales = w.scales.map((scale) => x.scale * scale);
  const bias = biasOf(biasValue, filters, scales, rewriter);
  if (!bias) return undefined;
  const depthwise =
    isOp(node, ops.conv2d) && node.attributes.groups > 1 && node.attributes.groups === xValue?.type.shape[1];
  return {
    scales,
    axis: 1,
    operator: isOp(node, ops.dense) ? 'dense' : depthwise ? 'depthwise' : 'conv',
    build(offsets, fused) {
      const extra = inUnits(offsets, scales, filters);
      const sums = bias.integers.map((b, o) => b + (extra[o] ?? 0));
      const hasBias = biasValue !== undefined || extra.some((e) => e !== 0);
      const magnitude = largestSum(rewriter, x, w, sums, filterOf);
      return addLayer(rewriter, node, x, w, magnitude, hasBias ? sums : undefined, [...bias.nodes, ...fused]);
    },
  };
}

function addLayer(
  rewriter: Rewriter,
  node: Layer,
  x: Dequantized,
  w: DequantizedChannels,
  magnitude: number,
  sums: readonly number[] | undefined,
  fused: readonly Node[],
): Value | undefined {
  const accumulator = accumulatorFor(magnitude);
  if (!accumulator) return undefined;
  const bias = sums && rewriter.constant(`${node.name}.bias`, integerVector(accumulator, sums));
  const inputs = [x.value, w.value, ...(bias ? [bias] : [])];
  const points = { inputZeroPoint: x.zeroPoint, weightZeroPoint: w.zeroPoint, accumulator };
  const options = { name: node.name, loc: locationsOf(node, x.node, w.node, ...fused) };
  if (isOp(node, ops.conv2d)) {
    return rewriter.add1(ops.conv2d, inputs, { ...node.attributes, ...points }, options);
  }
  return isOp(node, ops.convTranspose)
    ? rewriter.add1(ops.convTranspose, inputs, { ...node.attributes, ...points }, options)
    : rewriter.add1(ops.dense, inputs, points, options);
}

/** The filters of a layer's weights: how many, which one a weight belongs to, and their axis, if they have one. */
function filtersOf(
  node: Layer,
  { type: { shape } }: Value,
): {
  readonly count: number;
  readonly filterOf: (index: number) => number;
  readonly axis: number | undefined;
} {
  const total = elementCount(shape);
  const [first = 1, second = 1] = shape;
  if (!isOp(node, ops.convTranspose)) {
    return { count: first, filterOf: (index) => Math.floor((index * first) / total), axis: 0 };
  }
  // [C,O/groups,…]
  const { groups } = node.attributes;
  const taps = total / (first * second);
  return {
    count: second * groups,
    filterOf(index) {
      const channel = Math.floor(index / (taps * second));
      return Math.floor((channel * groups) / first) * second + (Math.floor(index / taps) % second);
    },
    axis: groups === 1 ? 1 : undefined,
  };
}

/** Bound of |bias + Σ (x − zx)(w − zw)| over all filters. */
function largestSum(
  rewriter: Rewriter,
  x: Dequantized,
  w: DequantizedChannels,
  sums: readonly number[],
  filterOf: (index: number) => number,
): number {
  // Weights have 8 or 16 bits.
  const weights = (w.value.constant?.data ?? []) as Int16Array;
  const largestX = magnitudeOf(x.value, x.zeroPoint, rewriter);
  const magnitudes = sums.map(Math.abs);
  weights.forEach((weight, i) => {
    const filter = filterOf(i);
    magnitudes[filter] = (magnitudes[filter] ?? 0) + Math.abs(weight - w.zeroPoint) * largestX;
  });
  return magnitudes.reduce((most, magnitude) => Math.max(most, magnitude), 0);
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
