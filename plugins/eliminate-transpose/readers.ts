import {
  isOp,
  locationsOf,
  ops,
  type Node,
  type Rewriter,
  type SourceLocation,
  type Value,
} from 'match-compiler';
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

/**
 * Puts transpose(made, p) in the place of `old` for the readers outside `region`: transposes among them
 * merge with it at once, the others read it under the name of `old`.
 */
export function redo(
  old: Value,
  made: Value,
  p: Permutation,
  node: Node,
  rewriter: Rewriter,
  isInside: (reader: Node) => boolean,
): void {
  let needed = rewriter.isOutput(old);
  for (const reader of rewriter.consumers(old)) {
    if (isInside(reader)) continue;
    if (isOp(reader, ops.transpose)) mergeInto(reader, made, composed(p, reader.attributes.perm), rewriter);
    else needed = true;
  }
  if (needed) permute(old, made, p, `${node.name}.transposed`, node.loc, rewriter);
}

function mergeInto(reader: Node, made: Value, perm: Permutation, rewriter: Rewriter): void {
  const [output] = reader.outputs;
  if (!output) return;
  if (isIdentity(perm) && rewriter.mayReplace(output, made)) rewriter.replace(output, made);
  else permute(output, made, perm, reader.name, locationsOf(reader, rewriter.producer(made)), rewriter);
}

function permute(
  old: Value,
  made: Value,
  perm: Permutation,
  name: string,
  loc: readonly SourceLocation[],
  rewriter: Rewriter,
): void {
  const { shape } = made.type;
  if (movesNothing(shape, perm)) {
    rewriter.substitute(old, ops.reshape, [made], { shape: permutedShape(shape, perm) }, { name, loc });
  } else rewriter.substitute(old, ops.transpose, [made], { perm }, { name, loc });
}

/** Somebody reads a result of the node. */
export function isRead(node: Node, rewriter: Rewriter): boolean {
  return node.outputs.some((output) => rewriter.isOutput(output) || rewriter.consumers(output).length > 0);
}
