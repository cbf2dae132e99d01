import {
  isOp,
  locationsOf,
  ops,
  sameShape,
  type Node,
  type RewriteRule,
  type Rewriter,
  type Value,
} from 'match-compiler';

const dropIdentity: RewriteRule = {
  name: 'drop-identity',
  at: [ops.identity],
  apply: (node, rewriter) => bypass(node, rewriter),
};

const dropNoOp: RewriteRule = {
  name: 'drop-no-op',
  at: [ops.reshape],
  apply(node, rewriter) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    return !!input && !!output && sameShape(input.type.shape, output.type.shape) && bypass(node, rewriter);
  },
};

const merge: RewriteRule = {
  name: 'merge-reshapes',
  at: [ops.reshape],
  apply(node, rewriter) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    const before = rewriter.from(input, ops.reshape);
    const source = before?.inputs[0];
    if (!before || !source || !output || !isOp(node, ops.reshape)) return false;
    rewriter.substitute(output, ops.reshape, [source], node.attributes, {
      name: node.name,
      loc: locationsOf(node, before),
    });
    return true;
  },
};

/**
 * reshape(f(reshape(x))) = f(reshape(x)) for a chain f that treats every element alike: one reshape
 * less, none when the shape of x comes back.
 */
const moveThroughElementwise: RewriteRule = {
  name: 'reshape-through-elementwise',
  at: [ops.reshape],
  apply(node, rewriter) {
    const [output] = node.outputs;
    const chain: Node[] = [];
    let value = node.inputs[0];
    while (value) {
      const maker = rewriter.producer(value);
      const before = rewriter.from(value, ops.reshape);
      if (before) return chain.length > 0 && !!output && rebuild(node, before, chain, output, rewriter);
      if (!maker || !treatsAllAlike(maker) || !rewriter.hasSingleUse(value)) return false;
      chain.unshift(maker);
      value = maker.inputs[0];
    }
    return false;
  },
};

export const reshapeRules: readonly RewriteRule[] = [dropIdentity, dropNoOp, merge, moveThroughElementwise];

function bypass(node: Node, rewriter: Rewriter): boolean {
  const [input] = node.inputs;
  const [output] = node.outputs;
  if (!input || !output || !rewriter.mayReplace(output, input)) return false;
  rewriter.replace(output, input);
  return true;
}

function rebuild(
  node: Node,
  before: Node,
  chain: readonly Node[],
  output: Value,
  rewriter: Rewriter,
): boolean {
  const [source] = before.inputs;
  if (!source || !isOp(node, ops.reshape)) return false;
  let value = sameShape(source.type.shape, output.type.shape)
    ? source
    : rewriter.add1(ops.reshape, [source], node.attributes, {
        name: before.name,
        loc: locationsOf(before, node),
      });
  chain.forEach((link, i) => {
    const options = { name: link.name, loc: link.loc };
    const inputs = [value, ...link.inputs.slice(1)];
    value =
      i === chain.length - 1
        ? rewriter.substitute(output, link.op, inputs, link.attributes, options)
        : rewriter.add1(link.op, inputs, link.attributes, options);
  });
  return true;
}

/** One operand that varies, the same function for every element: no axis and no broadcasting matters. */
function treatsAllAlike(node: Node): boolean {
  if (node.outputs.length !== 1) return false;
  const [input, ...others] = node.inputs;
  const [output] = node.outputs;
  if (!input || !output || !sameShape(input.type.shape, output.type.shape)) return false;
  if (isOp(node, ops.lookup)) return others.every((other) => other.constant);
  const scalars = others.every((other) => other.constant?.data.length === 1 && other.type.shape.length <= 1);
  const perTensor = isOp(node, ops.requantize) || isOp(node, ops.quantize) || isOp(node, ops.dequantize);
  return scalars && (perTensor || node.op.elementwise === true);
}
