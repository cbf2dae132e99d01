import {
  constantNumbers,
  elementCount,
  integerRange,
  isOp,
  isWide,
  ops,
  type Conv2dAttributes,
  type DenseAttributes,
  type Graph,
  type Node,
  type QuantizedAddAttributes,
  type RequantizeAttributes,
  type SumPool2dAttributes,
  type Value,
} from 'match-compiler';
import { affineOf, type AffineChannel } from 'match-compiler/plugins/hardware-requantize';

/** A product with constant weights and the scaling of its sums, as an engine computes both. */
export interface Layer {
  readonly kind: 'layer';
  readonly node: Node<Conv2dAttributes> | Node<DenseAttributes>;
  readonly requantize: Node<RequantizeAttributes>;
  readonly input: Value;
  readonly output: Value;
  readonly filters: number;
  /** Input channels that one filter reads. */
  readonly perGroup: number;
  readonly groups: number;
  /** Weights of one filter and input channel. */
  readonly taps: number;
  /** Without their zero point; [filters][perGroup][taps]. */
  readonly weights: readonly number[];
  /** In units of the sums; one per filter. */
  readonly bias: readonly number[];
  /** How a sum becomes a result; one per filter. */
  readonly scales: readonly AffineChannel[];
  readonly inputZeroPoint: number;
  /** No position of the padding is read: a constant may move between the input and the bias. */
  readonly unpadded: boolean;
  /** Weights are −1, 0 and 1 and stay so: the factors of the results follow from those of the inputs. */
  readonly ternary?: {
    /** The model has these weights already. */
    readonly exact: boolean;
    /** The layer with the model's own weights. */
    readonly unchanged: Layer;
  };
}

/** A sum of two tensors of one shape. */
export interface Addition {
  readonly kind: 'addition';
  readonly node: Node<QuantizedAddAttributes>;
  readonly inputs: readonly [Value, Value];
  readonly output: Value;
}

/** A mean over windows that the controller scales: any factor will do. */
export interface Mean {
  readonly kind: 'mean';
  /** The node that reads the elements. */
  readonly node: Node;
  /** The node that writes the means; the same for a pool that divides by itself. */
  readonly root: Node;
  readonly window: Pick<SumPool2dAttributes, 'kernel' | 'strides' | 'pads' | 'ceilMode'>;
  readonly input: Value;
  readonly output: Value;
  /** Result per sum. */
  readonly factor: number;
  readonly inputZeroPoint: number;
  readonly zeroPoint: number;
  /** Of the results, in the model's form. */
  readonly bounds: Pick<RequantizeAttributes, 'min' | 'max' | 'dtype'>;
}

export type Unit = Layer | Addition | Mean;

/** Everything in the graph that can be re-quantized by itself; keyed by the node that writes the result. */
export function findUnits(graph: Graph): Map<Node, Unit> {
  const units = new Map<Node, Unit>();
  for (const node of graph.nodes) {
    const unit = isOp(node, ops.quantizedAdd)
      ? additionOf(node)
      : (averageOf(node, graph) ?? unitOfRequantize(node, graph));
    if (unit) units.set(node, unit);
  }
  return units;
}

export function isByte(value: Value): boolean {
  return value.type.dtype === 'int8' || value.type.dtype === 'uint8';
}

function additionOf(node: Node<QuantizedAddAttributes>): Addition | undefined {
  const [a, b] = node.inputs;
  const [output] = node.outputs;
  if (!a || !b || !output || a === b || ![a, b, output].every(isByte) || a.constant || b.constant)
    return undefined;
  const same = [a, b].every((operand) => operand.type.shape.join() === output.type.shape.join());
  return same && output.type.shape.length > 1
    ? { kind: 'addition', node, inputs: [a, b], output }
    : undefined;
}

