import { definePlugin, rewriteGraph } from 'match-compiler';
import { clipAfterTable } from './after-table.ts';
import { clipBeforeQuantize } from './before-quantize.ts';
import { clipIntoProducer, dropIdleClip, mergeClips } from './clips.ts';

/**
 * Turns activations that limit a range (relu, relu6, clip) into the limits of the operator before them,
 * and drops those that limit nothing. Exact: limiting and rounding are both monotone.
 */
export const fuseActivation = definePlugin((options: { readonly name?: string } = {}) => ({
  name: options.name ?? 'fuse-activation',
  transform: (graph) =>
    rewriteGraph(graph, [dropIdleClip, mergeClips, clipIntoProducer, clipAfterTable, clipBeforeQuantize]),
}));

export default fuseActivation;
