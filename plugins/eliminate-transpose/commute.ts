import { isInteger, isOp, ops, sameShape, type Attributes, type Node, type Shape } from 'match-compiler';
import type { Permutation } from './permutation.ts';

/**
 * How a node works on permuted operands: node(transpose(x, p)) = transpose(node′(x), result), where node′
 * has these attributes.
 */
export interface Commuted {
  readonly attributes: Attributes;
  /** Inputs whose axes are permuted; the others are taken as they are. */
  readonly carriers: readonly number[];
  /** The permutation behind the node: p again unless it drops axes. */
  readonly result: Permutation;
}

/** Undefined for operators to which the order of axes matters, and where p does not fit. */
export function commute(node: Node, p: Permutation): Commuted | undefined {
  const [first] = node.inputs;
  const [output] = node.outputs;
  if (!first || !output) return undefined;
  const axisOf = (axis: number): number => p[axis] ?? 0;
  const onFirst = (attributes: Attributes, result: Permutation = p): Commuted => ({
    attributes,
    carriers: [0],
    result,
  });

  // Reductions may drop axes; everything else keeps the rank.
  if (isOp(node, ops.reduceMean) || isOp(node, ops.reduceSum) || isOp(node, ops.reduceMax)) {
    const { axes, keepDims } = node.attributes;
    if (p.length !== first.type.shape.length) return undefined;
    const moved = axes.map(axisOf);
    // Float sums keep their order only where the reduced axes keep theirs.
    const ordered = [...axes].sort((a, b) => a - b).map(axisOf);
    const inOrder = ordered.every((axis, i) => i === 0 || (ordered[i - 1] ?? 0) < axis);
    if (!inOrder && !isInteger(first.type.dtype) && !isOp(node, ops.reduceMax)) return undefined;
    return onFirst(
      { ...node.attributes, axes: moved.sort((a, b) => a - b) },
      keepDims ? p : withoutAxes(p, axes),
    );
  }
  if (p.length !== output.type.shape.length) return undefined;
  if (isOp(node, ops.concat)) {
    return {
      attributes: { axis: axisOf(node.attributes.axis) },
      carriers: node.inputs.map((_, i) => i),
      result: p,
    };
  }
  if (p.length !== first.type.shape.length && !node.op.elementwise) return undefined;
  if (isOp(node, ops.split)) return onFirst({ ...node.attributes, axis: axisOf(node.attributes.axis) });
  if (isOp(node, ops.gather)) {
    const oneAxis = node.inputs[1]?.type.shape.length === 1;
    return oneAxis ? onFirst({ axis: axisOf(node.attributes.axis) }) : undefined;
  }
  if (isOp(node, ops.slice)) {
    const { starts, ends, steps } = node.attributes;
    return onFirst({ starts: spread(starts, p), ends: spread(ends, p), steps: spread(steps, p) });
  }
  if (isOp(node, ops.pad)) {
    const { pads } = node.attributes;
    const sides = [pads.slice(0, p.length), pads.slice(p.length)].flatMap((side) => spread(side, p));
    return onFirst({ ...node.attributes, pads: sides });
  }
  if (isOp(node, ops.identity)) return onFirst(node.attributes);
  if (
    isOp(node, ops.softmax) ||
    isOp(node, ops.logSoftmax) ||
    isOp(node, ops.quantizedSoftmax) ||
    isOp(node, ops.requantize) ||
    isOp(node, ops.quantize) ||
    isOp(node, ops.dequantize)
  ) {
    return onFirst({ ...node.attributes, axis: axisOf(node.attributes.axis) });
  }
  if (isOp(node, ops.lookup)) return onFirst(node.attributes);
  if (node.op.elementwise !== true || node.outputs.length !== 1) return undefined;
  return { attributes: node.attributes, carriers: node.inputs.map((_, i) => i), result: p };
}

/** An operand that is repeated along some axes, rather than being as large as the result. */
export function isBroadcast(node: Node, input: number): boolean {
  const own: Shape | undefined = node.inputs[input]?.type.shape;
  const result = node.outputs[0]?.type.shape;
  return node.op.elementwise === true && !!own && !!result && !sameShape(own, result);
}

/** A list of one entry per axis behind the permutation, in the order of the axes before it. */
function spread(list: readonly number[], p: Permutation): readonly number[] {
  const result = new Array<number>(p.length).fill(0);
  list.forEach((entry, i) => (result[p[i] ?? 0] = entry));
  return result;
}

/** The permutation of the axes that are left when these (counted behind p) are dropped. */
function withoutAxes(p: Permutation, dropped: readonly number[]): Permutation {
  const kept = p.filter((_, axis) => !dropped.includes(axis));
  const order = [...kept].sort((a, b) => a - b);
  return kept.map((axis) => order.indexOf(axis));
}
