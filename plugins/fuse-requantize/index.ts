import { definePlugin, rewriteGraph } from 'match-compiler';
import { addIntoBias, matmulToDense } from './bias.ts';
import { dropCast, mergeCasts, readBeforeCast } from './casts.ts';
import { dropIdentity } from './identity.ts';
import { fuseChain } from './fuse-chain.ts';

/**
 * Recognises the integer arithmetic that quantization tools spell out after a layer (multiply, add,
 * divide, floor, clip, cast) as one `requantize` of the rule `floor`. Exact: a chain is fused only when
 * interval analysis proves that none of its steps can leave its element type.
 */
export const fuseRequantize = definePlugin((options: { readonly name?: string } = {}) => ({
  name: options.name ?? 'fuse-requantize',
  transform: (graph) =>
    rewriteGraph(graph, [
      dropCast,
      mergeCasts,
      readBeforeCast,
      matmulToDense,
      addIntoBias,
      fuseChain,
      dropIdentity,
    ]),
}));

export default fuseRequantize;
