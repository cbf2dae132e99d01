import {
  type LayoutChoice,
  type Offer,
  type OperandPlan,
  type Schedule,
  type ScheduleRequest,
  type Target,
  type Tile,
} from 'match-compiler';
import { contentKey } from './content-key.ts';
import { CutCache, loopModel, type LoopModel } from './loop-model.ts';
import { searchTiles, type FoundWay, type SearchProblem } from './search.ts';
import { at } from './table.ts';
import { enginesOf, type StreamedOperand } from './timeline.ts';

/** Finds schedules and keeps what it found. */
export interface ScheduleSearch {
  /** The cheapest schedule of an offer under a request; undefined where nothing fits. */
  best(offer: Offer, request: ScheduleRequest): Schedule | undefined;
  readonly statistics: SearchStatistics;
}

export interface SearchStatistics {
  /** Requests that had to be searched, and those that were answered from what was kept. */
  searched: number;
  kept: number;
  /** Sums over what was searched. */
  space: number;
  evaluated: number;
}

/** An answer for every budget from the bytes that it needs up to the bytes that it was searched for. */
interface KeptAnswer {
  readonly upTo: number;
  readonly from: number;
  readonly schedule: Schedule | undefined;
}

/**
 * A search for one target. Equal requests are searched once: equal in what matters (pattern, loop nest, costs,
 * resident operands, budget), whatever the layer's name. An answer that needs less than its budget holds for every
 * budget between, since nothing that fits there is cheaper.
 */
export function createScheduleSearch(target: Target): ScheduleSearch {
  const nests = new Map<string, Nest>();
  const cuts = new CutCache();
  const nestOf = memo((offer: Offer) =>
    memo((layouts: LayoutChoice): Nest => {
      const key = contentKey(offer, layouts);
      const nest = nests.get(key) ?? new Nest(offer, target, layouts, cuts);
      nests.set(key, nest);
      return nest;
    }),
  );
  const statistics = { searched: 0, kept: 0, space: 0, evaluated: 0 };
  const best = (offer: Offer, request: ScheduleRequest): Schedule | undefined => {
    const { layouts, bytes } = request;
    const nest = nestOf(offer)(layouts);
    const kept = nest.answers(request);
    const known = kept.find((answer) => answer.from <= bytes && bytes <= answer.upTo);
    if (known) {
      statistics.kept++;
      return known.schedule && { ...known.schedule, layouts };
    }
    const schedule = searchIn(nest.loop(request), offer, target, request);
    const near = offer.module.operands.activations;
    kept.push({ upTo: bytes, from: schedule ? (schedule.bytes[near] ?? 0) : -Infinity, schedule });
    statistics.searched++;
    statistics.space += schedule?.certificate?.space ?? 0;
    statistics.evaluated += schedule?.certificate?.evaluated ?? 0;
    return schedule;
  };
  return { best, statistics };
}

/** What is kept of one layer, whatever it is called. */
class Nest {
  readonly #offer: Offer;
  readonly #target: Target;
  readonly #layouts: LayoutChoice;
  readonly #cuts: CutCache;
  readonly #loops = new Map<string, LoopModel>();
  readonly #answers = new Map<string, KeptAnswer[]>();

  constructor(offer: Offer, target: Target, layouts: LayoutChoice, cuts: CutCache) {
    this.#offer = offer;
    this.#target = target;
    this.#layouts = layouts;
    this.#cuts = cuts;
  }

  loop({ share, sizes = 'all' }: ScheduleRequest): LoopModel {
    const key = `${sizes} ${shareKey(share)}`;
    const known = this.#loops.get(key);
    if (known) return known;
    const loop = loopModel(this.#offer, this.#target, this.#layouts, share, sizes, this.#cuts);
    this.#loops.set(key, loop);
    return loop;
  }

  answers({ share, sizes = 'all', residentInputs, residentOutputs }: ScheduleRequest): KeptAnswer[] {
    const places = [residentInputs, residentOutputs].map((list) => list.map(Number).join(''));
    const key = [sizes, shareKey(share), ...places].join('|');
    const known = this.#answers.get(key);
    if (known) return known;
    const answers: KeptAnswer[] = [];
    this.#answers.set(key, answers);
    return answers;
  }
}

function shareKey({ ranges }: Tile): string {
  return Object.entries(ranges)
    .map(([name, { start, extent }]) => `${name}${start}+${extent}`)
    .sort()
    .join();
}

/** Remembers what a function made of an object. */
function memo<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = make(key);
    known.set(key, value);
    return value;
  };
}

/** The cheapest schedule of an offer under a request, without keeping anything; undefined where nothing fits. */
export function searchSchedule(offer: Offer, target: Target, request: ScheduleRequest): Schedule | undefined {
  return searchIn(
    loopModel(offer, target, request.layouts, request.share, request.sizes ?? 'all', new CutCache()),
    offer,
    target,
    request,
  );
}

