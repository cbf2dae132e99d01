import {
  constantNumbers,
  isOp,
  locationsOf,
  ops,
  type Node,
  type RewriteRule,
  type Rewriter,
  type Value,
} from 'match-compiler';
import { tailOf } from './quantized-value.ts';

/** Two conversions of one float value to the same integers are one. */
export const mergeQuantize: RewriteRule = {
  name: 'merge-quantize',
  at: [ops.quantize],
  apply(node, rewriter) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (!input || !output) return false;
    const twin = rewriter.consumers(input).find((other) => other !== node && isTwin(other, node));
    const [earlier] = twin?.outputs ?? [];
    // Of two twins the one with the lower id stays.
    if (!twin || !earlier || twin.id > node.id || !rewriter.mayReplace(output, earlier)) return false;
    rewriter.replace(output, earlier);
    return true;
  },
};

function isTwin(a: Node, b: Node): boolean {
  if (!isOp(a, ops.quantize) || !isOp(b, ops.quantize)) return false;
  if (a.attributes.dtype !== b.attributes.dtype || a.attributes.axis !== b.attributes.axis) return false;
  return a.inputs.every((input, i) => {
    const other = b.inputs[i];
    if (input === other) return true;
    const [own, others] = [constantNumbers(input), constantNumbers(other)];
    return (
      !!own && !!others && own.length === others.length && own.every((number, k) => number === others[k])
    );
  });
}

const movers = [ops.identity, ops.reshape, ops.transpose, ops.maxPool2d, ops.resizeNearest];

/**
 * quantize(move(x)) = move(quantize(x)) for operators that only move or compare elements, so that the
 * quantize reaches the layer before them. Exact: rounding is monotone.
 */
export const moveQuantizeUp: RewriteRule = {
  name: 'move-quantize-up',
  at: [ops.quantize],
  apply(node, rewriter) {
    const tail = tailOf(node, rewriter);
    const [, scale, zeroPoint] = node.inputs;
    if (!tail || !scale || !zeroPoint || !isOp(node, ops.quantize) || !rewriter.hasSingleUse(tail.source))
      return false;
    const mover = rewriter.producer(tail.source);
    const [source] = mover?.inputs ?? [];
    if (!mover || !source || !movers.some((op) => op.name === mover.op.name)) return false;
    // From a graph input the conversion stays last: the input itself may be moved while it is float.
    if (!rewriter.producer(source)) return false;
    const clipped = withClips(source, tail.clips, rewriter);
    const integers = rewriter.add1(
      ops.quantize,
      [clipped, scale, zeroPoint],
      { ...node.attributes, axis: 0 },
      {
        name: node.name,
        loc: node.loc,
        outputs: [`${source.name}.q`],
        types: [{ ...tail.output.type, shape: source.type.shape }],
      },
    );
    rewriter.substitute(tail.output, mover.op, [integers], mover.attributes, {
      name: mover.name,
      loc: locationsOf(mover, node),
    });
    return true;
  },
};

function withClips(source: Value, clips: readonly Node<ops.ClipAttributes>[], rewriter: Rewriter): Value {
  return clips.reduce(
    (value, clip) => rewriter.add1(ops.clip, [value], clip.attributes, { name: clip.name, loc: clip.loc }),
    source,
  );
}
