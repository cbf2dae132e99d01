import {
  byteSize,
  isOp,
  locationsOf,
  ops,
  type Node,
  type RewriteRule,
  type Rewriter,
  type Value,
} from 'match-compiler';
import { commute, isBroadcast, type Commuted } from './commute.ts';
import { costOfUndoing, undone } from './operands.ts';
import { costOfRedoing, isRead, redo } from './readers.ts';
import { inverse, isIdentity, samePermutation, type Permutation } from './permutation.ts';

/** node(transpose(x)) → transpose(node′(x)) where that takes no more transposes and moves no more bytes. */
export const sink: RewriteRule = {
  name: 'sink-transpose',
  apply(node, rewriter) {
    if (isOp(node, ops.transpose) || !isRead(node, rewriter)) return false;
    for (const input of node.inputs) {
      const before = rewriter.from(input, ops.transpose);
      if (!before) continue;
      const p = before.attributes.perm;
      const moved = commute(node, p);
      if (moved && isWorthSinking(node, input, p, moved, rewriter)) {
        applyBefore(node, p, moved, rewriter);
        return true;
      }
    }
    return false;
  },
};

function isWorthSinking(
  node: Node,
  from: Value,
  p: Permutation,
  moved: Commuted,
  rewriter: Rewriter,
): boolean {
  const operands = new Set(moved.carriers.map((i) => node.inputs[i]).filter((input) => input !== undefined));
  const disappears = (value: Value): boolean => rewriter.hasSingleUse(value);
  let added = 0;
  let inserts = false;
  for (const operand of operands) {
    const cost = costOfUndoing(operand, p, rewriter, disappears);
    inserts ||= cost > 0;
    added += cost;
  }
  for (const output of node.outputs) added += costOfRedoing(output, moved.result, rewriter, () => false);
  if (added < 0) return true;
  const [output] = node.outputs;
  return added === 0 && !inserts && !!output && byteSize(output.type) <= byteSize(from.type);
}

/** Rebuilds a node on operands before p and permutes its results. */
function applyBefore(node: Node, p: Permutation, moved: Commuted, rewriter: Rewriter): void {
  const inputs = node.inputs.map((input, i) =>
    moved.carriers.includes(i) ? undone(input, p, node, rewriter) : input,
  );
  const transposes = node.inputs.map((input) => rewriter.from(input, ops.transpose));
  const results = rewriter.add(node.op, inputs, moved.attributes, {
    name: node.name,
    loc: locationsOf(node, ...transposes),
    outputs: node.outputs.map((output) => rewriter.nameOf(output)),
  });
  node.outputs.forEach((output, i) => {
    const made = results[i];
    if (!made) return;
    if (isIdentity(moved.result) && rewriter.mayReplace(output, made)) rewriter.replace(output, made);
    else redo(output, made, moved.result, node, rewriter, () => false);
  });
}

/** transpose(node(x)) → node′(transpose(x)) where x has fewer bytes than the result of the node. */
export const hoist: RewriteRule = {
  name: 'hoist-transpose',
  at: [ops.transpose],
  apply(node, rewriter) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (!input || !output || !isOp(node, ops.transpose) || !rewriter.hasSingleUse(input)) return false;
    const before = rewriter.producer(input);
    const [source] = before?.inputs ?? [];
    if (!before || !source || before.outputs.length !== 1 || byteSize(source.type) >= byteSize(input.type))
      return false;
    const back = inverse(node.attributes.perm);
    const moved = commute(before, back);
    const alone =
      moved &&
      samePermutation(moved.result, back) &&
      moved.carriers.every((i) => i === 0 || before.inputs[i]?.constant?.data.length === 1);
    if (!alone || isBroadcast(before, 0) || source.type.shape.length !== back.length) return false;
    const first = rewriter.add1(
      ops.transpose,
      [source],
      { perm: node.attributes.perm },
      { name: node.name, loc: node.loc },
    );
    rewriter.substitute(output, before.op, [first, ...before.inputs.slice(1)], moved.attributes, {
      name: before.name,
      loc: locationsOf(before, node),
    });
    return true;
  },
};