function searchIn(
  loop: LoopModel,
  offer: Offer,
  target: Target,
  request: ScheduleRequest,
): Schedule | undefined {
  const problem = problemOf(loop, offer, target, request);
  const found = problem && searchTiles(problem);
  return found && scheduleOf(found, problem, offer, request);
}

/** Does an operand move? Constants do where their home is another memory than the module's. */
function streams(
  { role, index }: { readonly role: 'inputs' | 'constants' | 'outputs'; readonly index: number },
  { residentInputs, residentOutputs }: ScheduleRequest,
  { module }: Offer,
  { homes }: Target,
): boolean {
  if (role === 'constants') return module.operands.constants !== homes.constants;
  return (role === 'inputs' ? residentInputs[index] : residentOutputs[index]) !== true;
}

/** Undefined where an operand must move and has no way to. */
function problemOf(
  loop: LoopModel,
  offer: Offer,
  target: Target,
  request: ScheduleRequest,
): SearchProblem | undefined {
  const { region, module, pattern } = offer;
  if (!pattern.tiling) {
    // Whole operands where they lie: nothing may have to move.
    const moves = [
      ...region.inputs.map((_, index) => ({ role: 'inputs', index }) as const),
      ...region.constants.map((_, index) => ({ role: 'constants', index }) as const),
      ...region.outputs.map((_, index) => ({ role: 'outputs', index }) as const),
    ];
    if (moves.some((operand) => streams(operand, request, offer, target))) return undefined;
  }
  const moved = loop.operands.filter((operand) => streams(operand, request, offer, target));
  const channels = [...new Set(moved.flatMap(({ link }) => link?.channel ?? []))];
  const engines = enginesOf(module, pattern.synchronous === true, channels, target.contention);
  const streamed: StreamedOperand[] = [];
  for (const model of moved) {
    if (!model.link) return undefined;
    streamed.push({ model, engine: 1 + channels.indexOf(model.link.channel) });
  }
  const { activations, constants } = module.operands;
  return {
    loop,
    engines,
    loads: streamed.filter(({ model }) => model.role !== 'outputs'),
    stores: streamed.filter(({ model }) => model.role === 'outputs'),
    bytes: request.bytes,
    near: activations,
    alignment: target.memories[activations]?.alignment ?? 1,
    constantBytes: constants === activations ? undefined : (target.memories[constants]?.bytes ?? 0),
    slowedByModule: Float64Array.from(engines.names, (name) =>
      Math.max(1, target.contention?.[name]?.[module.name] ?? 1),
    ),
  };
}

function scheduleOf(
  { cuts, order, buffers, cycles, certificate }: FoundWay,
  { loop, loads, stores, near, alignment }: SearchProblem,
  { region, module, pattern }: Offer,
  request: ScheduleRequest,
): Schedule {
  const { layouts, share } = request;
  const scratch = loop.calls.scratch(cuts);
  const bytes: Record<string, number> = {};
  const add = (memory: string, own: number): void => {
    bytes[memory] = (bytes[memory] ?? 0) + own;
  };
  for (const need of scratch) {
    const step = need.memory === near ? Math.max(need.alignment, alignment) : need.alignment;
    add(need.memory, step * Math.ceil(need.bytes / step));
  }
  const streamed = [...loads, ...stores];
  streamed.forEach(({ model }, k) => {
    const memory = model.role === 'constants' ? module.operands.constants : module.operands.activations;
    add(memory, at(buffers, k) * model.bufferBytes(cuts));
  });
  const plans = (role: 'inputs' | 'constants' | 'outputs', count: number): OperandPlan[] =>
    Array.from({ length: count }, (_, index) => {
      const k = streamed.findIndex(({ model }) => model.role === role && model.index === index);
      return k < 0 ? { mode: 'resident' } : { mode: 'streamed', buffers: at(buffers, k) === 2 ? 2 : 1 };
    });
  const inputs = plans('inputs', region.inputs.length);
  const outputs = plans('outputs', region.outputs.length);
  const whole = order.length === 0 && Object.keys(share.ranges).length === 0;
  const overlaps = whole ? (pattern.overlaps?.({ region, layouts, tile: share }) ?? []) : [];
  return {
    tile: Object.fromEntries(
      order.flatMap((d) => {
        const dimension = loop.dimensions[d];
        return dimension
          ? [[dimension.name, dimension.cuts[at(cuts, d)]?.size ?? dimension.range.extent]]
          : [];
      }),
    ),
    order: order.flatMap((d) => loop.dimensions[d]?.name ?? []),
    inputs,
    constants: plans('constants', pattern.pack ? 1 : region.constants.length),
    outputs,
    layouts,
    cycles,
    scratch,
    // In place means something where both are the tensors themselves.
    overlaps: overlaps.filter(
      ({ input, output }) => inputs[input]?.mode === 'resident' && outputs[output]?.mode === 'resident',
    ),
    bytes,
    certificate,
  };
}
