import { evaluateGraph, tensor, type DataType, type Graph, type Tensor } from 'match-compiler';
import {
  compareTensors,
  everySimulatorMode,
  formatTable,
  grouped,
  interpreterTolerance,
  measureDeviation,
  type DeviationRow,
} from 'match-compiler/build';
import { expectations, toleranceOf } from '../conformance/corpus.ts';
import { buildNet, runNet } from './build-net.ts';
import { inParallel } from './in-parallel.ts';
import { corpusFolder, exactNets, knownSamples, type BenchNet } from './nets.ts';
import { figures, type PartResult, type Progress } from './part.ts';
import { someSamples } from './samples.ts';

/** Steps that `hardware` numerics may move a value before softmax, and samples whose class it may change. */
const largestDeviation = 2;
/**
 * Networks that are known to be beyond that, and how far. ResNet8 amplifies: one step in one of the results of its
 * first layer can move scores by four. The two rules of TensorFlow Lite itself, one rounding or two, are 4 steps apart
 * on it (`tflite-builtin` against `tflm-double`). The class stays the same.
 */
const knownDeviation: Readonly<Record<string, number>> = {
  'resnet8 tflite': 4,
  'resnet8 qdq': 5,
  'resnet8 qop': 5,
};
const largestClassChange = 1;
/** Share of the digits that must be recognised. */
const digitsAccuracy = 0.96;

export interface ExactnessReport {
  readonly net: BenchNet;
  readonly samples: number;
  /** Elements compared with the interpreter or with expected outputs, and those that differ. */
  readonly elements: number;
  readonly mismatches: number;
  readonly hardwareElements: number;
  readonly hardwareMismatches: number;
  /** Largest difference before softmax, or of the outputs where there is none, in steps. */
  readonly maxDeviation: number;
  /** Samples with another class; undefined where the outputs are no classes. */
  readonly classChanges: number | undefined;
  readonly right: { readonly exact: number; readonly hardware: number; readonly of: number } | undefined;
  readonly failures: readonly string[];
  /** Aims that are missed by what is known. */
  readonly missed: readonly string[];
}

/** B1: what the simulator computes, against the interpreter and the expected outputs. */
export async function exactness(progress: Progress, words: readonly string[]): Promise<PartResult> {
  const nets = exactNets(corpusFolder()).filter(({ net, file }) =>
    words.length === 0 ? true : words.some((word) => net.includes(word) || file.includes(word)),
  );
  const reports = await inParallel(nets, async (net) => {
    progress(`exactness of ${net.net} (${net.format})`);
    try {
      return await checkExactness(net);
    } catch (error) {
      return failed(net, error instanceof Error ? error.message : String(error));
    }
  });
  return {
    text: [
      'B1 exactness: elements of the simulated C that differ from the interpreter, and (exact) from the expected outputs;\nevery sample eager and lazy, workers forward and backward; once more under ASan and UBSan',
      table(reports),
      ...reports.flatMap(({ net, missed }) =>
        missed.map((text) => `missed: ${net.net} (${net.format}): ${text} (known: the network amplifies)`),
      ),
    ],
    records: reports.flatMap(recordsOf),
    failures: reports.flatMap(({ net, failures }) =>
      failures.map((failure) => `B1 ${net.net} (${net.format}): ${failure}`),
    ),
  };
}

