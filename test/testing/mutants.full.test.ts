import test from 'ava';
import { findMutants } from './find-mutants.ts';
import { mutantCount, mutantSeed, mutantsOf } from './mutants.ts';
import { mySocTarget } from './my-soc.ts';

test('the contract tests find at least 95 of 100 random faults in copies of my-soc', async (t) => {
  t.timeout(1_800_000);
  const verdicts = await findMutants(
    mutantsOf(await mySocTarget(), mutantCount, mutantSeed),
    ({ mutant, caughtBy }) => t.log(`${mutant.name}: ${caughtBy ?? 'SURVIVES'}`),
  );
  const survivors = verdicts.filter(({ caughtBy }) => caughtBy === undefined);
  t.true(survivors.length <= 0.05 * verdicts.length, survivors.map(({ mutant }) => mutant.name).join('\n'));
});
