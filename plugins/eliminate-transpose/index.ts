import { definePlugin, rewriteGraph } from 'match-compiler';
import { absorbIntoDense } from './dense.ts';
import { dropIdentity, foldConstant, merge, mergeTwins, toReshape } from './basics.ts';
import { hoist, sink } from './move.ts';
import { flipRegions } from './region.ts';

/**
 * Removes transposes: pairs cancel, and whole regions of operators to which the order of axes does not
 * matter change sides when that leaves fewer. Models in NHWC, imported operator by operator, end with
 * the transposes of their edges. Exact: every rule permutes the axes of both sides alike.
 *
 * It ends because each rule lowers, in this order of importance: the number of transposes, the bytes
 * that they move, and their distance from the graph's outputs.
 */
export const eliminateTranspose = definePlugin((options: { readonly name?: string } = {}) => ({
  name: options.name ?? 'eliminate-transpose',
  transform: (graph) =>
    rewriteGraph(graph, [
      dropIdentity,
      merge,
      foldConstant,
      toReshape,
      mergeTwins,
      sink,
      hoist,
      absorbIntoDense,
      flipRegions(),
    ]),
}));

export default eliminateTranspose;
