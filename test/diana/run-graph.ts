import {
  createCompiler,
  evaluateGraph,
  type Compilation,
  type Graph,
  type StageContext,
  type Tensor,
} from 'match-compiler';
import { builtinPlugins, everySimulatorMode, simulate, type Simulation } from 'match-compiler/build';
import { diana, type DianaOptions } from 'match-compiler/plugins/diana';

/** Maps a graph that has seen all passes onto DIANA and emits it. */
export function lowerOnDiana(graph: Graph, options: DianaOptions = {}): Promise<Compilation> {
  const plugin = diana(options);
  const { target } = plugin;
  if (!target) throw new TypeError('a plugin without a target');
  const compiler = createCompiler({ plugins: [...builtinPlugins(), plugin], report: () => undefined });
  const context: StageContext = {
    target,
    options: {
      name: 'network',
      io: { inputs: 'arena', outputs: 'arena' },
      lineDirectives: false,
      samples: [],
      numerics: 'hardware',
    },
  };
  return compiler.lower(graph, context);
}

export interface DianaRun {
  readonly compilation: Compilation;
  readonly simulation: Simulation;
  readonly expected: readonly (readonly Tensor[])[];
}

/** Runs a graph on the simulator, completion early and late, and on the interpreter. */
export async function runOnDiana(
  graph: Graph,
  samples: readonly (readonly Tensor[])[],
  options: DianaOptions = {},
  sanitize = false,
): Promise<DianaRun> {
  const compilation = await lowerOnDiana(graph, options);
  const simulation = await simulate(compilation, samples, { sanitize, modes: everySimulatorMode });
  return {
    compilation,
    simulation,
    expected: samples.map((inputs) => evaluateGraph(graph, inputs).outputs),
  };
}

/** `module.pattern` of each region, in order. */
export function kernelsOf({ mapping }: Compilation): readonly string[] {
  return mapping.regions.map(({ module, pattern }) => `${module.name}.${pattern.name}`);
}
