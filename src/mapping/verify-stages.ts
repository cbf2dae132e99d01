import type { Node } from '../ir/graph.ts';
import { operandBox, wholeTile, type OperandBox } from '../target/tiling.ts';
import type { MappedRegion, Mapping, StageJob } from './mapping.ts';

/** The rules of the stages of a mapping: every region computes its whole result, every byte of it once. */
export function verifyStages({ regions, stages, places, graph, target }: Mapping): string[] {
  const faults: string[] = [];
  const staged = stages.flatMap((stage) => stage.regions);
  if (staged.length !== regions.length || staged.some((region, i) => region !== regions[i]))
    faults.push('the stages list other regions than the mapping, or in another order');
  const jobs = new Map<Node, StageJob[]>();
  for (const stage of stages) {
    for (const job of stage.jobs) {
      const { root } = job.region.region;
      if (!stage.regions.includes(job.region)) faults.push(`a job of ${root.name} is in a stage of others`);
      jobs.set(root, [...(jobs.get(root) ?? []), job]);
    }
    if (!(stage.cycles >= 0 && Number.isFinite(stage.cycles)))
      faults.push(`a stage costs ${stage.cycles} cycles`);
  }
  const checked = new Set<Node>();
  for (const region of regions) {
    const { root } = region.region;
    if (checked.has(root)) continue;
    checked.add(root);
    const fault = coverFault(jobs.get(root) ?? []);
    if (fault !== undefined) faults.push(`${root.name}: ${fault}`);
  }
  const values = new Set(graph.values());
  for (const [value, place] of places) {
    if (!values.has(value)) faults.push(`%${value.name}, which has a place, is not in the graph`);
    if (!Object.hasOwn(target.memories, place)) faults.push(`%${value.name} is in unknown ${place}`);
  }
  return faults;
}

/** What keeps the jobs of one region from making each element of its result exactly once. */
function coverFault(jobs: readonly StageJob[]): string | undefined {
  const [first] = jobs;
  if (!first) return 'no job computes it';
  const boxes = jobs.flatMap((job) => {
    const tiling = tilingOf(job.region);
    if (!tiling || hasPartialSums(job)) return [];
    const operand = tiling.outputs[0];
    return operand ? [operandBox(operand, job.tile)] : [];
  });
  const tiling = tilingOf(first.region);
  const operand = tiling?.outputs[0];
  if (!operand) return jobs.length === 1 ? undefined : 'several jobs compute it whole';
  const all = elements(operandBox(operand, wholeTile));
  const sum = boxes.reduce((total, box) => total + elements(box), 0);
  if (sum !== all) return `its jobs compute ${sum} of ${all} elements`;
  for (const [i, box] of boxes.entries()) {
    if (boxes.slice(0, i).some((other) => meet(box, other))) return 'two jobs compute the same elements';
  }
  return undefined;
}

function tilingOf({
  region,
  pattern,
  schedule,
}: MappedRegion): ReturnType<NonNullable<typeof pattern.tiling>> | undefined {
  return pattern.tiling?.(region, schedule.layouts);
}

/** Jobs that only add to partial sums; the first tile of the reduction stands for the result. */
function hasPartialSums({ region, tile }: StageJob): boolean {
  return (tilingOf(region)?.dimensions ?? []).some(
    ({ name, reduction }) => reduction && (tile.ranges[name]?.start ?? 0) > 0,
  );
}

function elements({ ranges }: OperandBox): number {
  return ranges.reduce((product, { extent }) => product * extent, 1);
}

function meet(a: OperandBox, b: OperandBox): boolean {
  return a.ranges.every((range, i) => {
    const other = b.ranges[i];
    return (
      other !== undefined &&
      range.start < other.start + other.extent &&
      other.start < range.start + range.extent
    );
  });
}
