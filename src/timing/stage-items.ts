import type { MappedRegion } from '../mapping/mapping.ts';
import type { StageStep, TileMove } from '../schedule/plan-stage.ts';
import type { KernelCall, Target } from '../target/target.ts';
import { boxRows } from '../target/tiling.ts';
import { linkBetween, transferCycles } from '../target/transfer.ts';
import type { ClockItem, ClockModel } from './clock.ts';

/** Queues and contention of a target, for the clock. */
export function clockModelOf(target: Target): ClockModel {
  return {
    queueDepth: Object.fromEntries(
      target.modules.map(({ name, queueDepth }) => [name, Math.max(1, queueDepth)]),
    ),
    contention: target.contention ?? {},
  };
}

/** Where a streamed operand lies when it is not in a tile buffer. */
export type PlaceOf = (region: MappedRegion, role: TileMove['role'], index: number) => string;

/** The steps of a stage as the clock takes them. Tokens carry `prefix`, so that stages can follow each other. */
export function stageItems(
  steps: readonly StageStep[],
  target: Target,
  placeOf: PlaceOf,
  prefix = '',
): ClockItem[] {
  return steps.map((step): ClockItem => {
    if (step.kind === 'wait') return { kind: 'wait', token: `${prefix}${step.token}` };
    const token = `${prefix}${step.token}`;
    if (step.kind === 'compute') {
      const { region } = step.job;
      const { module, pattern, schedule } = region;
      const call: KernelCall = { region: region.region, layouts: schedule.layouts, tile: step.job.tile };
      const work = {
        engine: module.name,
        cycles: pattern.cycles(call),
        issueCycles: pattern.dispatchCycles?.(call) ?? module.dispatchCycles,
        label: `${region.id}`,
      };
      const blocks = pattern.synchronous === true || module.queueDepth === 0;
      return blocks ? { kind: 'call', ...work } : { kind: 'start', ...work, token };
    }
    return { kind: 'start', ...moveWork(step, target, placeOf), token };
  });
}

/** Channel and cycles of one move: all its rows on the channel of the link. */
export function moveWork(
  move: TileMove,
  target: Target,
  placeOf: PlaceOf,
): {
  readonly engine: string;
  readonly cycles: number;
  readonly issueCycles: number;
  readonly label: string;
} {
  const { region, role, index, operand, box, kind } = move;
  const home = placeOf(region, role, index);
  const { activations, constants } = region.module.operands;
  const near = role === 'constants' ? constants : activations;
  const link = kind === 'load' ? linkBetween(target, home, near) : linkBetween(target, near, home);
  if (!link) throw new RangeError(`${target.name} has no link between ${home} and ${near}`);
  let cycles = 0;
  let issueCycles = 0;
  for (const { rows, rowBytes, planes } of boxRows(operand, box, 'whole')) {
    cycles += planes * transferCycles(link, rows, rowBytes);
    issueCycles += planes * link.enqueueCycles;
  }
  return { engine: link.channel, cycles, issueCycles, label: `${region.id}` };
}