function unitOfRequantize(node: Node, graph: Graph): Layer | Mean | undefined {
  if (!isOp(node, ops.requantize) || node.attributes.rule === 'shift') return undefined;
  const [sums] = node.inputs;
  const [output] = node.outputs;
  const source = sums && graph.producer(sums);
  if (!sums || !output || !source || !graph.hasSingleUse(sums) || !isByte(output) || isWide(sums.type.dtype))
    return undefined;
  if (isOp(source, ops.sumPool2d)) return meanOf(source, node, output);
  const isDense = isOp(source, ops.dense);
  if (!isDense && !isOp(source, ops.conv2d)) return undefined;
  return layerOf(source, node, output);
}

function meanOf(
  node: Node<SumPool2dAttributes>,
  requantize: Node<RequantizeAttributes>,
  output: Value,
): Mean | undefined {
  const [input] = node.inputs;
  const scales = affineOf(requantize);
  const [scale] = scales ?? [];
  if (!input || !isByte(input) || scales?.length !== 1 || !scale || requantize.attributes.rule === 'floor')
    return undefined;
  if (!(scale.factor > 0) || requantize.attributes.inputZeroPoint !== 0) return undefined;
  const { inputZeroPoint } = node.attributes;
  const { zeroPoint } = requantize.attributes;
  return {
    kind: 'mean',
    node,
    root: requantize,
    window: node.attributes,
    input,
    output,
    factor: scale.factor,
    inputZeroPoint,
    zeroPoint,
    bounds: requantize.attributes,
  };
}

/** A pool that divides by itself, over what has a known zero: its results deserve finer steps than its elements. */
function averageOf(node: Node, graph: Graph): Mean | undefined {
  const [input] = node.inputs;
  const [output] = node.outputs;
  if (!isOp(node, ops.averagePool2d) || !input || !output || !isByte(input)) return undefined;
  const { kernel, strides, pads, ceilMode, rounding, dilations = [1] } = node.attributes;
  const producer = graph.producer(input);
  const known = isOp(producer, ops.requantize) || isOp(producer, ops.quantizedAdd) ? producer : undefined;
  if (!known || ceilMode || rounding !== 'half-away') return undefined;
  if (pads.some((pad) => pad !== 0) || dilations.some((dilation) => dilation !== 1)) return undefined;
  const { zeroPoint } = known.attributes;
  const { min, max } = integerRange(output.type.dtype);
  return {
    kind: 'mean',
    node,
    root: node,
    window: { kernel, strides, pads, ceilMode },
    input,
    output,
    factor: 1 / elementCount(kernel),
    inputZeroPoint: zeroPoint,
    zeroPoint,
    bounds: { min, max, dtype: output.type.dtype },
  };
}

function layerOf(
  node: Node<Conv2dAttributes> | Node<DenseAttributes>,
  requantize: Node<RequantizeAttributes>,
  output: Value,
): Layer | undefined {
  const [input, w, bias] = node.inputs;
  const weights = constantNumbers(w);
  const biases = bias ? constantNumbers(bias) : [];
  const scales = affineOf(requantize);
  if (!input || !w || !weights || !biases || !scales || !isByte(input) || input.constant) return undefined;
  if (w.type.dtype !== 'int8' && w.type.dtype !== 'uint8') return undefined;
  if (scales.length > 1 && requantize.attributes.axis !== 1) return undefined;
  const [filters = 1, perGroup = 1, ...kernel] = w.type.shape;
  const { inputZeroPoint, weightZeroPoint } = node.attributes;
  const [first] = scales;
  if (!first) return undefined;
  const conv = isOp(node, ops.conv2d) ? node.attributes : undefined;
  return {
    kind: 'layer',
    node,
    requantize,
    input,
    output,
    filters,
    perGroup,
    groups: conv?.groups ?? 1,
    taps: elementCount(kernel),
    weights: weightZeroPoint === 0 ? weights : weights.map((weight) => weight - weightZeroPoint),
    bias: bias ? biases : Array.from({ length: filters }, () => 0),
    scales: scales.length === 1 ? Array.from({ length: filters }, () => first) : scales,
    inputZeroPoint,
    unpadded: conv?.pads.every((pad) => pad === 0) ?? true,
  };
}

/** The input channel of a weight. */
export function inputChannel(layer: Layer, filter: number, index: number): number {
  return Math.floor(filter / (layer.filters / layer.groups)) * layer.perGroup + index;
}
