import { writeRecords } from '../records/records.ts';
import { baseline } from './baseline.ts';
import { buildOnce, buildOnceFlag } from './compile-time.ts';
import { cycles } from './cycles.ts';
import { exactness } from './exactness.ts';
import { Lab } from './lab.ts';
import { memorySweep, plotFile } from './memory-sweep.ts';
import { mutation } from './mutation.ts';
import { corpusFolder } from './nets.ts';
import type { PartResult } from './part.ts';
import { prediction } from './prediction.ts';
import { tileSearch } from './tile-search.ts';

const usage = `usage: npm run bench -- gap9 [--only PART,…] [--list] [WORD…]
  --only PART,…  b1 exactness, b2 cycles, b3 baseline, b4 prediction, b5 tile search and compile times,
                 b6 sizes of L1 and weights in L3, b7 faults in Programs and data; no records are written then
  --list         the stages behind b4 and the searches behind b5
  WORD           b1 only for networks whose path contains one of the words`;

if (process.argv[2] === buildOnceFlag) await buildOnce(process.argv.slice(3));
else await main(process.argv.slice(2));

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
    b1: () => exactness(progress, words),
    b2: () => cycles(lab, progress),
    b3: () => baseline(lab, progress),
    b4: () => prediction(lab, progress, list),
    b5: () => tileSearch(progress, list),
    b6: () => memorySweep(lab, progress, plotFile),
    b7: () => mutation(progress),
  };
  if (only.some((name) => !(name in parts))) return fail(usage);
  if (corpusFolder() === undefined)
    console.log(
      'without the corpus of models (MATCH_CORPUS): the networks of examples/mlperf-tiny with weights from a seed\n',
    );
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
  if (only.length === 0 && words.length === 0) console.log(`records in ${writeRecords('gap9', records)}`);
  console.log(`${records.length} figures, ${failures.length} failures in ${seconds(started)} s`);
  process.exitCode = failures.length > 0 ? 1 : 0;
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
