import { testTarget } from 'match-compiler';
import { builtinTargets, formatTable } from 'match-compiler/build';
import { findMutants } from '../../test/testing/find-mutants.ts';
import { mutantCount, mutantSeed, mutantsOf } from '../../test/testing/mutants.ts';
import { mySocTarget } from '../../test/testing/my-soc.ts';
import { writeRecords, type BenchRecord } from '../records/records.ts';

const records: BenchRecord[] = [];
const record = (target: string, metric: string, value: number, unit: string): void => {
  records.push({
    target,
    net: 'layers',
    format: 'integer',
    variant: 'match/exact',
    metric,
    value,
    unit,
    kind: 'counted',
  });
};
let failures = 0;

const mySoc = await mySocTarget();
const rows: string[][] = [];
for (const target of [...builtinTargets(), mySoc]) {
  const from = performance.now();
  const checks = await testTarget(target);
  const broken = checks.filter(({ ok }) => !ok);
  failures += broken.length;
  rows.push([
    target.name,
    String(checks.length),
    String(broken.length),
    ((performance.now() - from) / 1000).toFixed(0),
  ]);
  for (const { name, message } of broken) console.log(`FAILED ${target.name}: ${name}: ${message}`);
  record(target.name, 'checks', checks.length, 'checks');
  record(target.name, 'failed_checks', broken.length, 'checks');
}
console.log(
  formatTable(
    [
      { title: 'target' },
      { title: 'checks', right: true },
      { title: 'failed', right: true },
      { title: 'seconds', right: true },
    ],
    rows,
  ),
);

const verdicts = await findMutants(mutantsOf(mySoc, mutantCount, mutantSeed));
const survivors = verdicts.filter(({ caughtBy }) => caughtBy === undefined);
const kinds = [...new Set(verdicts.map(({ mutant }) => mutant.kind))];
console.log(`\nrandom faults in copies of my-soc, seed ${mutantSeed}, for the pattern that has the fault`);
console.log(
  formatTable(
    [{ title: 'fault in' }, { title: 'faults', right: true }, { title: 'found', right: true }],
    [...kinds, 'all'].map((kind) => {
      const own = verdicts.filter(({ mutant }) => kind === 'all' || mutant.kind === kind);
      const found = own.filter(({ caughtBy }) => caughtBy !== undefined).length;
      if (kind !== 'all') {
        record('my-soc', `mutants_${kind}`, own.length, 'faults');
        record('my-soc', `mutants_${kind}_found`, found, 'faults');
      }
      return [kind, String(own.length), String(found)];
    }),
  ),
);
for (const { mutant } of survivors) console.log(`  survives: ${mutant.name}`);
record('my-soc', 'mutants', verdicts.length, 'faults');
record('my-soc', 'mutants_found', verdicts.length - survivors.length, 'faults');
if (survivors.length > 0.05 * verdicts.length) failures++;
console.log(`written: ${writeRecords('testing', records)}`);
process.exitCode = failures > 0 ? 1 : 0;
