import { formatTable, grouped, withTemporaryFolder } from 'match-compiler/build';
import { buildFaultyNet, describeMutant, surveyFaults } from '../../test/gap9/mutants/survey.ts';
import { surveyMutants } from '../../test/memory/mutants.ts';
import { percent } from './figures.ts';
import type { PartResult, Progress } from './part.ts';

/** Share of the faults that make a difference that have to be found. */
const wanted = 0.98;
const seed = 3;
/** Faults in Programs, and in data per kind, under each numerics. */
const programFaults = 300;
const dataFaults = 40;

/** Caught by the checkers, caught by the simulator, equivalent, survived. */
type Counts = [checker: number, simulator: number, equivalent: number, survived: number];

/** B7: faults put into Programs, into packed constants and into arguments of jobs, and what finds them. */
export async function mutation(progress: Progress): Promise<PartResult> {
  const program = new Map<string, Counts>();
  const data = new Map<string, Counts>();
  const survivors: string[] = [];
  const failures: string[] = [];
  const add = (counts: Map<string, Counts>, kind: string, by: Counts): void => {
    const before = counts.get(kind) ?? [0, 0, 0, 0];
    counts.set(kind, before.map((count, i) => count + (by[i] ?? 0)) as Counts);
  };
  for (const numerics of ['hardware', 'exact'] as const) {
    progress(`faults in a Program, ${numerics}`);
    const { compilation } = await withTemporaryFolder((folder) => buildFaultyNet(numerics, folder));
    const found = surveyMutants(compilation.placed, programFaults, seed);
    for (const [kind, [caught, equivalent, survived]] of found.kinds)
      add(program, kind, [caught, 0, equivalent, survived]);
    survivors.push(...found.survivors.map(({ kind, detail }) => `${numerics}, ${kind}: ${detail}`));
    progress(`faults in data, ${numerics}`);
    const survey = await surveyFaults(numerics, dataFaults, seed);
    for (const { kind, caught, equivalent, survived } of survey.tallies)
      add(data, kind, [0, caught, equivalent, survived]);
    survivors.push(...survey.survivors.map((mutant) => `${numerics}, ${describeMutant(mutant)}`));
    for (const mutant of survey.misjudged)
      failures.push(
        `B7 ${numerics}: held to be equivalent (${mutant.equivalent}): ${describeMutant(mutant)}`,
      );
  }
  const total = [...program.values(), ...data.values()].reduce(
    (sum, counts) => sum.map((count, i) => count + (counts[i] ?? 0)) as Counts,
    [0, 0, 0, 0],
  );
  const share = (total[0] + total[1]) / (total[0] + total[1] + total[3]);
  if (share < wanted)
    failures.push(`B7 ${percent(share)} of the faults are found, of at least ${percent(wanted)}`);
  const row = (kind: string, counts: Counts): string[] => {
    const [checker, simulator, equivalent, survived] = counts;
    const all = checker + simulator + equivalent + survived;
    return [kind, ...[all, equivalent, checker, simulator, survived].map(grouped)];
  };
  return {
    text: [
      'B7 faults, one at a time, in a Program and in the data of a small network of all layer kinds with 12 kB of L1,\n`hardware` and `exact` numerics; 8 samples on the simulator',
      formatTable(
        [
          { title: 'fault' },
          ...['mutants', 'equivalent', 'caught by checkers', 'by simulator', 'survived'].map((title) => ({
            title,
            right: true,
          })),
        ],
        [
          ...[...program].map(([kind, counts]) => row(`Program: ${kind}`, counts)),
          ...[...data].map(([kind, counts]) => row(`data: ${kind}`, counts)),
          row('all', total),
        ],
      ),
      `${percent(share)} of those that are not equivalent are caught`,
      ...(survivors.length > 0
        ? [
            'survivors: no sample has a sum or a value that they show on',
            ...survivors.map((each) => `  ${each}`),
          ]
        : []),
    ],
    records: [],
    failures,
  };
}
