import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeRecords, type BenchRecord } from '../records/records.ts';
import { formatTable } from '../records/table.ts';
import { checkModel, type ModelReport } from './check-model.ts';
import { modelCases } from './corpus.ts';

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

function recordsOf(report: ModelReport): BenchRecord[] {
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

const corpus = process.env['MATCH_CORPUS'];
if (!corpus || !existsSync(join(corpus, 'manifest.json'))) {
  console.error('conformance needs the model corpus: set MATCH_CORPUS to its folder');
  process.exit(process.env['CI'] ? 1 : 0);
}
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const reports: ModelReport[] = [];
const failures: string[] = [];
for (const group of modelCases(corpus)) {
  const title = `${group.model} ${group.rounding ?? ''}`;
  if (only.length > 0 && !only.some((word) => title.includes(word))) continue;
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${title}` : '');
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
process.stderr.write(process.stderr.isTTY ? '\r\u001b[K' : '');
console.log(
  formatTable(
    [
      'model',
      'rule',
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
    ],
    reports.map((report) => [
      report.model,
      report.rule,
      report.samples,
      report.elements,
      report.interpreterMisses,
      report.emittedMisses,
      report.deviating,
      `${((100 * report.deviating) / Math.max(1, report.elements)).toFixed(2)} %`,
      report.maxDeviation,
      report.classChanges,
      report.arenaBytes,
      report.flashBytes,
    ]),
  ),
);
for (const failure of failures) console.log(`FAILED ${failure}`);
const path = writeRecords('conformance', reports.flatMap(recordsOf));
console.log(`${reports.length} models and rules, ${failures.length} failures; records in ${path}`);
process.exitCode = failures.length > 0 ? 1 : 0;
