import { formatTable, grouped, type Column } from 'match-compiler/build';
import type { BenchRecord } from '../records/records.ts';
import { checkModel, type ModelReport } from './check-model.ts';
import { modelCases, netFolders } from './corpus.ts';

/** Whole networks: every tensor that the corpus knows, interpreter and emitted C. */
export interface NetResults {
  readonly reports: readonly ModelReport[];
  readonly failures: readonly string[];
}

/** @param progress told the title of each network */
export async function checkNets(
  corpus: string,
  wanted: (title: string) => boolean,
  progress: (title: string) => void,
): Promise<NetResults> {
  const reports: ModelReport[] = [];
  const failures: string[] = [];
  for (const group of modelCases(corpus, netFolders)) {
    const title = `${group.model} ${group.rounding ?? ''}`;
    if (!wanted(title)) continue;
    progress(title);
    try {
      const report = await checkModel(corpus, group);
      reports.push(report);
      if (report.interpreterMisses > 0)
        failures.push(`${title}: ${report.interpreterMisses} elements not as expected`);
      if (report.emittedMisses > 0)
        failures.push(`${title}: ${report.emittedMisses} elements of the C not the interpreter's`);
      if (group.loose && report.classChanges > 0)
        failures.push(`${title}: ${report.classChanges} classes changed`);
      failures.push(...report.faults.map((fault) => `${title}: ${fault}`));
    } catch (error) {
      failures.push(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { reports, failures };
}

const columns: readonly Column[] = [
  { title: 'model' },
  { title: 'rule' },
  ...[
    'samples',
    'elements',
    'interp≠expected',
    'C≠interp',
    'deviating',
    'share',
    'max dev',
    'class≠',
    'arena',
    'flash',
  ].map((title) => ({ title, right: true })),
];

export function netTable(reports: readonly ModelReport[]): string {
  return formatTable(
    columns,
    reports.map((report) => [
      report.model,
      report.rule,
      grouped(report.samples),
      grouped(report.elements),
      grouped(report.interpreterMisses),
      grouped(report.emittedMisses),
      grouped(report.deviating),
      `${((100 * report.deviating) / Math.max(1, report.elements)).toFixed(2)} %`,
      Number.isInteger(report.maxDeviation)
        ? grouped(report.maxDeviation)
        : report.maxDeviation.toPrecision(3),
      grouped(report.classChanges),
      grouped(report.arenaBytes),
      grouped(report.flashBytes),
    ]),
  );
}

/** Names of the MLPerf Tiny nets in records, by folder of the corpus. */
const nets: Readonly<Record<string, string>> = {
  ad01: 'autoencoder',
  kws: 'ds-cnn',
  resnet8: 'resnet8',
  vww: 'mobilenet',
};

function identity(report: ModelReport): { readonly net: string; readonly format: string } {
  const [suite = '', folder = ''] = report.model.split('/');
  const net = suite === 'mlperf-tiny' ? nets[folder] : undefined;
  const formats: Readonly<Record<string, string>> = {
    qdq: 'qdq',
    qoperator: 'qop',
    plinio: 'plinio',
    nemo: 'plinio',
  };
  const format = report.model.endsWith('.tflite') ? 'tflite' : (formats[report.dialect] ?? 'float');
  return {
    net: net ?? report.model.replace(/\/[^/]*$/, ''),
    format: report.dialect === 'float' ? 'float' : format,
  };
}

export function netRecords(report: ModelReport): BenchRecord[] {
  const common = { target: 'host', ...identity(report), variant: `match/${report.rule}` } as const;
  const figure = (metric: string, value: number, unit: string, kind: BenchRecord['kind']): BenchRecord => ({
    ...common,
    metric,
    value,
    unit,
    kind,
  });
  return [
    figure('elements', report.elements, 'elements', 'counted'),
    figure('mismatches', report.interpreterMisses + report.emittedMisses, 'elements', 'counted'),
    figure('max_deviation', report.maxDeviation, 'units', 'counted'),
    figure('top1_change', report.classChanges, 'samples', 'counted'),
    figure('arena_bytes', report.arenaBytes, 'bytes', 'proven'),
    figure('flash_bytes', report.flashBytes, 'bytes', 'counted'),
    figure('macs', report.macs, 'macs', 'counted'),
    figure('compile_ms', Math.round(report.compileMs * 10) / 10, 'ms', 'measured'),
  ];
}
