import { definePlugin, type Candidate, type Schedule } from 'match-compiler';
import { isNear, mapInSequence } from 'match-compiler/plugins/baseline-match';
import { partition } from 'match-compiler/plugins/partition';
import { heuristicSchedule } from './heuristic-tiling.ts';
import { priorityCover } from './priority-cover.ts';

export { htvmRuntime, withHtvmRuntime } from './runtime-costs.ts';

export interface HtvmOptions {
  /**
   * Modules from the most wanted to the least. Default: those with memories of their own, the last of the target
   * first: targets list general modules before special ones, so that on DIANA it is analog before digital.
   */
  readonly priority?: readonly string[];
  /** Names of patterns that HTVM has no counterpart of. Default: the one that sees an image as one long row. */
  readonly without?: readonly string[];
}

/**
 * The method of HTVM (Van Delm et al., DAC 2023, with DORY's tiler) on this project's targets, as a baseline: a
 * re-implementation from public descriptions of the method, not HTVM itself.
 *
 * - Partitioning: modules in a fixed order of priority, on each the longest patterns first; nothing is costed. What no
 *   accelerator takes runs on the controller.
 * - Tiles: whole layers where they fit, else the tile that fills the near memory best, with bonuses for channels and
 *   columns in multiples of 16 and for rows that are whole, as DORY's heuristics have it; input channels whole.
 * - Schedule: one layer after the other, each activation from L2 and back to L2; one buffer per operand, so that
 *   transfers and compute take turns.
 * - Costs of its runtime: build for `withHtvmRuntime(target)`, which takes 500 cycles per tile.
 *
 * In its favour: kernels, numerics and rewrites of the graph are this project's, layouts between what runs on the
 * controller are chosen at least cost, tiles need not divide their dimensions.
 */
export const baselineHtvm = definePlugin(({ priority, without = ['conv1x1_flat'] }: HtvmOptions = {}) => {
  const own = new WeakSet<Schedule>();
  const isOwn = ({ schedules: [first] }: Candidate): boolean => own.has(first);
  return {
    name: 'baseline-htvm',
    schedule: {
      order: 'pre',
      handler: (offer, { target }) => {
        if (!isNear(offer.module, target) || without.includes(offer.pattern.name)) return null;
        const schedule = heuristicSchedule(offer, target);
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
        const { graph, target } = candidates;
        const order =
          priority ??
          target.modules
            .filter((module) => isNear(module, target))
            .map(({ name }) => name)
            .reverse();
        const chosen = priorityCover(candidates.candidates.filter(isOwn), graph, order);
        return mapInSequence(
          candidates,
          chosen,
          () => false,
          async (left) => select.call(this, left, { ...context, target: left.target }),
        );
      },
    },
  };
});

export default baselineHtvm;
