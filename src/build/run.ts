import { accessSync, constants, existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readTensorFile } from 'match-compiler/plugins/import-onnx';
import type { Compilation } from '../compiler/compiler.ts';
import { evaluateGraph } from '../interpreter/evaluate.ts';
import { MatchError, type Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Value } from '../ir/graph.ts';
import type { Tensor, TensorType } from '../ir/tensor.ts';
import {
  allAgree,
  compareTensors,
  expectedTolerance,
  interpreterTolerance,
  type Comparison,
  type Tolerance,
} from '../run/compare.ts';
import { compileBundle, runNetwork } from '../run/program.ts';
import { everySimulatorMode, simulatorModes } from '../run/simulator.ts';
import { withTemporaryFolder } from '../run/temporary-folder.ts';
import { tensorsFromFiles } from '../run/tensor-arguments.ts';
import { findToolchain, type Toolchain } from '../run/toolchain.ts';
import { platformCannotSimulate, traceAmbiguous, traceNotWritable } from './diagnostics.ts';
import { exactGraph, measureDeviation, type Deviation } from './deviation.ts';
import { compilePair, type CompiledPair } from './pipeline.ts';
import { randomInputs } from './self-check.ts';
import { resolveConfig, type Project, type ProjectOptions } from './settings.ts';
import { isSimulated, simulate, type Simulation } from './simulate.ts';

export interface RunOptions extends ProjectOptions {
  /** Files of the inputs, in the order of the graph or NAME=FILE. Default: random. */
  readonly inputs?: readonly string[];
  /** Files of expected outputs, likewise. */
  readonly expect?: readonly string[];
  /** Of random inputs. Default: 0. */
  readonly seed?: number;
  /** Allowed difference from expected outputs. Default: none, for floats of a float network 1e-5 and 1e-6. */
  readonly tolerance?: Tolerance;
  /** Compile with address and undefined-behaviour sanitizers. */
  readonly sanitize?: boolean;
  /** Simulators: every order of completion and of workers, instead of two that meet each alternative once. */
  readonly everyMode?: boolean;
  /** Simulators: file for the Chrome trace, relative to `cwd`. Only for one model on one target. */
  readonly trace?: string;
  /** Told what is being done outside the compiler's stages. */
  readonly stage?: (text: string) => void;
}

/** One output of a run. */
export interface OutputResult {
  readonly name: string;
  readonly type: TensorType;
  readonly actual: Tensor;
  /** Emitted C against the reference interpreter. */
  readonly interpreter: Comparison;
  /** Emitted C against the expected file. */
  readonly expected?: Comparison;
}

/** One model run on one target. */
export interface RunResult {
  readonly model: string;
  readonly target: string;
  /** Command of the C compiler. */
  readonly compiler: string;
  /** Seed of random inputs; absent when files were given. */
  readonly seed?: number;
  readonly outputs: readonly OutputResult[];
  /** Cycles of targets that are simulated. */
  readonly simulation?: Omit<Simulation, 'outputs' | 'trace'>;
  /** With `hardware` numerics: the rewritten network against the model's own arithmetic, on these inputs. */
  readonly deviation?: Deviation;
  /** All comparisons hold. */
  readonly agrees: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Builds every model of the project for every target in a temporary folder, runs it on this machine and
 * compares its outputs with the interpreter's and with expected ones.
 * @throws {MatchError} with a code of docs/errors.md
 */
export async function run(options: RunOptions = {}): Promise<readonly RunResult[]> {
  const project = await resolveConfig(options, 'run');
  const [only] = project.pairs;
  if (options.trace !== undefined && only && project.pairs.length > 1) {
    throw traceAmbiguous(options.trace, project.pairs.length);
  }
  if (options.trace !== undefined) checkTrace(options.trace, options);
  const results: RunResult[] = [];
  for (const pair of project.pairs) {
    const toolchain = findToolchain(pair.target.target);
    results.push(await runPair(project, await compilePair(project, pair, options), toolchain, options));
  }
  return results;
}

/** Before a simulation that takes minutes. Changes nothing. */
function checkTrace(file: string, { cwd = process.cwd() }: RunOptions): void {
  const path = resolve(cwd, file);
  writing(file, () => {
    if (!existsSync(path)) return accessSync(dirname(path), constants.W_OK);
    accessSync(path, constants.W_OK);
    if (statSync(path).isDirectory()) throw traceNotWritable(file, 'it is a folder');
  });
}

function writing(file: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (MatchError.is(error)) throw error;
    throw traceNotWritable(file, error instanceof Error ? error.message : String(error));
  }
}

