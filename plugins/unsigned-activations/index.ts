import { definePlugin } from 'match-compiler';
import { chooseSigns } from './choose-signs.ts';
import { withUnsigned } from './rewrite.ts';

/**
 * Signed 8-bit activations become unsigned, by +128, for targets whose engines read unsigned ones: zero points,
 * bounds, fill values and tables move along, so that every result is the same number of the other type. The edges
 * of the graph keep their types; `change_sign` stands there and around operators that have to stay signed.
 */
export const unsignedActivations = definePlugin((options: { readonly name?: string } = {}) => ({
  name: options.name ?? 'unsigned-activations',
  transform: (graph, { target }) =>
    target.activationSign === 'unsigned' ? withUnsigned(graph, chooseSigns(graph)) : undefined,
}));

export default unsignedActivations;
