/** What the controller does next. Cycles are never negative. */
export type ClockItem =
  /** Hands work to an engine and goes on; `issueCycles` of the controller come first. */
  | {
      readonly kind: 'start';
      readonly engine: string;
      readonly cycles: number;
      readonly issueCycles: number;
      readonly token: string;
      /** For attribution; any text. */
      readonly label: string;
    }
  /** The same, and waits for it. */
  | {
      readonly kind: 'call';
      readonly engine: string;
      readonly cycles: number;
      readonly issueCycles: number;
      readonly label: string;
    }
  | { readonly kind: 'wait'; readonly token: string };

/** One piece of work on the timeline of its engine. */
export interface ClockEvent {
  readonly engine: string;
  readonly label: string;
  /** Cycles from the beginning; fractions where contention slowed the work. */
  readonly start: number;
  readonly end: number;
}

export interface Timeline {
  readonly events: readonly ClockEvent[];
  /** When the controller is done, in cycles. */
  readonly cycles: number;
  /** After each item: the controller's time. */
  readonly times: readonly number[];
}

export interface ClockModel {
  /** Jobs that an engine takes before the controller has to wait; absent: any number. */
  readonly queueDepth: Readonly<Record<string, number>>;
  /** contention[engine][other]: factor by which `engine` is slower while `other` is busy; the largest counts. */
  readonly contention: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

interface Job {
  readonly engine: string;
  readonly label: string;
  readonly token: string | undefined;
  /** Cycles of work left, at full speed. */
  left: number;
  start: number;
}

/**
 * The virtual clock: one controller that hands out work, one queue per engine, rates that fall while contending
 * engines are busy. The simulator that emitted C is linked with keeps the same time.
 */
export function runClock(items: readonly ClockItem[], model: ClockModel): Timeline {
  return new Clock(model).run(items);
}

class Clock {
  readonly #model: ClockModel;
  readonly #queues = new Map<string, Job[]>();
  readonly #pending = new Map<string, Job>();
  readonly #events: ClockEvent[] = [];
  #now = 0;

  constructor(model: ClockModel) {
    this.#model = model;
  }

  run(items: readonly ClockItem[]): Timeline {
    const times: number[] = [];
    for (const item of items) {
      if (item.kind === 'wait') this.#waitFor(this.#pending.get(item.token));
      else this.#start(item);
      times.push(this.#now);
    }
    return { events: this.#events, cycles: this.#now, times };
  }

  #start(item: Exclude<ClockItem, { kind: 'wait' }>): void {
    const queue = this.#queue(item.engine);
    const depth = this.#model.queueDepth[item.engine] ?? Infinity;
    while (queue.length >= Math.max(1, depth)) this.#waitFor(queue[0]);
    this.#advanceTo(this.#now + item.issueCycles);
    const job: Job = {
      engine: item.engine,
      label: item.label,
      token: item.kind === 'start' ? item.token : undefined,
      left: item.cycles,
      start: queue.length === 0 ? this.#now : -1,
    };
    queue.push(job);
    if (item.kind === 'call') this.#waitFor(job);
    else this.#pending.set(item.token, job);
  }

  #waitFor(job: Job | undefined): void {
    while (job && this.#queue(job.engine).includes(job)) this.#advance(Infinity);
  }

  #advanceTo(time: number): void {
    while (this.#now < time) this.#advance(time);
  }

  /** To the next completion, or to `limit` when that is earlier. */
  #advance(limit: number): void {
    const running: { readonly job: Job; readonly rate: number; readonly end: number }[] = [];
    for (const [engine, [job]] of this.#queues) {
      if (!job) continue;
      const rate = this.#rate(engine);
      running.push({ job, rate, end: this.#now + job.left / rate });
    }
    let next = limit;
    for (const { end } of running) next = Math.min(next, end);
    if (next === Infinity) return;
    const elapsed = next - this.#now;
    this.#now = next;
    for (const { job, rate, end } of running) {
      job.left -= elapsed * rate;
      // What rounding leaves over may be too little to move a late clock on.
      if (end <= next || job.left <= 1e-9) this.#finish(job);
    }
  }

  #finish(job: Job): void {
    const queue = this.#queue(job.engine);
    queue.shift();
    this.#events.push({ engine: job.engine, label: job.label, start: job.start, end: this.#now });
    if (job.token !== undefined && this.#pending.get(job.token) === job) this.#pending.delete(job.token);
    const [next] = queue;
    if (next) next.start = this.#now;
  }

  #rate(engine: string): number {
    const factors = this.#model.contention[engine];
    if (!factors) return 1;
    let slowest = 1;
    for (const [other, queue] of this.#queues) {
      if (other !== engine && queue.length > 0) slowest = Math.max(slowest, factors[other] ?? 1);
    }
    return 1 / slowest;
  }

  #queue(engine: string): Job[] {
    const known = this.#queues.get(engine);
    if (known) return known;
    const queue: Job[] = [];
    this.#queues.set(engine, queue);
    return queue;
  }
}
