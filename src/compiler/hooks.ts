import { AsyncSeriesBailHook, AsyncSeriesWaterfallHook } from 'tapable';
import type { Bundle } from '../emit/bundle.ts';
import type { Graph } from '../ir/graph.ts';
import type { Bids, Candidates, Offer, OfferSchedules } from '../mapping/candidates.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { DoesNotFit, PlacedProgram, PlanResult } from '../memory/placed-program.ts';
import type { Program } from '../program/program.ts';
import type { Target } from '../target/target.ts';
import type { CompileOptions, ModelSource } from './options.ts';
import type { PluginContext } from './plugin-context.ts';

/** What every stage after import may look at beside its subject. */
export interface StageContext {
  readonly target: Target;
  readonly options: CompileOptions;
}

export interface SelectContext extends StageContext {
  /** Why the last selection could not be placed; absent the first time. */
  readonly doesNotFit?: DoesNotFit;
  /** How often a selection for these candidates could not be placed, from 0. */
  readonly attempt: number;
}

export interface EmitContext extends StageContext {
  readonly placed: PlacedProgram;
}

/**
 * The stages, in order. `first`: plugins are asked in turn, the first answer that is not null or
 * undefined counts. `waterfall`: each plugin may return the next subject. `collect`: every answer counts.
 */
export interface HookSignatures {
  importModel: { kind: 'first'; args: [source: ModelSource]; result: Graph };
  transform: { kind: 'waterfall'; args: [graph: Graph, context: StageContext]; result: Graph };
  enumerate: { kind: 'collect'; args: [graph: Graph, context: StageContext]; result: Bids };
  schedule: { kind: 'first'; args: [offer: Offer, context: StageContext]; result: OfferSchedules };
  select: { kind: 'first'; args: [candidates: Candidates, context: SelectContext]; result: Mapping };
  assemble: { kind: 'first'; args: [mapping: Mapping, context: StageContext]; result: Program };
  planMemory: { kind: 'first'; args: [program: Program, context: StageContext]; result: PlanResult };
  emit: { kind: 'waterfall'; args: [bundle: Bundle, context: EmitContext]; result: Bundle };
}

export type HookName = keyof HookSignatures;

/** Kind and purpose of every hook: what `match inspect hooks` and the docs show. */
export const hookTable: {
  readonly [H in HookName]: { readonly kind: HookSignatures[H]['kind']; readonly summary: string };
} = Object.freeze({
  importModel: { kind: 'first', summary: 'bytes of a model → Graph' },
  transform: { kind: 'waterfall', summary: 'Graph → Graph' },
  enumerate: { kind: 'collect', summary: 'Graph × Target → offers: region × module' },
  schedule: { kind: 'first', summary: 'one offer → its Pareto-optimal schedules' },
  select: { kind: 'first', summary: 'Candidates → Mapping' },
  assemble: { kind: 'first', summary: 'Mapping → Program' },
  planMemory: { kind: 'first', summary: 'Program → PlacedProgram, or what does not fit' },
  emit: { kind: 'waterfall', summary: 'PlacedProgram → Bundle of files' },
});

export const hookNames = Object.keys(hookTable) as readonly HookName[];

type Answer<H extends HookName> = HookSignatures[H]['result'] | null | undefined;

/** A plugin's handler of a hook. `null` and `undefined` pass on. */
export type Handler<H extends HookName> = (
  this: PluginContext,
  ...args: HookSignatures[H]['args']
) => Answer<H> | Promise<Answer<H>>;

/** A handler, or one with its place among the others. */
export type ObjectHook<H extends HookName> =
  | Handler<H>
  | {
      readonly order?: 'pre' | 'normal' | 'post';
      /** Names of plugins whose handlers must run after this one. */
      readonly before?: string | readonly string[];
      readonly handler: Handler<H>;
    };

/** The tapable hooks, all in one frozen literal. */
export function createHooks() {
  return Object.freeze({
    importModel: new AsyncSeriesBailHook<[ModelSource], Graph>(['source'], 'importModel'),
    transform: new AsyncSeriesWaterfallHook<[Graph, StageContext]>(['graph', 'context'], 'transform'),
    enumerate: new AsyncSeriesWaterfallHook<[Bids, Graph, StageContext]>(
      ['bids', 'graph', 'context'],
      'enumerate',
    ),
    schedule: new AsyncSeriesBailHook<[Offer, StageContext], OfferSchedules>(
      ['offer', 'context'],
      'schedule',
    ),
    select: new AsyncSeriesBailHook<[Candidates, SelectContext], Mapping>(
      ['candidates', 'context'],
      'select',
    ),
    assemble: new AsyncSeriesBailHook<[Mapping, StageContext], Program>(['mapping', 'context'], 'assemble'),
    planMemory: new AsyncSeriesBailHook<[Program, StageContext], PlanResult>(
      ['program', 'context'],
      'planMemory',
    ),
    emit: new AsyncSeriesWaterfallHook<[Bundle, EmitContext]>(['bundle', 'context'], 'emit'),
  });
}

export type Hooks = ReturnType<typeof createHooks>;
