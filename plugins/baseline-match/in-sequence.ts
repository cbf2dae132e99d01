import {
  clockModelOf,
  planStage,
  runClock,
  stageItems,
  tilesOf,
  wholeTile,
  type Candidate,
  type Candidates,
  type ExecutionModule,
  type MappedRegion,
  type Mapping,
  type Node,
  type Schedule,
  type Stage,
  type Target,
} from 'match-compiler';
import { isNear } from './runtime-costs.ts';

/** Chooses layouts for a set of candidates of which every node has one way to be run, and writes the mapping. */
export type LayoutSelect = (candidates: Candidates) => Promise<Mapping | null | undefined>;

/** With every activation through tile buffers, one per choice of layouts. */
function streamedSchedules({ region, module, schedules, best }: Candidate, { memories }: Target): Schedule[] {
  return schedules.flatMap(
    ({ layouts }) =>
      best?.({
        layouts,
        residentInputs: region.inputs.map(() => false),
        residentOutputs: region.outputs.map(() => false),
        bytes: memories[module.operands.activations]?.bytes ?? 0,
        share: wholeTile,
      }) ?? [],
  );
}

/**
 * A mapping that runs one region after the other, each activation through its home: regions that are chosen already on
 * their modules, the rest on the controller at least cost. The schedules of chosen candidates have to be streamed ones.
 *
 * @param chosen disjoint; none of their inner values is read outside
 * @param mayRunNear other candidates on modules with memories of their own that are taken where they cost least
 * @param selectLayouts covers what is left of the graph and inserts conversions. It sees every module as one that
 *   works on the home of activations, so that it places nothing.
 */
export async function mapInSequence(
  candidates: Candidates,
  chosen: readonly Candidate[],
  mayRunNear: (candidate: Candidate) => boolean,
  selectLayouts: LayoutSelect,
): Promise<Mapping | null> {
  const { target } = candidates;
  const taken = new Set<Node>(chosen.flatMap(({ region }) => region.nodes));
  const rest = candidates.candidates
    .filter(({ region }) => !region.nodes.some((node) => taken.has(node)))
    .filter((candidate) => !isNear(candidate.module, target) || mayRunNear(candidate))
    .flatMap((candidate) => {
      if (!isNear(candidate.module, target)) return candidate;
      const [first, ...more] = streamedSchedules(candidate, target);
      return first ? { ...candidate, schedules: [first, ...more] as const } : [];
    });
  const disguises = new Map<ExecutionModule, ExecutionModule>();
  const disguised = (module: ExecutionModule): ExecutionModule => {
    const { activations, constants } = target.homes;
    const known = disguises.get(module) ?? { ...module, operands: { activations, constants } };
    disguises.set(module, known);
    return known;
  };
  const mapping = await selectLayouts({
    ...candidates,
    // Conversions are the controller's as well.
    target: { ...target, modules: target.modules.filter((module) => !isNear(module, target)) },
    candidates: [
      ...[...chosen, ...rest].map(({ region, module, pattern, schedules }) => ({
        region,
        module: isNear(module, target) ? disguised(module) : module,
        pattern,
        schedules,
      })),
    ],
  });
  if (!mapping) return null;
  const modules = new Map([...disguises].map(([module, disguise]) => [disguise, module]));
  const stages = mapping.regions.map((region): Stage =>
    stageOf({ ...region, module: modules.get(region.module) ?? region.module }, target),
  );
  return {
    ...mapping,
    target,
    regions: stages.flatMap(({ regions }) => regions),
    stages,
    places: new Map(),
    predictedCycles: stages.reduce((sum, { cycles }) => sum + cycles, 0),
  };
}

/** One region as a stage of its own, timed as it will run. */
function stageOf(region: MappedRegion, target: Target): Stage {
  const { pattern, schedule } = region;
  const tiling = pattern.tiling?.(region.region, schedule.layouts);
  const tiles = tiling ? tilesOf(schedule, tiling, wholeTile) : [wholeTile];
  const timed = (own: MappedRegion, cycles: number): Stage => ({
    regions: [own],
    jobs: tiles.map((tile) => ({ region: own, tile })),
    prefetch: false,
    cycles,
  });
  const { steps } = planStage(timed(region, 0));
  const { activations, constants } = target.homes;
  const items = stageItems(steps, target, (_, role) => (role === 'constants' ? constants : activations));
  const { cycles } = runClock(items, clockModelOf(target));
  return timed({ ...region, schedule: { ...schedule, cycles } }, cycles);
}
