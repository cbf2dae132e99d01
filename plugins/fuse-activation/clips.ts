import {
  isOp,
  locationsOf,
  ops,
  within,
  type Attributes,
  type Node,
  type OpDefinition,
  type RewriteRule,
  type Rewriter,
} from 'match-compiler';

/** A clip whose input cannot leave its limits. */
export const dropIdleClip: RewriteRule = {
  name: 'drop-idle-clip',
  at: [ops.clip],
  apply(node, rewriter) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (!input || !output || !isOp(node, ops.clip) || !rewriter.mayReplace(output, input)) return false;
    if (!within(rewriter.ranges.of(input), node.attributes)) return false;
    rewriter.replace(output, input);
    return true;
  },
};

export const mergeClips: RewriteRule = {
  name: 'merge-clips',
  at: [ops.clip],
  apply(node, rewriter) {
    const [output] = node.outputs;
    const before = rewriter.from(node.inputs[0], ops.clip);
    const input = before?.inputs[0];
    if (!before || !input || !output || !isOp(node, ops.clip)) return false;
    const limits = tightened(before.attributes, node.attributes);
    rewriter.substitute(output, ops.clip, [input], limits, {
      name: node.name,
      loc: locationsOf(node, before),
    });
    return true;
  },
};

/** The clip's limits become those of the operator that saturates anyway. */
export const clipIntoProducer: RewriteRule = {
  name: 'clip-into-producer',
  at: [ops.clip],
  apply(node, rewriter) {
    const [input] = node.inputs;
    if (!input || !isOp(node, ops.clip) || !rewriter.hasSingleUse(input)) return false;
    const producer = rewriter.producer(input);
    if (isOp(producer, ops.requantize)) return limit(rewriter, ops.requantize, producer, node);
    if (isOp(producer, ops.quantizedAdd)) return limit(rewriter, ops.quantizedAdd, producer, node);
    if (isOp(producer, ops.quantizedMul)) return limit(rewriter, ops.quantizedMul, producer, node);
    return false;
  },
};

type Limits = { readonly min: number; readonly max: number };

function limit<A extends Attributes & Limits>(
  rewriter: Rewriter,
  op: OpDefinition<A>,
  producer: Node<A>,
  clip: Node<ops.ClipAttributes>,
): boolean {
  const [output] = clip.outputs;
  if (!output) return false;
  const attributes = { ...producer.attributes, ...tightened(producer.attributes, clip.attributes) };
  rewriter.substitute(output, op, producer.inputs, attributes, {
    name: producer.name,
    loc: locationsOf(producer, clip),
  });
  return true;
}

/** Limits of clamping to `inner` first and to `outer` then; where they do not meet, the outer one decides. */
function tightened(inner: Limits, outer: Limits): Limits {
  const clamp = (x: number): number => Math.min(Math.max(x, outer.min), outer.max);
  return { min: clamp(inner.min), max: clamp(inner.max) };
}
