import {
  clockModelOf,
  planStage,
  runClock,
  stageItems,
  type ClockItem,
  type ClockModel,
  type Stage,
  type Target,
  type TileMove,
} from 'match-compiler';

interface Timed {
  readonly before: readonly ClockItem[];
  readonly after: readonly ClockItem[];
  readonly prefetch: readonly ClockItem[];
  readonly prefetchBytes: number;
}

/** Predicts stages with the clock that also times programs. */
export class StageClock {
  readonly #target: Target;
  readonly #model: ClockModel;
  readonly #timed = new WeakMap<Stage['jobs'], Timed>();
  #stages = 0;

  constructor(target: Target) {
    this.#target = target;
    this.#model = clockModelOf(target);
  }

  /**
   * Cycles from the end of `previous` to the end of `stage`, whose first constants are on their way while
   * `previous` computes when it asks for that.
   */
  cycles(stage: Stage, previous: Stage | undefined): number {
    const own = this.#timedStage(stage);
    const body = [...own.before, ...own.after];
    if (!previous) return runClock([...own.prefetch, ...body], this.#model).cycles;
    const earlier = this.#timedStage(previous);
    const items = [...earlier.before, ...own.prefetch, ...earlier.after, ...body];
    const { cycles, times } = runClock(items, this.#model);
    return cycles - (times[items.length - body.length - 1] ?? 0);
  }

  /** Bytes that the prefetch of a stage takes while the stage before it runs. */
  prefetchBytes(stage: Stage): number {
    return this.#timedStage(stage).prefetchBytes;
  }

  #timedStage(stage: Stage): Timed {
    const known = this.#timed.get(stage.jobs);
    if (known) return known;
    const { prefetch, steps, anchor } = planStage(stage);
    const { homes } = this.#target;
    const placeOf = (_: unknown, role: TileMove['role']): string =>
      role === 'constants' ? homes.constants : homes.activations;
    const prefix = `${this.#stages++}:`;
    const items = (part: Parameters<typeof stageItems>[0]): ClockItem[] =>
      stageItems(part, this.#target, placeOf, prefix);
    const timed = {
      before: items(steps.slice(0, anchor)),
      after: items(steps.slice(anchor)),
      prefetch: items(prefetch),
      prefetchBytes: prefetch.reduce(
        (sum, { box, operand }) => sum + box.bytes + (operand.guardBytes ?? 0),
        0,
      ),
    };
    this.#timed.set(stage.jobs, timed);
    return timed;
  }
}
