import { definePlugin, rewriteGraph } from 'match-compiler';
import { dropEmptyPad, mergePads, padIntoWindow } from './rules.ts';

/**
 * Moves padding into the `pads` of the convolution or pool behind it where that gives the same result,
 * merges consecutive pads and drops empty ones.
 */
export const fusePad = definePlugin((options: { readonly name?: string } = {}) => ({
  name: options.name ?? 'fuse-pad',
  transform: (graph) => rewriteGraph(graph, [dropEmptyPad, mergePads, padIntoWindow]),
}));

export default fusePad;
