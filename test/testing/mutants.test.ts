import test from 'ava';
import { findMutants } from './find-mutants.ts';
import { mutantCount, mutantSeed, mutantsOf } from './mutants.ts';
import { mySocTarget } from './my-soc.ts';

test('the contract tests find faults in copies of my-soc: one of each kind', async (t) => {
  t.timeout(240_000);
  const mutants = mutantsOf(await mySocTarget(), mutantCount, mutantSeed);
  t.is(mutants.length, mutantCount);
  const kinds = [...new Set(mutants.map(({ kind }) => kind))];
  t.is(kinds.length, 8);
  const few = kinds.flatMap((kind) => mutants.filter((mutant) => mutant.kind === kind).slice(0, 1));
  for (const { mutant, caughtBy } of await findMutants(few)) t.not(caughtBy, undefined, mutant.name);
});