async function runPair(
  project: Project,
  { pair, imported, compilation, diagnostics }: CompiledPair,
  toolchain: Toolchain,
  options: RunOptions,
): Promise<RunResult> {
  const { graph } = compilation;
  const cwd = options.cwd ?? process.cwd();
  const files = options.inputs ?? [];
  const seed = options.seed ?? 0;
  const tensors = (
    names: readonly string[],
    values: readonly Value[],
    role: 'input' | 'output',
  ): readonly Tensor[] => tensorsFromFiles(names, values, role, cwd, readTensorFile);
  const inputs = files.length > 0 ? tensors(files, graph.inputs, 'input') : randomInputs(graph, seed);
  const expected = options.expect?.length ? tensors(options.expect, graph.outputs, 'output') : undefined;
  const { outputs, simulation } = isSimulated(toolchain)
    ? await runOnSimulator(compilation, inputs, toolchain, options)
    : { outputs: await runHere(compilation, inputs, toolchain, options), simulation: undefined };
  options.stage?.('interpreting');
  const reference = evaluateGraph(graph, inputs).outputs;
  const deviation: Deviation | undefined =
    project.numerics === 'exact' || !pair.target.target.requantization
      ? undefined
      : {
          samples: 1,
          random: files.length === 0,
          rows: measureDeviation(await exactGraph(project, pair, imported), graph, [inputs]),
        };
  const compared = graph.outputs.flatMap((output, i): OutputResult[] => {
    const actual = outputs[i];
    const interpreted = reference[i];
    const wanted = expected?.[i];
    if (!actual || !interpreted) return [];
    return [
      {
        name: output.name,
        type: output.type,
        actual,
        interpreter: compareTensors(actual, interpreted, interpreterTolerance(graph, output)),
        ...(wanted && {
          expected: compareTensors(actual, wanted, options.tolerance ?? expectedTolerance(graph, output)),
        }),
      },
    ];
  });
  return {
    model: pair.model.file,
    target: pair.target.name,
    compiler: toolchain.command.join(' '),
    ...(files.length === 0 && { seed }),
    outputs: compared,
    ...(simulation && { simulation }),
    ...(deviation && { deviation }),
    agrees:
      simulation?.agrees !== false &&
      allAgree(
        compared.flatMap((output) => [output.interpreter, ...(output.expected ? [output.expected] : [])]),
      ),
    diagnostics,
  };
}

async function runHere(
  { graph, bundle, mapping }: Compilation,
  inputs: readonly Tensor[],
  toolchain: Toolchain,
  options: RunOptions,
): Promise<readonly Tensor[]> {
  if (options.trace !== undefined) throw platformCannotSimulate(mapping.target.name);
  const [outputs = []] = await withTemporaryFolder(async (folder) => {
    options.stage?.('compiling the C');
    const program = await compileBundle(bundle, toolchain, folder, options.sanitize ?? false);
    options.stage?.('running');
    return runNetwork(program, graph, [inputs], toolchain, folder);
  });
  return outputs;
}

/** In every mode twice over, so that what one run leaves behind cannot help the next. */
async function runOnSimulator(
  compilation: Compilation,
  inputs: readonly Tensor[],
  toolchain: Toolchain,
  options: RunOptions,
): Promise<{
  readonly outputs: readonly Tensor[];
  readonly simulation: Omit<Simulation, 'outputs' | 'trace'>;
}> {
  const { outputs, trace, ...simulation } = await simulate(compilation, [inputs, inputs], {
    toolchain,
    modes: options.everyMode ? everySimulatorMode : simulatorModes,
    sanitize: options.sanitize ?? false,
    trace: options.trace !== undefined,
    ...(options.stage && { stage: options.stage }),
  });
  if (options.trace !== undefined && trace !== undefined) {
    const { trace: file } = options;
    writing(file, () => writeFileSync(resolve(options.cwd ?? process.cwd(), file), trace));
  }
  return { outputs: outputs[0] ?? [], simulation };
}
