import { isOp, ops, type Node, type Rewriter, type Value } from 'match-compiler';
import { composed, isIdentity, movesNothing, permutedShape, type Permutation } from './permutation.ts';

/**
 * Transposes more, or fewer below 0, when `value` is made before the permutation p: readers outside
 * `region` that are transposes merge with it, all others need one.
 */
export function costOfRedoing(
  value: Value,
  p: Permutation,
  rewriter: Rewriter,
  isInside: (reader: Node) => boolean,
): number {
  // The shape before p: axis p[i] of it is axis i of the value.
  const before = new Array<number>(p.length);
  p.forEach((axis, i) => (before[axis] = value.type.shape[i] ?? 1));
  let cost = 0;
  let needed = rewriter.isOutput(value);
  for (const reader of rewriter.consumers(value)) {
    if (isInside(reader)) continue;
    if (!isOp(reader, ops.transpose)) {
      needed = true;
      continue;
    }
    const perm = composed(p, reader.attributes.perm);
    if (isIdentity(perm) || movesNothing(before, perm)) cost--;
  }
  return cost + (needed && !movesNothing(before, p) ? 1 : 0);
}

/** Puts transpose(made, p), under its name, in the place of `old`. */
export function redo(old: Value, made: Value, p: Permutation, node: Node, rewriter: Rewriter): void {
  if (movesNothing(made.type.shape, p)) {
    rewriter.substitute(old, ops.reshape, [made], { shape: permutedShape(made.type.shape, p) }, {
      name: `${node.name}.view`,
      loc: node.loc,
    });
    return;
  }
  rewriter.substitute(old, ops.transpose, [made], { perm: p }, { name: `${node.name}.transposed`, loc: node.loc });
}
