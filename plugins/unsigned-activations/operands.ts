import { integerRange, isOp, nodeMacs, ops, type Graph, type Node, type Value } from 'match-compiler';

/** One operand of a node. */
export interface Slot {
  readonly side: 'input' | 'output';
  readonly index: number;
}

/** Operands of a node that must have one sign, whichever it is. */
export interface SignGroup {
  readonly slots: readonly Slot[];
  /** What it is worth to have them unsigned, in the unit of `conversionCost`. */
  readonly gain: number;
}

const input = (index: number): Slot => ({ side: 'input', index });
const output = (index: number): Slot => ({ side: 'output', index });

export function slotValue(node: Node, { side, index }: Slot): Value | undefined {
  return side === 'input' ? node.inputs[index] : node.outputs[index];
}

/**
 * The 8-bit operands whose sign a node can do without: it either takes the 128 into a zero point, a bound or a
 * table, or does not care. Every other signed operand has to stay signed.
 */
export function signGroups(node: Node, graph: Graph): readonly SignGroup[] {
  return groupsOf(node, graph)
    .map(({ slots, gain }) => ({
      slots: slots.filter((slot) => slotValue(node, slot)?.type.dtype === 'int8'),
      gain,
    }))
    .filter(({ slots }) => slots.length > 0);
}

function groupsOf(node: Node, graph: Graph): readonly SignGroup[] {
  const alone = (slot: Slot, gain = 0): SignGroup => ({ slots: [slot], gain });
  const tied = (...slots: Slot[]): SignGroup[] => [{ slots, gain: 0 }];
  const everything = (): SignGroup[] =>
    tied(...node.inputs.map((_, i) => input(i)), ...node.outputs.map((_, i) => output(i)));
  const [first, second, third] = node.inputs;

  if (isOp(node, ops.conv2d) || isOp(node, ops.dense)) return [alone(input(0), nodeMacs(node))];
  if (isOp(node, ops.matmul)) {
    return [alone(input(0), nodeMacs(node)), ...(second?.constant ? [] : [alone(input(1))])];
  }
  if (isOp(node, ops.requantize)) {
    // The addend of this rule holds the zero points, and what it may hold was proven for it as it is.
    if (node.attributes.rule === 'shift') return [];
    return [alone(input(0)), alone(output(0), layerGain(first, graph))];
  }
  if (isOp(node, ops.quantizedAdd) || isOp(node, ops.quantizedMul)) {
    return [alone(input(0)), alone(input(1)), alone(output(0))];
  }
  // Tables begin at the lowest value of the type: the entry of x is that of x + 128.
  if (isOp(node, ops.lookup)) return [alone(input(0)), ...(second?.constant ? [alone(output(0))] : [])];
  if (isOp(node, ops.quantize)) return third?.constant ? [alone(output(0))] : [];
  if (isOp(node, ops.dequantize)) return third?.constant ? [alone(input(0))] : [];
  if (isOp(node, ops.quantizedSoftmax)) return [alone(input(0)), alone(output(0))];
  if (isOp(node, ops.sumPool2d) || isOp(node, ops.argMax) || isOp(node, ops.argMin)) return [alone(input(0))];
  if (isOp(node, ops.minimum) || isOp(node, ops.maximum)) {
    return node.inputs.every((value) => value.type.dtype === 'int8') ? everything() : [];
  }
  if (isOp(node, ops.gather) || isOp(node, ops.topK)) return tied(input(0), output(0));
  if (indifferent.some((op) => op === node.op.name)) return everything();
  return [];
}

/** They move, compare or average elements: the results move by 128 with the operands. */
const indifferent: readonly string[] = [
  ops.averagePool2d,
  ops.clip,
  ops.concat,
  ops.identity,
  ops.layoutTransform,
  ops.maxPool2d,
  ops.pad,
  ops.reduceMax,
  ops.reshape,
  ops.resizeNearest,
  ops.slice,
  ops.split,
  ops.transpose,
].map((op) => op.name);

/** Work of the layer whose sums a requantize scales: an engine that wants unsigned operands writes them, too. */
function layerGain(sums: Value | undefined, graph: Graph): number {
  const layer = sums && graph.producer(sums);
  const isLayer = isOp(layer, ops.conv2d) || isOp(layer, ops.dense) || isOp(layer, ops.matmul);
  return layer && isLayer ? nodeMacs(layer) : 0;
}

/** The bound, zero point or table entry of the unsigned operand. */
export const signOffset = -integerRange('int8').min;
