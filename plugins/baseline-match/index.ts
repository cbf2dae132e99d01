import { definePlugin, type Candidate, type Schedule } from 'match-compiler';
import { partition } from 'match-compiler/plugins/partition';
import { foldWindows } from './fold-windows.ts';
import { matchSchedule } from './match-schedule.ts';
import { isNear, matchRuntimeOf, runtimeCostsOf } from './runtime-costs.ts';
import { selectLikeMatch, type Others } from './select.ts';

export { standsAlone } from './greedy-cover.ts';
export { mapInSequence, type LayoutSelect } from './in-sequence.ts';
export { isNear, matchRuntime, withMatchRuntime } from './runtime-costs.ts';
export { tileBuffers, type TileBuffers, type TileChoice } from './tile-buffers.ts';

export interface BaselineOptions {
  /**
   * What the cost model counts per transfer and per tile: `match` 920 and 500 cycles (0 and 500 on DIANA), as
   * measured for MATCH's own runtime, `same` what the target says. Build for `withMatchRuntime(target)` where the program should take them too.
   */
  readonly costs?: 'match' | 'same';
  /**
   * Where regions run that MATCH has no pattern for. Default `controller`, as in MATCH. `anywhere`: on the module that
   * costs least, which leaves the mapping of the other layers as the only difference.
   */
  readonly others?: Others;
}

/**
 * The method of MATCH (Hamdi et al., public repository eml-eda/match) on this project's targets, as a baseline:
 * a re-implementation from the description of the method, not MATCH itself.
 *
 * - Partitioning: patterns from the longest to the shortest, at each root the module with the least latency that
 *   MATCH's own cost model predicts; nothing between layers counts.
 * - Tiles: LOMA's search over prime factors, nine loops at most, tiles that divide their dimensions, input channels and
 *   windows whole, outputs stationary, as much in L1 as fits.
 * - Schedule: one region after the other, each activation from L2 and back to L2; on accelerators transfers and compute take
 *   turns, on the cluster they overlap in two buffers, as MATCH's cost model assumes of it.
 * - What no pattern of MATCH's takes (pools, softmax, changes of layout) runs on the controller.
 *
 * In its favour: kernels and numerics are this project's, L1 has the target's size (MATCH plans with 90 to 101 kB), the
 * cluster really overlaps transfers (MATCH's newest templates do not), NE16 is enabled, layouts are chosen at least
 * cost, padding of channels in software, which its model counts, is not run, convolutions are not written as im2col
 * (that pass is undone), and changes of sign, which its networks do not need, run where they cost least. Not as in
 * MATCH: all operands share one split between the tile and the loops outside.
 */
export const baselineMatch = definePlugin(
  ({ costs = 'match', others = 'controller' }: BaselineOptions = {}) => {
    const own = new WeakSet<Schedule>();
    const isMatch = ({ schedules: [first] }: Candidate): boolean => own.has(first);
    return {
      name: 'baseline-match',
      transform: { order: 'post', handler: (graph) => foldWindows(graph) },
      schedule: {
        order: 'pre',
        handler: (offer, { target }) => {
          if (!isNear(offer.module, target)) return null;
          const runtime =
            costs === 'match' ? matchRuntimeOf(target, offer.module) : runtimeCostsOf(target, offer.module);
          const schedule = matchSchedule(offer, target, runtime);
          if (!schedule) return null;
          own.add(schedule);
          return { schedules: [schedule] };
        },
      },
      select: {
        order: 'pre',
        async handler(candidates, context) {
          // Nothing smaller is on offer.
          if (context.attempt > 0) return null;
          const { select } = partition();
          if (typeof select !== 'function') return null;
          return selectLikeMatch(candidates, isMatch, others, async (left) =>
            select.call(this, left, { ...context, target: left.target }),
          );
        },
      },
    };
  },
);

export default baselineMatch;
