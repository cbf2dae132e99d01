import test from 'ava';
import { withTemporaryFolder } from 'match-compiler/build';
import { surveyMutants } from '../memory/mutants.ts';
import { buildFaultyNet, describeMutant, surveyFaults } from './mutants/survey.ts';

test('of all faults that are none in name only, 98 % are found by the checkers or the simulator', async (t) => {
  let [caught, survived] = [0, 0];
  for (const numerics of ['hardware', 'exact'] as const) {
    const data = await surveyFaults(numerics, 40, 3);
    t.deepEqual(data.misjudged.map(describeMutant), []);
    caught += data.tallies.reduce((sum, tally) => sum + tally.caught, 0);
    survived += data.survivors.length;
    t.log(...data.survivors.map(describeMutant));
    const { compilation } = await withTemporaryFolder((folder) => buildFaultyNet(numerics, folder));
    const programs = surveyMutants(compilation.placed, 300, 7);
    t.deepEqual(
      programs.survivors.map(({ kind, detail }) => `${kind}: ${detail}`),
      [],
    );
    caught += programs.caught;
  }
  t.log(`${caught} caught, ${survived} survived`);
  t.true(caught + survived >= 500);
  t.true(caught / (caught + survived) >= 0.98);
});
