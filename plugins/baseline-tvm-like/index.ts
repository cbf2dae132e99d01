import { definePlugin } from 'match-compiler';
import { isNear, mapInSequence } from 'match-compiler/plugins/baseline-match';
import { partition } from 'match-compiler/plugins/partition';

/**
 * Everything on the controlling core, as plain TVM does it on a chip whose accelerators it has no code generator for:
 * a stand-in from what is known of TVM's C code generator, not TVM itself. One layer after the other on tensors where
 * they live. Kernels, numerics and rewrites of the graph are this project's, layouts are chosen at least cost.
 *
 * TVM emits plain loops: build for a target whose controlling core has their costs, as DIANA's has by default.
 */
export const baselineTvmLike = definePlugin(() => ({
  name: 'baseline-tvm-like',
  select: {
    order: 'pre',
    async handler(candidates, context) {
      // Nothing smaller is on offer.
      if (context.attempt > 0) return null;
      const { select } = partition();
      if (typeof select !== 'function') return null;
      const { target } = candidates;
      const left = {
        ...candidates,
        candidates: candidates.candidates.filter(({ module }) => !isNear(module, target)),
      };
      return mapInSequence(
        left,
        [],
        () => false,
        async (own) => select.call(this, own, { ...context, target: own.target }),
      );
    },
  },
}));

export default baselineTvmLike;
