import test from 'ava';
import { describeMutant, surveyFaults } from './mutants/survey.ts';

/** Of each kind, with `hardware` and with `exact` numerics. */
const few = { hardware: 2, exact: 1 } as const;

/** A changed byte may be worth so little that no sample shows it; every other fault has to be seen. */
const mayHide = /^a (bit of a weight|byte of a (bias|scale))/;

for (const [numerics, perKind] of Object.entries(few)) {
  test.serial(
    `the simulator shows faults in packed constants and in arguments of jobs: ${numerics} numerics`,
    async (t) => {
      const { tallies, survivors, misjudged } = await surveyFaults(numerics as keyof typeof few, perKind, 3);
      const caught = tallies.reduce((sum, tally) => sum + tally.caught, 0);
      t.true(tallies.length >= 13);
      t.true(caught >= 9 * perKind, `${caught} caught`);
      t.true(survivors.length <= perKind);
      t.deepEqual(survivors.filter(({ kind }) => !mayHide.test(kind)).map(describeMutant), []);
      t.deepEqual(misjudged.map(describeMutant), [], 'held to be equivalent, and seen');
    },
  );
}
