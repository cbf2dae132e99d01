import { definePlugin, rewriteGraph } from 'match-compiler';
import { reshapeRules } from './rules.ts';

/** Merges and removes reshapes and identities, which move no data but hide the neighbours of a node. */
export const eliminateReshape = definePlugin((options: { readonly name?: string } = {}) => ({
  name: options.name ?? 'eliminate-reshape',
  transform: (graph) => rewriteGraph(graph, reshapeRules),
}));

export default eliminateReshape;
