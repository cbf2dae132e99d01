import { isOp, locationsOf, ops, transposedTensor, type RewriteRule } from 'match-compiler';
import { composed, isIdentity, movesNothing, samePermutation } from './permutation.ts';

export const dropIdentity: RewriteRule = {
  name: 'drop-identity-transpose',
  at: [ops.transpose],
  apply(node, rewriter) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (!input || !output || !isOp(node, ops.transpose) || !isIdentity(node.attributes.perm)) return false;
    if (!rewriter.mayReplace(output, input)) return false;
    rewriter.replace(output, input);
    return true;
  },
};

export const merge: RewriteRule = {
  name: 'merge-transposes',
  at: [ops.transpose],
  apply(node, rewriter) {
    const [output] = node.outputs;
    const before = rewriter.from(node.inputs[0], ops.transpose);
    const source = before?.inputs[0];
    if (!before || !source || !output || !isOp(node, ops.transpose)) return false;
    const perm = composed(before.attributes.perm, node.attributes.perm);
    if (isIdentity(perm) && rewriter.mayReplace(output, source)) {
      rewriter.replace(output, source);
      return true;
    }
    rewriter.substitute(
      output,
      ops.transpose,
      [source],
      { perm },
      {
        name: node.name,
        loc: locationsOf(node, before),
      },
    );
    return true;
  },
};

export const foldConstant: RewriteRule = {
  name: 'fold-transposed-constant',
  at: [ops.transpose],
  apply(node, rewriter) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (!input?.constant || !output || !isOp(node, ops.transpose) || rewriter.isOutput(output)) return false;
    const data = transposedTensor(input.constant, node.attributes.perm);
    rewriter.substituteWith(output, (name) => rewriter.constant(name, data));
    return true;
  },
};

export const toReshape: RewriteRule = {
  name: 'transpose-to-reshape',
  at: [ops.transpose],
  apply(node, rewriter) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (!input || !output || !isOp(node, ops.transpose)) return false;
    if (isIdentity(node.attributes.perm) || !movesNothing(input.type.shape, node.attributes.perm))
      return false;
    rewriter.substitute(
      output,
      ops.reshape,
      [input],
      { shape: output.type.shape },
      {
        name: node.name,
        loc: node.loc,
      },
    );
    return true;
  },
};

/** Two equal transposes of one value are one. */
export const mergeTwins: RewriteRule = {
  name: 'merge-twin-transposes',
  at: [ops.transpose],
  apply(node, rewriter) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (!input || !output || !isOp(node, ops.transpose)) return false;
    for (const twin of rewriter.consumers(input)) {
      const [other] = twin.outputs;
      if (twin.id >= node.id || !other || !isOp(twin, ops.transpose)) continue;
      if (!samePermutation(twin.attributes.perm, node.attributes.perm) || !rewriter.mayReplace(output, other))
        continue;
      rewriter.replace(output, other);
      return true;
    }
    return false;
  },
};
