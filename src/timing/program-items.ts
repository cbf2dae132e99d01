import type { MappedRegion, Stage } from '../mapping/mapping.ts';
import { expand, type Step } from '../program/expand.ts';
import type { Program } from '../program/program.ts';
import { transferShape } from '../program/transfer-shape.ts';
import type { Target } from '../target/target.ts';
import { linkBetween, transferCycles } from '../target/transfer.ts';
import { runClock, type ClockItem, type Timeline } from './clock.ts';
import { clockModelOf } from './stage-items.ts';

/** What the controller does for a program, one item per step, and the region that each is done for. */
export interface ProgramItems {
  readonly items: readonly ClockItem[];
  readonly regions: readonly (MappedRegion | undefined)[];
}

/** Cycles of one region by the clock. */
export interface RegionTime {
  readonly region: MappedRegion;
  /** When the controller first deals with it, and when it is done with it. */
  readonly first: number;
  readonly end: number;
  /** The controller, handing over jobs and transfers. */
  readonly overhead: number;
  /** The controller, waiting for them. */
  readonly waiting: number;
  /** The controller, in calls that it waits for. */
  readonly calls: number;
  /** Cycles that each engine works for it; engines that do not are absent. */
  readonly busy: Readonly<Record<string, number>>;
}

/** A stage: what was predicted for it, and its cycles by the clock. */
export interface StageTime {
  readonly stage: Stage;
  readonly predicted: number;
  /** From the end of the stage before to the end of this one. */
  readonly cycles: number;
}

/** A program on the virtual clock. */
export interface ProgramTimeline extends Timeline {
  /** Events are labelled by the id of their region, empty for none. */
  readonly items: readonly ClockItem[];
  /** In the order of the mapping. */
  readonly regions: readonly RegionTime[];
  readonly stages: readonly StageTime[];
}

/**
 * The steps of a program as the clock takes them: loops unrolled, transfers at the cost of their link.
 * @throws {RangeError} when a transfer has no link or no shape that a channel can copy
 */
export function programItems(program: Program): ProgramItems {
  const { target } = program.mapping;
  const steps = expand(program);
  const given = new Map<string, MappedRegion | undefined>();
  const regions = steps.map((step) => {
    const { token } = step.instruction;
    if (step.kind === 'wait') return given.get(token);
    const { region } = step.instruction;
    given.set(token, region);
    return region;
  });
  return { items: steps.map((step) => itemOf(step, target)), regions };
}

/** How long a program takes, by the same rules as the simulator that its C is linked with. */
export function programTimeline(program: Program): ProgramTimeline {
  const { items, regions } = programItems(program);
  const { mapping } = program;
  const timeline = runClock(items, clockModelOf(mapping.target));
  const times = regionTimes(items, regions, timeline, mapping.regions);
  const ends = new Map(times.map(({ region, end }) => [region, end]));
  let before = 0;
  const stages = mapping.stages.map((stage): StageTime => {
    const end = Math.max(before, ...stage.regions.map((region) => ends.get(region) ?? 0));
    const cycles = end - before;
    before = end;
    return { stage, predicted: stage.cycles, cycles };
  });
  return { ...timeline, items, regions: times, stages };
}

function itemOf(step: Step, target: Target): ClockItem {
  const { token } = step.instruction;
  if (step.kind === 'wait') return { kind: 'wait', token };
  const label = String(step.instruction.region?.id ?? '');
  if (step.kind === 'kernel') {
    const { kind, region, cycles, dispatchCycles } = step.instruction;
    const work = { engine: region.module.name, cycles, issueCycles: dispatchCycles, label };
    return kind === 'call' ? { kind, ...work } : { kind: 'start', token, ...work };
  }
  const { from, to } = step;
  const link = linkBetween(target, from.buffer.memory, to.buffer.memory);
  const shape = transferShape(from, to);
  if (!link || !shape) {
    throw new RangeError(`${target.name} cannot copy ${from.buffer.name} to ${to.buffer.name}`);
  }
  const { rows, rowBytes, planes } = shape;
  return {
    kind: 'start',
    engine: link.channel,
    cycles: planes * transferCycles(link, rows, rowBytes),
    issueCycles: planes * link.enqueueCycles,
    token,
    label,
  };
}

interface Figures {
  first: number;
  end: number;
  overhead: number;
  waiting: number;
  calls: number;
  busy: Record<string, number>;
}

function regionTimes(
  items: readonly ClockItem[],
  regions: readonly (MappedRegion | undefined)[],
  { times, events }: Timeline,
  all: readonly MappedRegion[],
): RegionTime[] {
  const figures = new Map(
    all.map((region): [MappedRegion, Figures] => [
      region,
      { first: -1, end: 0, overhead: 0, waiting: 0, calls: 0, busy: {} },
    ]),
  );
  const byId = new Map(all.map((region) => [String(region.id), region]));
  items.forEach((item, i) => {
    const region = regions[i];
    const own = region && figures.get(region);
    if (!own) return;
    const [before, after] = [times[i - 1] ?? 0, times[i] ?? 0];
    if (own.first < 0) own.first = before;
    own.end = after;
    if (item.kind === 'wait') own.waiting += after - before;
    else {
      own.overhead += item.issueCycles;
      // Whatever is more is time in the call, or until the queue had room.
      if (item.kind === 'call') own.calls += after - before - item.issueCycles;
      else own.waiting += after - before - item.issueCycles;
    }
  });
  for (const { engine, label, start, end } of events) {
    const region = byId.get(label);
    const own = region && figures.get(region);
    if (own) own.busy[engine] = (own.busy[engine] ?? 0) + end - start;
  }
  return [...figures].map(([region, own]) => ({ region, ...own }));
}