/** All checks of one network, under both numerics. */
export async function checkExactness(net: BenchNet): Promise<ExactnessReport> {
  const failures: string[] = [];
  const missed: string[] = [];
  const exact = await buildNet(net, { numerics: 'exact' });
  const hardware = await buildNet(net, { numerics: 'hardware' });
  const graphs = { exact: exact.compilation.graph, hardware: hardware.compilation.graph };
  const known = knownSamples(net);
  const samples = known?.samples ?? someSamples(net, graphs.exact, 2);

  const counts = { exact: [0, 0] as [number, number], hardware: [0, 0] as [number, number] };
  const outputs: Partial<Record<'exact' | 'hardware', readonly (readonly Tensor[])[]>> = {};
  for (const numerics of ['exact', 'hardware'] as const) {
    const built = numerics === 'exact' ? exact : hardware;
    const graph = graphs[numerics];
    const simulation = await runNet(built, samples);
    outputs[numerics] = simulation.outputs;
    if (!simulation.agrees) failures.push(`${numerics}: eager and lazy, or the orders of workers, disagree`);
    addTo(counts[numerics], againstInterpreter(graph, samples, simulation.outputs));
    // All four modes once, under the sanitizers.
    const first = samples.slice(0, 1);
    const sanitized = await runNet(built, first, { modes: everySimulatorMode, sanitize: true });
    if (!sanitized.agrees) failures.push(`${numerics}: the modes disagree under the sanitizers`);
    addTo(counts[numerics], againstInterpreter(graph, first, sanitized.outputs));
  }
  if (net.cases) addTo(counts.exact, await againstExpected(net, graphs.exact, outputs.exact ?? [], samples));

  const rows = measureDeviation(graphs.exact, graphs.hardware, samples);
  const scores = rows.filter(({ role }) => role === 'before softmax');
  const judged = scores.length > 0 ? scores : rows;
  const maxDeviation = Math.max(0, ...judged.map((row) => row.max / stepOf(row, graphs.exact)));
  const labels = known?.labels ?? [];
  const classifies = scores.length > 0 || labels.some((label) => label !== undefined);
  const classChanges = classifies
    ? Math.max(0, ...judged.map(({ top1Changes }) => top1Changes ?? 0))
    : undefined;
  const right = labels.every((label) => label === undefined)
    ? undefined
    : {
        exact: countRight(outputs.exact ?? [], labels),
        hardware: countRight(outputs.hardware ?? [], labels),
        of: labels.filter((label) => label !== undefined).length,
      };

  for (const numerics of ['exact', 'hardware'] as const) {
    const [, mismatches] = counts[numerics];
    if (mismatches > 0) failures.push(`${numerics}: ${mismatches} elements differ`);
  }
  const moved = `hardware numerics move a value by ${maxDeviation} steps`;
  const bound = knownDeviation[`${net.net} ${net.format}`] ?? largestDeviation;
  if (maxDeviation > bound) failures.push(moved);
  else if (maxDeviation > largestDeviation) missed.push(`${moved}, bound ${largestDeviation}`);
  if (classChanges !== undefined && classChanges > largestClassChange)
    failures.push(`hardware numerics change the class of ${classChanges} of ${samples.length} samples`);
  if (net.net === 'digits' && right && right.hardware < digitsAccuracy * right.of)
    failures.push(`${right.hardware} of ${right.of} digits are right`);
  return {
    net,
    samples: samples.length,
    elements: counts.exact[0],
    mismatches: counts.exact[1],
    hardwareElements: counts.hardware[0],
    hardwareMismatches: counts.hardware[1],
    maxDeviation,
    classChanges,
    right,
    failures,
    missed,
  };
}

type Count = readonly [elements: number, differing: number];

function addTo(total: [number, number], [elements, differing]: Count): void {
  total[0] += elements;
  total[1] += differing;
}

/** Compares the outputs of a program with what the interpreter makes of the same graph. */
export function againstInterpreter(
  graph: Graph,
  samples: readonly (readonly Tensor[])[],
  outputs: readonly (readonly Tensor[])[],
): Count {
  const count: [number, number] = [0, 0];
  samples.forEach((inputs, sample) => {
    const wanted = evaluateGraph(graph, inputs).outputs;
    graph.outputs.forEach((value, i) => {
      const [a, b] = [outputs[sample]?.[i], wanted[i]];
      if (!a || !b) throw new TypeError(`there is no output ${value.name}`);
      const { elements, differing } = compareTensors(a, b, interpreterTolerance(graph, value));
      addTo(count, [elements, differing]);
    });
  });
  return count;
}

/** Compares with the corpus: the outputs as they are, then a build that shows inner tensors where some are known. */
async function againstExpected(
  net: BenchNet,
  graph: Graph,
  outputs: readonly (readonly Tensor[])[],
  samples: readonly (readonly Tensor[])[],
): Promise<Count> {
  const own = graph.outputs.map(({ name }) => name);
  const corpus = corpusFolder();
  const cases = net.cases?.cases ?? [];
  if (corpus === undefined) return [0, 0];
  const names = [
    ...new Set(cases.flatMap((entry) => expectations(corpus, entry).map(({ name }) => name))),
  ].filter((name) => !name.startsWith('#') && !own.includes(name));
  const count: [number, number] = [0, 0];
  addTo(count, comparedWithCorpus(net, corpus, own, outputs));
  if (names.length === 0) return count;
  const shown = await buildNet(net, { numerics: 'exact', outputs: [...own, ...names] });
  const shownGraph = shown.compilation.graph;
  const simulation = await runNet(shown, samples);
  addTo(count, againstInterpreter(shownGraph, samples, simulation.outputs));
  addTo(
    count,
    comparedWithCorpus(
      net,
      corpus,
      shownGraph.outputs.map(({ name }) => name),
      simulation.outputs,
    ),
  );
  return count;
}

