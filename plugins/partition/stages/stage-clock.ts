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
  /** When its last item is done, by itself; absent until it is asked for. */
  alone?: number;
}

/** Predicted cycles of a stage. */
export interface StageTime {
  /** From the end of the stage before to its own. */
  readonly cycles: number;
  /** By how much the stage before ends later, because the first constants of this one are fetched meanwhile. */
  readonly delay: number;
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
   * A stage behind `previous`, during which its first constants are on their way when it asks for that.
   */
  time(stage: Stage, previous: Stage | undefined): StageTime {
    const own = this.#timedStage(stage);
    const body = [...own.before, ...own.after];
    if (!previous) {
      return { cycles: runClock([...own.prefetch, ...body], this.#model).cycles, delay: 0 };
    }
    const earlier = this.#timedStage(previous);
    const items = [...earlier.before, ...own.prefetch, ...earlier.after, ...body];
    const { cycles, times } = runClock(items, this.#model);
    const end = times[items.length - body.length - 1] ?? 0;
    earlier.alone ??= runClock([...earlier.before, ...earlier.after], this.#model).times.at(-1) ?? 0;
    return { cycles: cycles - end, delay: own.prefetch.length > 0 ? Math.max(0, end - earlier.alone) : 0 };
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
    const timed: Timed = {
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
