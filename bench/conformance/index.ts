import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeRecords } from '../records/records.ts';
import { checkNets, netRecords, netTable } from './nets.ts';
import { checkOperators, operatorList, operatorRecords, operatorTable } from './operators.ts';

const usage = `usage: npm run conformance -- [--list] [--nets | --operators] [WORD…]
  --list       the ids behind every number, with the reasons
  --nets       whole networks only
  --operators  onnx-node, pytorch-operator and tflite-ops only
  WORD         only models and cases whose path contains one of the words; no records are written then`;

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
const words = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const unknown = flags.find((flag) => !['--list', '--nets', '--operators'].includes(flag));
if (unknown !== undefined) {
  console.error(usage);
  process.exit(2);
}
const corpus = process.env['MATCH_CORPUS'];
if (!corpus || !existsSync(join(corpus, 'manifest.json'))) {
  console.error('conformance needs the model corpus: set MATCH_CORPUS to its folder');
  process.exit(process.env['CI'] ? 1 : 0);
}

const wanted = (title: string): boolean => words.length === 0 || words.some((word) => title.includes(word));
const progress = (title: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${title}`);
};
const started = performance.now();
const operators = flags.includes('--nets') ? [] : await checkOperators(corpus, wanted, progress);
const nets = flags.includes('--operators')
  ? { reports: [], failures: [] }
  : await checkNets(corpus, wanted, progress);
progress('');

if (nets.reports.length > 0) console.log(netTable(nets.reports));
if (operators.length > 0) {
  if (flags.includes('--list')) console.log(operatorList(operators));
  console.log(operatorTable(operators));
}
const codes = new Map<string, number>();
for (const { code } of operators) if (code !== undefined) codes.set(code, (codes.get(code) ?? 0) + 1);
for (const [code, cases] of codes) console.log(`refused with ${code}: ${cases}`);
const failures = [
  ...nets.failures,
  ...operators.filter(({ status }) => status === 'failed').map(({ id, reason }) => `${id}: ${reason ?? ''}`),
];
for (const failure of failures) console.log(`FAILED ${failure}`);

const records = [...nets.reports.flatMap(netRecords), ...operatorRecords(operators)];
const whole = words.length === 0 && !flags.includes('--nets') && !flags.includes('--operators');
if (whole) console.log(`records in ${writeRecords('conformance', records)}`);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  `${nets.reports.length} models and rules, ${operators.length} operator cases, ${failures.length} failures in ${seconds} s`,
);
process.exitCode = failures.length > 0 ? 1 : 0;
