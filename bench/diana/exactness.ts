import type { Tensor } from 'match-compiler';
import { everySimulatorMode, formatTable, grouped, measureDeviation } from 'match-compiler/build';
import { buildNet, runNet } from '../gap9/build-net.ts';
import { againstInterpreter } from '../gap9/exactness.ts';
import { percent } from '../gap9/figures.ts';
import { inParallel } from '../gap9/in-parallel.ts';
import { knownSamples, type BenchNet } from '../gap9/nets.ts';
import type { PartResult, Progress } from '../gap9/part.ts';
import { someSamples } from '../gap9/samples.ts';
import { acceleratorShare, figures } from './figures.ts';
import { allNets, leastShare } from './nets.ts';
import { recordName, settingsFor, type Transfers } from './variants.ts';

/** Labelled keywords whose class may change. */
const largestClassChange = 2;
/** Share of the digits that must be recognised. */
const digitsAccuracy = 0.95;

interface Report {
  readonly net: BenchNet;
  readonly samples: number;
  /** Elements compared with the interpreter on the rewritten graph, and those that differ. */
  readonly elements: number;
  readonly mismatches: number;
  readonly share: number;
  /** Largest difference from the model as it was, before softmax or of the outputs, in their own unit. */
  readonly maxDeviation: number;
  readonly classChanges: number | undefined;
  readonly right: { readonly exact: number; readonly hardware: number; readonly of: number } | undefined;
  readonly failures: readonly string[];
}

/** C1: what the simulator computes against the interpreter, and what rewriting for shifts changes. */
export async function exactness(progress: Progress, words: readonly string[]): Promise<PartResult> {
  const nets = allNets().filter(({ net }) => words.length === 0 || words.some((word) => net.includes(word)));
  const reports = await inParallel(nets, async (net) => {
    progress(`exactness of ${net.net}`);
    try {
      return await check(net);
    } catch (error) {
      return failed(net, error instanceof Error ? error.message : String(error));
    }
  });
  return {
    text: [
      'C1 `hardware` numerics: elements of the simulated C that differ from the interpreter on the rewritten graph;\nevery sample eager and lazy, transfers beside compute on and off; once more under ASan and UBSan;\ndeviation from the network as it was: largest difference before softmax, else of the outputs',
      table(reports),
    ],
    records: reports.flatMap(recordsOf),
    failures: reports.flatMap(({ net, failures }) => failures.map((failure) => `C1 ${net.net}: ${failure}`)),
  };
}

async function check(net: BenchNet): Promise<Report> {
  const failures: string[] = [];
  const exact = await buildNet(net, { ...settingsFor('match/hardware', 'overlap'), numerics: 'exact' });
  const build = await buildNet(net, settingsFor('match/hardware', 'overlap'));
  const { graph } = build.compilation;
  const known = knownSamples(net);
  const samples = known?.samples ?? someSamples(net, graph, 2);
  const count = { elements: 0, mismatches: 0 };
  const compare = (inputs: readonly (readonly Tensor[])[], outputs: readonly (readonly Tensor[])[]): void => {
    const [elements, mismatches] = againstInterpreter(graph, inputs, outputs);
    count.elements += elements;
    count.mismatches += mismatches;
  };
  const simulation = await runNet(build, samples);
  if (!simulation.agrees) failures.push('eager and lazy disagree');
  compare(samples, simulation.outputs);
  const first = samples.slice(0, 1);
  const sanitized = await runNet(build, first, { modes: everySimulatorMode, sanitize: true });
  if (!sanitized.agrees) failures.push('the modes disagree under the sanitizers');
  compare(first, sanitized.outputs);
  const serial = await buildNet(net, settingsFor('match/hardware', 'serial'));
  const alone = await runNet(serial, first, { modes: everySimulatorMode });
  if (!alone.agrees) failures.push('the modes disagree without transfers beside compute');
  compare(first, alone.outputs);

  const share = acceleratorShare(build);
  const least = leastShare[net.net] ?? 0;
  if (share < least)
    failures.push(`${percent(share)} of the MACs on accelerators, at least ${percent(least)}`);
  if (count.mismatches > 0) failures.push(`${count.mismatches} elements differ`);

  const rows = measureDeviation(exact.compilation.graph, graph, samples);
  const scores = rows.filter(({ role }) => role === 'before softmax');
  const judged = scores.length > 0 ? scores : rows;
  const labels = known?.labels ?? [];
  const labelled = labels.filter((label) => label !== undefined).length;
  const classifies = scores.length > 0 || labelled > 0;
  const classChanges = classifies
    ? Math.max(0, ...judged.map(({ top1Changes }) => top1Changes ?? 0))
    : undefined;
  const right =
    labelled === 0
      ? undefined
      : {
          exact: countRight((await runNet(exact, samples)).outputs, labels),
          hardware: countRight(simulation.outputs, labels),
          of: labelled,
        };
  if (net.net === 'ds-cnn' && labelled > 0 && (classChanges ?? 0) > largestClassChange)
    failures.push(`${classChanges} of ${samples.length} samples change their class`);
  if (net.net === 'digits' && right && right.hardware < digitsAccuracy * right.of)
    failures.push(`${right.hardware} of ${right.of} digits are right`);
  return {
    net,
    samples: samples.length,
    ...count,
    share,
    maxDeviation: Math.max(0, ...judged.map(({ max }) => max)),
    classChanges,
    right,
    failures,
  };
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

function failed(net: BenchNet, failure: string): Report {
  return {
    net,
    samples: 0,
    elements: 0,
    mismatches: 0,
    share: 0,
    maxDeviation: 0,
    classChanges: undefined,
    right: undefined,
    failures: [failure],
  };
}

function table(reports: readonly Report[]): string {
  const right = (title: string): { title: string; right: true } => ({ title, right: true });
  return formatTable(
    [
      { title: 'network' },
      { title: 'form' },
      ...['samples', 'elements', 'differ', 'MACs on accelerators', 'deviation', 'class≠', 'right'].map(right),
    ],
    reports.map((report) => [
      report.net.net,
      report.net.format,
      grouped(report.samples),
      grouped(report.elements),
      grouped(report.mismatches),
      percent(report.share),
      String(Math.round(report.maxDeviation * 1000) / 1000),
      report.classChanges === undefined ? '–' : String(report.classChanges),
      report.right ? `${report.right.exact} → ${report.right.hardware} of ${report.right.of}` : '–',
    ]),
  );
}

function recordsOf(report: Report): PartResult['records'] {
  if (report.samples === 0) return [];
  const name = (transfers: Transfers): string => recordName('match/hardware', transfers);
  return figures(report.net, name('overlap'), [
    ['elements', report.elements, 'elements', 'simulated'],
    ['mismatches', report.mismatches, 'elements', 'simulated'],
    ['max_deviation', report.maxDeviation, 'output units', 'simulated'],
    ['top1_change', report.classChanges, 'samples', 'simulated'],
  ]);
}