function comparedWithCorpus(
  net: BenchNet,
  corpus: string,
  names: readonly string[],
  outputs: readonly (readonly Tensor[])[],
): Count {
  const count: [number, number] = [0, 0];
  net.cases?.cases.forEach((entry, sample) => {
    for (const { name, tensor: expected } of expectations(corpus, entry)) {
      const index = names.findIndex((own, i) => own === name || name === `#${i}`);
      const actual = outputs[sample]?.[index];
      if (!actual) continue;
      const tolerance = toleranceOf(entry, name, false);
      const { elements, differing } = compareTensors(actual, inType(expected, actual.type.dtype), tolerance);
      addTo(count, [elements, differing]);
    }
  });
  return count;
}

/** The same integers in another element type: files hold 8-bit layers of dialects that compute them wider. */
function inType({ type, data }: Tensor, dtype: DataType): Tensor {
  return type.dtype === dtype ? { type, data } : tensor(dtype, type.shape, data);
}

/** One step of a tensor: 1 for integers, the scale of the dequantize behind a real output. */
function stepOf({ tensor: name, type }: DeviationRow, graph: Graph): number {
  if (!type.dtype.startsWith('float')) return 1;
  const value = graph.outputs.find((output) => output.name === name);
  const maker = value && graph.producer(value);
  const scale = maker?.op.name === 'dequantize' ? maker.inputs[1]?.constant : undefined;
  return Number(scale?.data[0] ?? 1);
}

function countRight(
  outputs: readonly (readonly Tensor[])[],
  labels: readonly (number | undefined)[],
): number {
  return labels.filter((label, i) => {
    const scores = outputs[i]?.[0];
    return label !== undefined && scores !== undefined && largestAt(scores) === label;
  }).length;
}

function largestAt({ data }: Tensor): number {
  let best = 0;
  for (let i = 1; i < data.length; i++) if (Number(data[i]) > Number(data[best])) best = i;
  return best;
}

function failed(net: BenchNet, failure: string): ExactnessReport {
  return {
    net,
    samples: 0,
    elements: 0,
    mismatches: 0,
    hardwareElements: 0,
    hardwareMismatches: 0,
    maxDeviation: 0,
    classChanges: undefined,
    right: undefined,
    failures: [failure],
    missed: [],
  };
}

function table(reports: readonly ExactnessReport[]): string {
  return formatTable(
    [
      { title: 'network' },
      { title: 'form' },
      { title: 'rule' },
      ...[
        'samples',
        'exact: elements',
        'differ',
        'hardware: elements',
        'differ',
        'deviation',
        'class≠',
        'right',
      ].map((title) => ({ title, right: true })),
    ],
    reports.map((report) => [
      report.net.net,
      report.net.format,
      report.net.rounding ?? 'default',
      grouped(report.samples),
      grouped(report.elements),
      grouped(report.mismatches),
      grouped(report.hardwareElements),
      grouped(report.hardwareMismatches),
      String(Math.round(report.maxDeviation * 100) / 100),
      report.classChanges === undefined ? '–' : String(report.classChanges),
      report.right ? `${report.right.exact} → ${report.right.hardware} of ${report.right.of}` : '–',
    ]),
  );
}

function recordsOf(report: ExactnessReport): PartResult['records'] {
  if (report.samples === 0) return [];
  return [
    ...figures(report.net, 'match/exact', [
      ['elements', report.elements, 'elements', 'simulated'],
      ['mismatches', report.mismatches, 'elements', 'simulated'],
    ]),
    ...figures(report.net, 'match/hardware', [
      ['elements', report.hardwareElements, 'elements', 'simulated'],
      ['mismatches', report.hardwareMismatches, 'elements', 'simulated'],
      ['max_deviation', report.maxDeviation, 'steps', 'simulated'],
      ['top1_change', report.classChanges, 'samples', 'simulated'],
    ]),
  ];
}
