import { createCompiler, type Compilation, type Compiler } from '../compiler/compiler.ts';
import type { StageContext } from '../compiler/hooks.ts';
import type { ModelSource } from '../compiler/options.ts';
import type { Observer } from '../compiler/plugin-driver.ts';
import type { BuildPair } from '../config/resolve.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Graph } from '../ir/graph.ts';
import { builtinPlugins } from './builtin-plugins.ts';
import { sha256 } from './manifest.ts';
import { readModel } from './model-source.ts';
import { selfCheckSamples } from './self-check.ts';
import type { Project } from './settings.ts';
import type { TargetBundle } from './targets.ts';

/** A compiler for one target of a project, and what its stages are told. */
export interface Pipeline {
  readonly compiler: Compiler;
  readonly context: StageContext;
}

/** What the importer and the later stages made of one model for one target. */
export interface CompiledPair {
  readonly pair: BuildPair<TargetBundle>;
  /** Of the model's file. */
  readonly modelSha256: string;
  readonly imported: Graph;
  readonly compilation: Compilation;
  /** Warnings and informations, in the order in which they came. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface Listeners {
  readonly report?: (diagnostic: Diagnostic) => void;
  readonly observers?: readonly Observer[];
}

/** A compiler with the plugins of a build: built-in ones, the target, then those of the configuration. */
export function compilerFor(project: Project, target: TargetBundle, listeners: Listeners): Compiler {
  const { report = () => undefined, observers = [] } = listeners;
  return createCompiler({
    plugins: [...builtinPlugins(), target.plugin, ...project.plugins],
    report,
    observers,
  });
}

/** @throws {MatchError} PLUGIN_* when the plugins do not fit together */
export function createPipeline(
  project: Project,
  pair: BuildPair<TargetBundle>,
  listeners: Listeners,
): Pipeline {
  const compiler = compilerFor(project, pair.target, listeners);
  const { rounding } = pair.model.options;
  return {
    compiler,
    context: {
      target: pair.target.target,
      options: {
        name: pair.model.name,
        ...(rounding && { rounding }),
        numerics: project.numerics,
        io: project.io,
        lineDirectives: project.lineDirectives,
        samples: [],
      },
    },
  };
}

/** @throws {MatchError} whatever is wrong with the file, the model or its fit to the target */
export async function importPair({ compiler }: Pipeline, { model }: BuildPair<TargetBundle>): Promise<Graph> {
  return compiler.importModel(sourceOf(model));
}

function sourceOf({ path, file, options }: BuildPair<TargetBundle>['model']): ModelSource {
  return readModel(path, file, options);
}

/** From the model's file to the emitted files, in memory. */
export async function compilePair(
  project: Project,
  pair: BuildPair<TargetBundle>,
  listeners: Listeners,
): Promise<CompiledPair> {
  const diagnostics: Diagnostic[] = [];
  const pipeline = createPipeline(project, pair, {
    ...listeners,
    report: (diagnostic) => {
      diagnostics.push(diagnostic);
      listeners.report?.(diagnostic);
    },
  });
  const { compiler, context } = pipeline;
  const source = sourceOf(pair.model);
  const modelSha256 = sha256(source.bytes);
  const imported = await compiler.importModel(source);
  const graph = await compiler.transform(imported, context);
  const samples = project.selfCheck ? selfCheckSamples(graph) : [];
  const compilation = await compiler.lower(graph, { ...context, options: { ...context.options, samples } });
  return { pair, modelSha256, imported, compilation, diagnostics };
}
