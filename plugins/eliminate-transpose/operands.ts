import {
  isOp,
  ops,
  reshapedTensor,
  transposedTensor,
  type Node,
  type Rewriter,
  type SourceLocation,
  type Value,
} from 'match-compiler';
import {
  composed,
  inverse,
  isIdentity,
  movesNothing,
  permutedShape,
  type Permutation,
} from './permutation.ts';

/** Transposes more, or fewer below 0, when `value` is needed before p instead of behind it. */
export function costOfUndoing(
  value: Value,
  p: Permutation,
  rewriter: Rewriter,
  disappears: (transpose: Value) => boolean,
): number {
  if (value.constant) return 0;
  const before = rewriter.producer(value);
  if (isOp(before, ops.transpose) && value.type.shape.length === p.length) {
    const source = before.inputs[0];
    const perm = composed(before.attributes.perm, inverse(p));
    const free = !source || isIdentity(perm) || movesNothing(source.type.shape, perm);
    return (free ? 0 : 1) - (disappears(value) ? 1 : 0);
  }
  return movesNothing(alignedShape(value, p), inverse(p)) ? 0 : 1;
}

/** `value` for `reader` with the permutation p undone, its shape filled up to the rank of p first. */
export function undone(value: Value, p: Permutation, reader: Node, rewriter: Rewriter): Value {
  const shape = alignedShape(value, p);
  const back = inverse(p);
  if (value.constant) {
    if (value.constant.data.length === 1) return value;
    const data = transposedTensor(reshapedTensor(value.constant, shape), back);
    return rewriter.constant(rewriter.nameOf(value), data);
  }
  const before = rewriter.producer(value);
  const [source] = before?.inputs ?? [];
  if (isOp(before, ops.transpose) && source && value.type.shape.length === p.length) {
    const perm = composed(before.attributes.perm, back);
    return isIdentity(perm) ? source : transposed(source, perm, value.name, before.loc, rewriter);
  }
  const { name } = value;
  const { loc } = before ?? reader;
  if (shape.length === value.type.shape.length) return transposed(value, back, name, loc, rewriter);
  // A vector per channel: filling up and moving its axes are one view.
  if (movesNothing(shape, back)) {
    return rewriter.add1(ops.reshape, [value], { shape: permutedShape(shape, back) }, { name, loc });
  }
  const full = rewriter.add1(ops.reshape, [value], { shape }, { name, loc });
  return transposed(full, back, name, loc, rewriter);
}

function transposed(
  value: Value,
  perm: Permutation,
  name: string,
  loc: readonly SourceLocation[],
  rewriter: Rewriter,
): Value {
  const { shape } = value.type;
  if (movesNothing(shape, perm)) {
    return rewriter.add1(ops.reshape, [value], { shape: permutedShape(shape, perm) }, { name, loc });
  }
  return rewriter.add1(ops.transpose, [value], { perm }, { name, loc });
}

/** A shape of the rank of p that broadcasts like the value's own. */
function alignedShape(value: Value, p: Permutation): readonly number[] {
  const { shape } = value.type;
  return [...new Array<number>(Math.max(0, p.length - shape.length)).fill(1), ...shape];
}
