import { readTensorFile } from 'match-compiler/plugins/import-onnx';
import { evaluateGraph } from '../interpreter/evaluate.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
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
import { withTemporaryFolder } from '../run/temporary-folder.ts';
import { tensorsFromFiles } from '../run/tensor-arguments.ts';
import { findToolchain } from '../run/toolchain.ts';
import { compilePair, type CompiledPair } from './pipeline.ts';
import { randomInputs } from './self-check.ts';
import { resolveConfig, type ProjectOptions } from './settings.ts';

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
  const results: RunResult[] = [];
  for (const pair of project.pairs) {
    const toolchain = findToolchain(pair.target.target);
    results.push(await runPair(await compilePair(project, pair, options), toolchain, options));
  }
  return results;
}

async function runPair(
  { pair, compilation, diagnostics }: CompiledPair,
  toolchain: ReturnType<typeof findToolchain>,
  options: RunOptions,
): Promise<RunResult> {
  const { graph, bundle } = compilation;
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
  const [outputs = []] = await withTemporaryFolder(async (folder) => {
    options.stage?.('compiling the C');
    const program = await compileBundle(bundle, toolchain, folder, options.sanitize ?? false);
    options.stage?.('running');
    return runNetwork(program, graph, [inputs], toolchain, folder);
  });
  options.stage?.('interpreting');
  const reference = evaluateGraph(graph, inputs).outputs;
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
    agrees: allAgree(
      compared.flatMap((output) => [output.interpreter, ...(output.expected ? [output.expected] : [])]),
    ),
    diagnostics,
  };
}
