import { locationOf, type DiagnosticInput, type Node } from 'match-compiler';

export const numericsUnsupported = (target: string): DiagnosticInput => ({
  code: 'NUMERICS_UNSUPPORTED',
  message: `the target ${target} has no arithmetic of its own for scaling: results are those of exact numerics`,
  hint: 'leave `numerics` out for this target',
});

export const requantizeKept = (nodes: readonly Node[]): DiagnosticInput => {
  const [first] = nodes;
  return {
    code: 'REQUANTIZE_KEPT',
    message: `${nodes.length} requantization${nodes.length === 1 ? '' : 's'} cannot be brought into the form of the target's hardware and keep their own rule`,
    ...(first && { loc: locationOf(first) }),
    notes: nodes
      .slice(0, 8)
      .map((node) => `${locationOf(node).node ?? node.name}: rule ${String(node.attributes['rule'])}`),
    hint: 'results of more than 8 bits, 64-bit sums and products beyond the width of the hardware stay as they are',
  };
};
