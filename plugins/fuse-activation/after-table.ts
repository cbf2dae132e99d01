import { isOp, locationsOf, ops, type RewriteRule } from 'match-compiler';

/** A clip of a lookup limits the table. */
export const clipAfterTable: RewriteRule = {
  name: 'clip-after-table',
  at: [ops.clip],
  apply(node, rewriter) {
    const [output] = node.outputs;
    const table = rewriter.sole(node.inputs[0], ops.lookup);
    const [input, entries] = table?.inputs ?? [];
    if (!table || !input || !entries?.constant || !output || !isOp(node, ops.clip)) return false;
    const [data] = ops.clip.evaluate([entries.constant], node.attributes, [entries.type]);
    if (!data) return false;
    if (rewriter.consumers(entries).length === 1) rewriter.releaseName(entries);
    const limited = rewriter.constant(entries.name, { type: entries.type, data });
    rewriter.substitute(output, ops.lookup, [input, limited], table.attributes, {
      name: table.name,
      loc: locationsOf(table, node),
    });
    return true;
  },
};
