import { definePlugin, wholeTile, type Offer, type Schedule, type Target } from 'match-compiler';
import { createScheduleSearch, type ScheduleSearch } from './schedule-search.ts';

export {
  createScheduleSearch,
  searchSchedule,
  type ScheduleSearch,
  type SearchStatistics,
} from './schedule-search.ts';

/**
 * Searches tiles for modules with a memory of their own: sizes, loop orders and numbers of buffers at least predicted
 * cycles, exactly. See `searchTiles` for the space and for how it is searched.
 */
export const tilingSearch = definePlugin(() => {
  const searches = new WeakMap<Target, ScheduleSearch>();
  const searchOf = (target: Target): ScheduleSearch => {
    const known = searches.get(target);
    if (known) return known;
    const search = createScheduleSearch(target);
    searches.set(target, search);
    return search;
  };
  return {
    name: 'tiling-search',
    schedule: (offer, { target }) => {
      if (!hasOwnMemory(offer, target)) return null;
      const search = searchOf(target);
      const [first, ...others] = schedulesOf(offer, target, search);
      if (!first) return null;
      return { schedules: [first, ...others], best: (request) => search.best(offer, request) };
    },
  };
});

function hasOwnMemory({ module, pattern }: Offer, { homes }: Target): boolean {
  const { activations, constants } = module.operands;
  return pattern.tiling !== undefined && (activations !== homes.activations || constants !== homes.constants);
}

/** Per choice of layouts: on resident activations where they fit, else with all operands streamed. */
function schedulesOf(offer: Offer, target: Target, search: ScheduleSearch): Schedule[] {
  const { region, module, pattern } = offer;
  const near = module.operands.activations;
  const { bytes = 0, alignment = 1 } = target.memories[near] ?? {};
  return pattern.layouts(region).flatMap((layouts) => {
    const { inputs, outputs } = pattern.tiling?.(region, layouts) ?? { inputs: [], outputs: [] };
    const resident = [...inputs, ...outputs].reduce(
      (sum, operand) => sum + alignment * Math.ceil((operand.bytes + (operand.guardBytes ?? 0)) / alignment),
      0,
    );
    const best = (kept: boolean): Schedule | undefined =>
      search.best(offer, {
        layouts,
        residentInputs: region.inputs.map(() => kept),
        residentOutputs: region.outputs.map(() => kept),
        bytes: kept ? bytes - resident : bytes,
        share: wholeTile,
      });
    return best(true) ?? best(false) ?? [];
  });
}

export default tilingSearch;
