import {
  isInteger,
  locationsOf,
  ops,
  isOp,
  reshapedTensor,
  transposedTensor,
  type RewriteRule,
} from 'match-compiler';
import { inverse } from './permutation.ts';

/**
 * dense(flatten(transpose(x)), W) = dense(flatten(x), W′) with the columns of W in the order of x. On
 * integers only: float sums depend on their order.
 */
export const absorbIntoDense: RewriteRule = {
  name: 'absorb-into-dense',
  at: [ops.dense],
  apply(node, rewriter) {
    const [input, weights, ...rest] = node.inputs;
    const [output] = node.outputs;
    if (!output || !isInteger(output.type.dtype) || !weights?.constant || !isOp(node, ops.dense))
      return false;
    const flatten = rewriter.sole(input, ops.reshape);
    const transpose = rewriter.sole(flatten?.inputs[0], ops.transpose);
    const source = transpose?.inputs[0];
    if (!flatten || !transpose || !source || !input) return false;
    const { perm } = transpose.attributes;
    const [rows = 1, ...extents] = transpose.outputs[0]?.type.shape ?? [];
    // Rows stay rows: the batch may not move, nor be split over them.
    if (perm[0] !== 0 || input.type.shape[0] !== rows) return false;
    const [filters = 1] = weights.type.shape;
    const columns = transposedTensor(reshapedTensor(weights.constant, [filters, ...extents]), inverse(perm));
    if (rewriter.consumers(weights).length === 1) rewriter.releaseName(weights);
    const arranged = rewriter.constant(weights.name, reshapedTensor(columns, weights.type.shape));
    const flat = rewriter.add1(ops.reshape, [source], flatten.attributes, {
      name: flatten.name,
      loc: locationsOf(flatten, transpose),
    });
    rewriter.substitute(output, ops.dense, [flat, arranged, ...rest], node.attributes, {
      name: node.name,
      loc: node.loc,
    });
    return true;
  },
};
