import {
  integerRange,
  isOp,
  locationsOf,
  ops,
  type Attributes,
  type Node,
  type OpDefinition,
  type RewriteRule,
  type Rewriter,
  type Tensor,
  type Value,
} from 'match-compiler';
import {
  dequantizedChannels,
  sameParameters,
  type DequantizedChannels,
  type Parameters,
} from './quantized-value.ts';

/**
 * move(dequantize(q)) = dequantize(move(q)) for operators that only move or compare elements: they then
 * work on integers, and the dequantize may meet a quantize. Exact.
 */
export const moveDequantizeDown: RewriteRule = {
  name: 'move-dequantize-down',
  at: [
    ops.identity,
    ops.reshape,
    ops.transpose,
    ops.slice,
    ops.split,
    ops.gather,
    ops.resizeNearest,
    ops.maxPool2d,
    ops.concat,
    ops.pad,
    ops.clip,
  ],
  apply(node, rewriter) {
    const first = dequantizedChannels(node.inputs[0], rewriter);
    if (!first) return false;
    const sources = isOp(node, ops.concat) ? alike(node, first, rewriter) : [first];
    if (!sources) return false;
    const axis = axisAfter(node, first);
    const moved = onIntegers(node, first);
    if (axis === undefined || !moved) return false;
    const operands = [...sources.map((source) => source.value), ...node.inputs.slice(sources.length)];
    replace(node, moved.op, operands, moved.attributes, { first, axis }, rewriter);
    return true;
  },
};

/** All inputs of a concat, when they have the first one's parameters. */
function alike(
  node: Node,
  first: DequantizedChannels,
  rewriter: Rewriter,
): readonly DequantizedChannels[] | undefined {
  const sources = node.inputs.map((input) => dequantizedChannels(input, rewriter));
  if (!sources.every((source) => source !== undefined)) return undefined;
  const parameters = parametersOf(first);
  const same = sources.every((source) => {
    const own = parametersOf(source);
    return own && parameters && sameParameters(own, parameters);
  });
  return same ? sources : undefined;
}

function parametersOf({ scales, zeroPoint, value }: DequantizedChannels): Parameters | undefined {
  const [scale, another] = scales;
  return scale === undefined || another !== undefined
    ? undefined
    : { scale, zeroPoint, dtype: value.type.dtype };
}

/** The axis of the scales behind the node; undefined where channels would mix. */
function axisAfter(node: Node, { scales, axis, value }: DequantizedChannels): number | undefined {
  if (scales.length === 1) return 0;
  if (isOp(node, ops.identity) || isOp(node, ops.maxPool2d) || isOp(node, ops.resizeNearest)) return axis;
  if (isOp(node, ops.transpose)) return node.attributes.perm.indexOf(axis);
  // A leading axis that a reshape keeps still counts the same elements.
  if (isOp(node, ops.reshape))
    return axis === 0 && node.attributes.shape[0] === value.type.shape[0] ? 0 : undefined;
  return undefined;
}

/** The same operator with attributes for the integers; undefined where they cannot express it. */
function onIntegers(node: Node, { zeroPoint, scales, value }: DequantizedChannels): Moved | undefined {
  const { dtype } = value.type;
  const { min, max } = integerRange(dtype);
  const zero = zeroPoint >= min && zeroPoint <= max;
  if (isOp(node, ops.pad)) {
    const { mode } = node.attributes;
    if (mode !== 'constant') return { op: node.op, attributes: { ...node.attributes, value: 0 } };
    if (node.attributes.value !== 0 || !zero) return undefined;
    return { op: node.op, attributes: { ...node.attributes, value: zeroPoint } };
  }
  if (isOp(node, ops.clip)) {
    // A relu's limit is the zero point; other limits lie between integers.
    if (node.attributes.min !== 0 || node.attributes.max !== Infinity || !zero || scales.length !== 1)
      return undefined;
    return { op: node.op, attributes: { min: zeroPoint, max } };
  }
  return { op: node.op, attributes: node.attributes };
}

interface Moved {
  readonly op: OpDefinition;
  readonly attributes: Attributes;
}

function replace(
  node: Node,
  op: OpDefinition,
  operands: readonly Value[],
  attributes: Attributes,
  { first, axis }: { readonly first: DequantizedChannels; readonly axis: number },
  rewriter: Rewriter,
): void {
  const [, scale, zeroPoint] = first.node.inputs;
  if (!scale || !zeroPoint) return;
  const integers = evaluatedOrAdded(node, op, operands, attributes, first, axis, rewriter);
  // All outputs go away with the node, so that each new value may have its name.
  for (const output of node.outputs) rewriter.releaseName(output);
  node.outputs.forEach((output, i) => {
    const part = integers[i];
    if (!part) return;
    rewriter.substitute(
      output,
      ops.dequantize,
      [part, scale, zeroPoint],
      { axis },
      {
        name: first.node.name,
        loc: locationsOf(first.node, node),
      },
    );
  });
}

/** Weights are moved now, activations at run time. */
function evaluatedOrAdded(
  node: Node,
  op: OpDefinition,
  operands: readonly Value[],
  attributes: Attributes,
  first: DequantizedChannels,
  axis: number,
  rewriter: Rewriter,
): readonly Value[] {
  const quantization = {
    scale: first.scales,
    zeroPoint: [first.zeroPoint],
    ...(first.scales.length > 1 && { axis }),
  };
  const types = node.outputs.map((output) => ({
    ...output.type,
    dtype: first.value.type.dtype,
    quantization,
  }));
  const constants = operands.map((operand) => operand.constant);
  if (constants.every((constant): constant is Tensor => constant !== undefined)) {
    const results = op.evaluate(constants, attributes, types);
    return types.flatMap((type, i) => {
      const data = results[i];
      return data ? [rewriter.constant(`${first.value.name}.${op.name}`, { type, data })] : [];
    });
  }
  const outputs = node.outputs.map((output) => `${output.name}.q`);
  return rewriter.add(op, operands, attributes, { name: node.name, loc: node.loc, outputs, types });
}
