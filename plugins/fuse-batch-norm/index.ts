import { definePlugin, rewriteGraph } from 'match-compiler';
import { affineRules } from './affine.ts';
import { foldIntoLayer } from './layer.ts';

/**
 * Folds batch normalisation, and every multiplication by and addition of a constant per channel, into the
 * weights and the bias of the float layer before it; elsewhere leaves one `mul` and one `add` at most.
 * Folded in double precision and rounded to float32 once, so results differ by float32 rounding.
 */
export const fuseBatchNorm = definePlugin((options: { readonly name?: string } = {}) => ({
  name: options.name ?? 'fuse-batch-norm',
  transform: (graph) => rewriteGraph(graph, [foldIntoLayer, ...affineRules]),
}));

export default fuseBatchNorm;
