import diana from 'match-compiler/plugins/diana';
import { formatTable } from 'match-compiler/build';
import { Lab } from '../gap9/lab.ts';
import { corpusFolder } from '../gap9/nets.ts';
import type { PartResult } from '../gap9/part.ts';
import { writeRecords } from '../records/records.ts';
import { exactness } from './exactness.ts';
import { speedUp } from './speed-up.ts';
import { ternary } from './ternary.ts';

const usage = `usage: npm run bench -- diana [--only PART,…] [--list] [WORD…]
  --only PART,…  c1 exactness and deviation, ternary: weights on the analog core, c2 cycles against the baselines;
                 no records are written then
  --list         the stages behind c2
  WORD           c1 only for networks whose name contains one of the words`;

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  let only: readonly string[] = [];
  let list = false;
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? '';
    if (argument === '--only') only = (args[++i] ?? '').toLowerCase().split(',');
    else if (argument === '--list') list = true;
    else if (argument.startsWith('-')) return fail(usage);
    else words.push(argument);
  }
  const lab = new Lab();
  const parts: Readonly<Record<string, () => Promise<PartResult>>> = {
    c1: () => exactness(progress, words),
    ternary: () => ternary(progress),
    c2: () => speedUp(lab, progress, list),
  };
  if (only.some((name) => !(name in parts))) return fail(usage);
  if (corpusFolder() === undefined)
    console.log(
      'without the corpus of models (MATCH_CORPUS): the networks of examples/mlperf-tiny with weights from a seed\n',
    );
  console.log(assumptions());
  const started = performance.now();
  const records: PartResult['records'][number][] = [];
  const failures: string[] = [];
  for (const [name, run] of Object.entries(parts)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const from = performance.now();
    const result = await run();
    progress('');
    for (const block of result.text) console.log(block);
    for (const failure of result.failures) console.log(`FAILED ${failure}`);
    console.log(`${name.toUpperCase()}: ${result.failures.length} failures, ${seconds(from)} s\n`);
    records.push(...result.records);
    failures.push(...result.failures);
  }
  if (only.length === 0 && words.length === 0) console.log(`records in ${writeRecords('diana', records)}`);
  console.log(`${records.length} figures, ${failures.length} failures in ${seconds(started)} s`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

/** What all figures rest on. */
function assumptions(): string {
  const rows = (diana().target?.assumptions ?? []).map(({ name, value, unit, source }) => [
    name,
    String(value),
    unit,
    source,
  ]);
  const columns = [
    { title: 'assumption' },
    { title: 'value', right: true },
    { title: 'unit' },
    { title: 'source' },
  ];
  return `${formatTable(columns, rows)}\n`;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 1000);
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 2;
}
