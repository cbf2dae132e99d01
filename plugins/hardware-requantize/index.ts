import {
  definePlugin,
  isOp,
  ops,
  Rewriter,
  type Graph,
  type HardwareRequantization,
  type Node,
} from 'match-compiler';
import { numericsUnsupported, requantizeKept } from './diagnostics.ts';
import { exactScales, hardwareScales, substituteShift } from './to-shift.ts';

export { affineOf, type AffineChannel } from './affine.ts';
export { requantizeKept } from './diagnostics.ts';

/**
 * Requantizations in the form of the target's accelerators, (sum·multiplier + addend) >> shift in narrow products.
 * Floor divisions by powers of two have it already: they are rewritten exactly. With `numerics: 'hardware'` every
 * other one becomes the nearest scale of the target's width, before the mapping, so that results do not depend on it.
 */
export const hardwareRequantize = definePlugin((own: { readonly name?: string } = {}) => ({
  name: own.name ?? 'hardware-requantize',
  transform(graph, context) {
    const { target, options } = context;
    if (!target.requantization) {
      if (options.numerics === 'hardware') this.info(numericsUnsupported(target.name));
      return undefined;
    }
    // Without a multiplier there is no nearest scale: quantize-for-target chooses weights and activations anew.
    if (target.requantization.scaleBits === 0 && options.numerics === 'hardware') return undefined;
    const { result, kept } = rewrite(graph, target.requantization, options.numerics === 'hardware');
    if (kept.length > 0) this.info(requantizeKept(kept));
    return result;
  },
}));

function rewrite(
  graph: Graph,
  limits: HardwareRequantization,
  hardware: boolean,
): { readonly result: Graph | undefined; readonly kept: readonly Node[] } {
  const kept: Node[] = [];
  const rewriter = new Rewriter(graph);
  // In execution order: the range of a sum must be that of the layers before it as they are now.
  for (const { outputs } of graph.nodes) {
    const node = outputs[0] && rewriter.producer(outputs[0]);
    if (hardware) integerRule(node, rewriter);
    if (!isOp(node, ops.requantize) || node.attributes.rule === 'shift') continue;
    const exact = exactScales(node, limits, rewriter);
    const narrow = exact?.every(({ multiplier }) => multiplier >= 0 && multiplier < 2 ** limits.scaleBits);
    const scales = !hardware || narrow ? exact : hardwareScales(node, limits, rewriter);
    if (scales) substituteShift(node, scales, limits.productBits, rewriter);
    else if (hardware) kept.push(node);
  }
  return { result: rewriter.changes === 0 ? undefined : rewriter.finish(), kept };
}

/**
 * Sums and products of real numbers have no integer form that is exact at ties; the one with a 31-bit multiplier
 * differs from them nowhere else.
 */
function integerRule(node: Node | undefined, rewriter: Rewriter): void {
  const [output] = node?.outputs ?? [];
  for (const op of [ops.quantizedAdd, ops.quantizedMul]) {
    if (!output || !isOp(node, op) || node.attributes.rule !== 'real-even') continue;
    const { name, loc, inputs, attributes } = node;
    rewriter.substitute(output, op, inputs, { ...attributes, rule: 'single' }, { name, loc });
  }
}

export default hardwareRequantize;
