import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { evaluateGraph, tensor, type Bundle, type DataType, type Graph, type Tensor } from 'match-compiler';
import {
  build,
  compareTensors,
  compileBundle,
  findToolchain,
  interpreterTolerance,
  runNetwork,
  withTemporaryFolder,
  type BuildResult,
} from 'match-compiler/build';
import { auditC } from './audit.ts';
import { expectations, readTensor, toleranceOf, type ModelCases } from './corpus.ts';

/** What was seen of one model under one rule. */
export interface ModelReport {
  readonly model: string;
  readonly rule: string;
  readonly dialect: string;
  readonly samples: number;
  readonly elements: number;
  /** Elements of the interpreter that are not as expected. */
  readonly interpreterMisses: number;
  /** Elements of the emitted C that are not the interpreter's. */
  readonly emittedMisses: number;
  /** Elements that differ at all from the expected ones, whatever tolerance applies. */
  readonly deviating: number;
  readonly maxDeviation: number;
  /** Samples whose largest output is another one than expected. */
  readonly classChanges: number;
  readonly compilers: readonly string[];
  readonly arenaBytes: number;
  readonly flashBytes: number;
  readonly macs: number;
  readonly compileMs: number;
  readonly faults: readonly string[];
}

/** The compilers to check with: each of the names that this machine has. */
export const compilerNames = ['gcc', 'clang'] as const;

export async function checkModel(corpus: string, group: ModelCases): Promise<ModelReport> {
  const faults: string[] = [];
  const started = performance.now();
  const plain = await buildModel(join(corpus, group.model), group);
  const compileMs = performance.now() - started;
  const shown = await withExpectedOutputs(corpus, group, plain);
  const { graph, bundle } = shown.compilation;
  faults.push(...auditC(bundle), ...(await differsFromElsewhere(corpus, group, plain.compilation.bundle)));

  const samples = group.cases.map((entry) => entry.inputs.map((input) => readTensor(corpus, input)));
  const interpreted = samples.map((inputs) => evaluateGraph(graph, inputs).outputs);
  const compilers: string[] = [];
  let emittedMisses = 0;
  for (const name of compilerNames) {
    const toolchain = findToolchain(shown.compilation.mapping.target, { ...process.env, MATCH_CC: name });
    compilers.push(name);
    // Each compiler at the strict flags; the second one also with sanitizers.
    const actual = await withTemporaryFolder(async (folder) => {
      const program = await compileBundle(bundle, toolchain, folder, name === 'clang');
      return runNetwork(program, graph, samples, toolchain, folder);
    });
    emittedMisses += countMisses(graph, actual, interpreted);
  }
  const memory = plain.memory.find((row) => row.arenaBytes > 0) ?? plain.memory[0];
  return {
    model: group.model,
    rule: group.rounding ?? plain.info.dialect,
    dialect: plain.info.dialect,
    samples: samples.length,
    ...compareWithExpected(corpus, group, graph, interpreted),
    emittedMisses,
    compilers,
    arenaBytes: memory?.arenaBytes ?? 0,
    flashBytes: plain.memory.reduce((sum, row) => sum + row.constantBytes, 0),
    macs: plain.layers.reduce((sum, row) => sum + row.macs, 0),
    compileMs,
    faults,
  };
}

async function buildModel(
  file: string,
  group: ModelCases,
  outputs?: readonly string[],
): Promise<BuildResult> {
  const rounding = group.rounding && { rounding: group.rounding };
  const [result] = await build({
    config: { models: [{ file, ...rounding, ...(outputs && { outputs }) }], targets: ['host'] },
    write: false,
  });
  if (!result) throw new Error(`${file} gave no build`);
  return result;
}

/** The build that shows every tensor with an expected value: the plain one where these are its outputs. */
async function withExpectedOutputs(
  corpus: string,
  group: ModelCases,
  plain: BuildResult,
): Promise<BuildResult> {
  const names = [
    ...new Set(group.cases.flatMap((entry) => expectations(corpus, entry).map(({ name }) => name))),
  ];
  const outputs = plain.compilation.graph.outputs.map((output) => output.name);
  if (names.every((name) => name.startsWith('#') || outputs.includes(name))) return plain;
  return buildModel(join(corpus, group.model), group, [...new Set([...outputs, ...names])]);
}

/** The same model in another folder must give the same bytes. */
async function differsFromElsewhere(corpus: string, group: ModelCases, bundle: Bundle): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'match-elsewhere-'));
  try {
    const file = join(folder, basename(group.model));
    copyFileSync(join(corpus, group.model), file);
    const other = (await buildModel(file, group)).compilation.bundle;
    return [...bundle.files.values()].flatMap(({ path, content }) => {
      const twin = other.files.get(path)?.content;
      return twin !== undefined && Buffer.from(twin).equals(Buffer.from(content))
        ? []
        : [`${path} depends on the folder`];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countMisses(
  graph: Graph,
  actual: readonly (readonly Tensor[])[],
  wanted: readonly (readonly Tensor[])[],
): number {
  let misses = 0;
  actual.forEach((outputs, sample) => {
    graph.outputs.forEach((value, i) => {
      const a = outputs[i];
      const b = wanted[sample]?.[i];
      misses += a && b ? compareTensors(a, b, interpreterTolerance(graph, value)).differing : 1;
    });
  });
  return misses;
}

type Agreement = Pick<
  ModelReport,
  'elements' | 'interpreterMisses' | 'deviating' | 'maxDeviation' | 'classChanges'
>;

function compareWithExpected(
  corpus: string,
  group: ModelCases,
  graph: Graph,
  interpreted: readonly (readonly Tensor[])[],
): Agreement {
  const total = { elements: 0, interpreterMisses: 0, deviating: 0, maxDeviation: 0, classChanges: 0 };
  group.cases.forEach((entry, sample) => {
    const wanted = expectations(corpus, entry);
    for (const { name, tensor: file } of wanted) {
      const index = graph.outputs.findIndex((output, i) => output.name === name || name === `#${i}`);
      const actual = interpreted[sample]?.[index];
      if (!actual) {
        total.interpreterMisses += file.data.length;
        continue;
      }
      const expected = inType(file, actual.type.dtype);
      const exact = compareTensors(actual, expected);
      const within = compareTensors(actual, expected, toleranceOf(entry, name, group.loose));
      total.elements += exact.elements;
      total.deviating += exact.differing;
      total.maxDeviation = Math.max(total.maxDeviation, exact.maxDifference);
      total.interpreterMisses += within.differing;
      if (name === entry.outputs[0]?.name && largest(actual) !== largest(file)) total.classChanges++;
    }
  });
  return total;
}

/** The same integers in another element type: files hold 8-bit layers of dialects that compute them wider. */
function inType({ type, data }: Tensor, dtype: DataType): Tensor {
  return type.dtype === dtype ? { type, data } : tensor(dtype, type.shape, data);
}

function largest({ data }: Tensor): number {
  let best = 0;
  for (let i = 1; i < data.length; i++) if (Number(data[i]) > Number(data[best])) best = i;
  return best;
}
