import { constantNumbers, isOp, ops, within, type RewriteRule } from 'match-compiler';

/** ⌊(acc·d + l)/d⌋ with 0 ≤ l < d is acc: nothing, a clip or a cast is left. */
export const dropIdentity: RewriteRule = {
  name: 'drop-identity-requantize',
  at: [ops.requantize],
  apply(node, rewriter) {
    const [acc, multiplier, addend] = node.inputs;
    const [output] = node.outputs;
    if (!acc || !output || !isOp(node, ops.requantize) || node.attributes.rule !== 'floor') return false;
    const { divisor = 1, inputZeroPoint, zeroPoint, min, max, dtype } = node.attributes;
    const keeps = constantNumbers(multiplier)?.every((k) => k === divisor);
    const drops = constantNumbers(addend)?.every((l) => l >= 0 && l < divisor);
    if (!keeps || !drops || inputZeroPoint !== 0 || zeroPoint !== 0) return false;
    const idle = within(rewriter.ranges.of(acc), { min, max });
    const options = { name: node.name, loc: node.loc };
    if (acc.type.dtype !== dtype) {
      if (!idle) return false;
      rewriter.substitute(output, ops.cast, [acc], { dtype, saturate: false }, options);
    } else if (!idle) rewriter.substitute(output, ops.clip, [acc], { min, max }, options);
    else if (rewriter.mayReplace(output, acc)) rewriter.replace(output, acc);
    else return false;
    return true;
  },
};
