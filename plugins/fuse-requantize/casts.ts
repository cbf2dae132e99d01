import {
  integerRange,
  isInteger,
  isOp,
  locationsOf,
  ops,
  within,
  type DataType,
  type Node,
  type RewriteRule,
  type Rewriter,
  type Value,
} from 'match-compiler';

/** An integer cast that every value of its input passes unchanged. */
export function keepsValues(node: Node<ops.CastAttributes>, rewriter: Rewriter): boolean {
  const [input] = node.inputs;
  const { dtype } = node.attributes;
  if (!input || !isInteger(input.type.dtype) || !isInteger(dtype)) return false;
  return within(rewriter.ranges.of(input), integerRange(dtype));
}

export const dropCast: RewriteRule = {
  name: 'drop-cast',
  at: [ops.cast],
  apply(node, rewriter) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (!input || !output || input.type.dtype !== output.type.dtype || !rewriter.mayReplace(output, input))
      return false;
    rewriter.replace(output, input);
    return true;
  },
};

export const mergeCasts: RewriteRule = {
  name: 'merge-casts',
  at: [ops.cast],
  apply(node, rewriter) {
    const [output] = node.outputs;
    const before = rewriter.from(node.inputs[0], ops.cast);
    const source = before?.inputs[0];
    if (!before || !source || !output || !isOp(node, ops.cast) || !keepsValues(before, rewriter))
      return false;
    rewriter.substitute(output, ops.cast, [source], node.attributes, {
      name: node.name,
      loc: locationsOf(node, before),
    });
    return true;
  },
};

const binary = [ops.add, ops.sub, ops.mul, ops.div, ops.minimum, ops.maximum];
const products = [ops.conv2d, ops.dense, ops.matmul];
const productOperands: readonly DataType[] = ['int8', 'uint8', 'int16'];

/** Operators that convert their operands themselves read what was cast, when the cast keeps its values. */
export const readBeforeCast: RewriteRule = {
  name: 'read-before-cast',
  at: [...binary, ...products],
  apply(node, rewriter) {
    const [output] = node.outputs;
    if (!output || !isInteger(output.type.dtype)) return false;
    const product = products.some((op) => op.name === node.op.name);
    const casts: Node[] = [];
    const inputs = node.inputs.map((input): Value => {
      const cast = rewriter.from(input, ops.cast);
      const source = cast?.inputs[0];
      if (!cast || !source || !keepsValues(cast, rewriter)) return input;
      if (product && !productOperands.includes(source.type.dtype)) return input;
      casts.push(cast);
      return source;
    });
    if (casts.length === 0 || !accepts(node, inputs)) return false;
    rewriter.substitute(output, node.op, inputs, node.attributes, {
      name: node.name,
      loc: locationsOf(node, ...casts),
    });
    return true;
  },
};

/** A zero point may be out of the range of the narrower type. */
function accepts(node: Node, inputs: readonly Value[]): boolean {
  try {
    node.op.infer(
      inputs.map((input) => input.type),
      node.attributes,
    );
    return true;
  } catch {
    return false;
  }
}
