import { locationOf, MatchError, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { Bundle } from '../emit/bundle.ts';
import type { Graph } from '../ir/graph.ts';
import { printNode } from '../ir/printer.ts';
import { verifyGraph, type GraphFault } from '../ir/verifier.ts';
import type { Candidate, Candidates } from '../mapping/candidates.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { verifyMapping } from '../mapping/verifier.ts';
import { checkPlan } from '../memory/check-plan.ts';
import type { DoesNotFit, PlacedProgram } from '../memory/placed-program.ts';
import type { Program } from '../program/program.ts';
import { verifyProgram } from '../program/verifier.ts';
import type { HookName, Hooks, StageContext } from './hooks.ts';
import type { ModelSource } from './options.ts';
import { attributed, registerPlugins, type HandlerRun, type Observer } from './plugin-driver.ts';
import type { Plugin } from './plugin.ts';

/** How often a mapping that does not fit may be replaced by another. */
const placementAttempts = 12;

export interface CompilerOptions {
  readonly plugins: readonly Plugin[];
  readonly report: (diagnostic: Diagnostic) => void;
  readonly observers?: readonly Observer[];
  /** Verifies the graph after every pass, so that the one that broke it is named; else once after the last. */
  readonly verifyEach?: boolean;
}

/** Every level of one build, from graph to files. */
export interface Compilation {
  readonly graph: Graph;
  readonly candidates: Candidates;
  readonly mapping: Mapping;
  readonly program: Program;
  readonly placed: PlacedProgram;
  readonly bundle: Bundle;
}

/** The pipeline over one set of plugins: each method is one arrow between two types. */
export interface Compiler {
  readonly hooks: Hooks;
  importModel(source: ModelSource): Promise<Graph>;
  transform(graph: Graph, context: StageContext): Promise<Graph>;
  enumerate(graph: Graph, context: StageContext): Promise<Candidates>;
  select(candidates: Candidates, context: StageContext): Promise<Mapping>;
  assemble(mapping: Mapping, context: StageContext): Promise<Program>;
  emit(placed: PlacedProgram, context: StageContext): Promise<Bundle>;
  /** All stages after the passes, with another selection where one does not fit. */
  lower(graph: Graph, context: StageContext): Promise<Compilation>;
  /** All stages after import. */
  compile(imported: Graph, context: StageContext): Promise<Compilation>;
}

/**
 * @throws {MatchError} PLUGIN_* when the plugins do not fit together
 */
export function createCompiler(compilerOptions: CompilerOptions): Compiler {
  const { plugins, report, observers = [], verifyEach = false } = compilerOptions;
  const verifier: Observer = {
    end: (run) => {
      // What is of another type must be blamed here: the next plugin would fall over it.
      checkType(run);
      if (run.hook !== 'transform' || verifyEach) verifyResult(run);
    },
  };
  const hooks = registerPlugins(plugins, report, [...observers, verifier]);

  const importModel = async (source: ModelSource): Promise<Graph> => {
    const graph = await hooks.importModel.promise(source);
    if (graph) return graph;
    throw new MatchError({
      code: 'MODEL_FORMAT_UNKNOWN',
      message: `${source.file} is in no format that an importer of this build reads`,
      loc: { file: source.file, offset: 0 },
      hint: 'ONNX (.onnx) and TensorFlow Lite (.tflite) files are read',
    });
  };

  const transform = async (graph: Graph, context: StageContext): Promise<Graph> => {
    const result = await hooks.transform.promise(graph, context);
    const [fault] = verifyEach ? [] : verifyGraph(result);
    if (!fault) return result;
    throw new MatchError({
      code: 'LEVEL_BROKEN',
      message: `a pass returned a broken graph: ${fault.message}`,
      hook: 'transform',
      ...placeOf(fault),
      hint: '`--verify-each` names the pass; it is a fault of that plugin',
    });
  };

  const enumerate = async (graph: Graph, context: StageContext): Promise<Candidates> => {
    const bids = await hooks.enumerate.promise({ offers: [], refusals: [] }, graph, context);
    const candidates: Candidate[] = [];
    for (const offer of bids.offers) {
      const schedules = await hooks.schedule.promise(offer, context);
      if (schedules) candidates.push({ ...offer, ...schedules });
    }
    return { graph, target: context.target, candidates, refusals: bids.refusals };
  };

  const select = async (candidates: Candidates, context: StageContext): Promise<Mapping> =>
    required(await hooks.select.promise(candidates, { ...context, attempt: 0 }), 'select');

  const assemble = async (mapping: Mapping, context: StageContext): Promise<Program> =>
    required(await hooks.assemble.promise(mapping, context), 'assemble');

  const emit = (placed: PlacedProgram, context: StageContext): Promise<Bundle> =>
    hooks.emit.promise(new Bundle(), { ...context, placed });

  const lower = async (graph: Graph, context: StageContext): Promise<Compilation> => {
    const candidates = await enumerate(graph, context);
    let doesNotFit: DoesNotFit | undefined;
    for (let attempt = 0; attempt < placementAttempts; attempt++) {
      const mapping = doesNotFit
        ? await hooks.select.promise(candidates, { ...context, doesNotFit, attempt })
        : await select(candidates, context);
      // Nothing smaller is on offer.
      if (!mapping) break;
      const program = await assemble(mapping, context);
      const result = required(await hooks.planMemory.promise(program, context), 'planMemory');
      if ('placed' in result) {
        const { placed } = result;
        return { graph, candidates, mapping, program, placed, bundle: await emit(placed, context) };
      }
      doesNotFit = result.doesNotFit;
    }
    throw memoryExceeded(doesNotFit, context);
  };

  return Object.freeze({
    hooks,
    importModel,
    transform,
    enumerate,
    select,
    assemble,
    emit,
    lower,
    compile: async (imported: Graph, context: StageContext) =>
      lower(await transform(imported, context), context),
  });
}

function required<T>(answer: T | undefined, hook: HookName): T {
  if (answer !== undefined) return answer;
  throw new MatchError({
    code: 'STAGE_UNANSWERED',
    message: `no plugin of this build answers the hook ${hook}`,
    hook,
    hint: '`match inspect hooks` lists the plugins; the built-in ones answer every hook',
  });
}

function memoryExceeded(witness: DoesNotFit | undefined, context: StageContext): MatchError {
  const alive = [...(witness?.alive ?? [])].sort((a, b) => b.bytes - a.bytes);
  return new MatchError({
    code: 'MEMORY_EXCEEDED',
    message: witness
      ? `the network needs ${witness.needed} bytes of ${witness.memory}, which has ${witness.capacity} on ${context.target.name}`
      : `the network does not fit ${context.target.name}`,
    notes: alive
      .slice(0, 8)
      .map((buffer) => `${buffer.name}: ${buffer.bytes} bytes are alive at the worst moment`),
    hint: 'give the target more memory, or leave inputs and outputs to the caller (io: { inputs: "caller" })',
  });
}

/**
 * What each hook returns, and its parts that tell: plugins in plain JavaScript return anything. Their class does not
 * tell, as a plugin may bring its own copy of it.
 */
const levels: Readonly<Record<HookName, { name: string; is: (result: Parts) => boolean }>> = {
  importModel: { name: 'Graph', is: isGraph },
  transform: { name: 'Graph', is: isGraph },
  enumerate: { name: 'Bids', is: ({ offers, refusals }) => areArrays(offers, refusals) },
  schedule: {
    name: 'OfferSchedules',
    is: ({ schedules }) => Array.isArray(schedules) && schedules.length > 0,
  },
  select: {
    name: 'Mapping',
    is: ({ graph, regions, stages }) => isParts(graph) && isGraph(graph) && areArrays(regions, stages),
  },
  assemble: { name: 'Program', is: ({ mapping, bufferOf }) => isParts(mapping) && bufferOf instanceof Map },
  planMemory: { name: 'PlanResult', is: ({ placed, doesNotFit }) => isParts(placed) || isParts(doesNotFit) },
  emit: {
    name: 'Bundle',
    is: ({ files, withFile }) => files instanceof Map && typeof withFile === 'function',
  },
};

type Parts = Readonly<Record<string, unknown>>;

function isParts(value: unknown): value is Parts {
  return typeof value === 'object' && value !== null;
}

function areArrays(...values: readonly unknown[]): boolean {
  return values.every((value) => Array.isArray(value));
}

function isGraph({ values, nodes, inputs, outputs }: Parts): boolean {
  return typeof values === 'function' && areArrays(nodes, inputs, outputs);
}

function checkType({ hook, plugin, result }: HandlerRun): void {
  if (result === undefined || result === null) return;
  const { name, is } = levels[hook];
  if (isParts(result) && is(result)) return;
  const shown = isParts(result) ? 'an object without its parts' : `the ${typeof result} ${shortText(result)}`;
  throw attributed(
    new MatchError({
      code: 'LEVEL_BROKEN',
      message: `the hook ${hook} of plugin ${plugin} returned no ${name} but ${shown}`,
      hint: `this is a fault of the plugin: the hook returns a ${name}, or null to pass on`,
    }),
    plugin,
    hook,
  );
}

function shortText(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** Checks what a handler returned, so that a broken level is blamed on the plugin that made it. */
function verifyResult({ hook, plugin, result }: HandlerRun): void {
  if (result === undefined || result === null) return;
  switch (hook) {
    case 'importModel':
    case 'transform': {
      const [fault] = verifyGraph(result as Graph);
      if (fault) throw broken('graph', plugin, hook, fault.message, placeOf(fault));
      return;
    }
    case 'select': {
      const [fault] = verifyMapping(result as Mapping);
      if (fault) throw broken('mapping', plugin, hook, fault);
      return;
    }
    case 'assemble': {
      const [fault] = verifyProgram(result as Program);
      if (fault) throw broken('program', plugin, hook, fault);
      return;
    }
    case 'planMemory': {
      const plan = result as { placed?: PlacedProgram };
      const [fault] = plan.placed ? checkPlan(plan.placed) : [];
      if (fault) throw broken('memory plan', plugin, hook, fault.message);
    }
  }
}

/** Where a broken graph is to be looked at. */
function placeOf({ node }: GraphFault): Pick<Diagnostic, 'loc' | 'frame'> {
  return node ? { loc: locationOf(node), frame: printNode(node) } : {};
}

function broken(level: string, plugin: string, hook: HookName, message: string, where?: object): MatchError {
  return attributed(
    new MatchError({
      code: 'LEVEL_BROKEN',
      message: `plugin ${plugin} returned a broken ${level}: ${message}`,
      hint: 'this is a fault of the plugin',
      ...where,
    }),
    plugin,
    hook,
  );
}
