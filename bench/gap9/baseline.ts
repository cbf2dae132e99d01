import { formatTable } from 'match-compiler/build';
import { baselineMatch, withMatchRuntime } from 'match-compiler/plugins/baseline-match';
import gap9 from 'match-compiler/plugins/gap9';
import { acceleratorShare, recordsOf } from './cycles.ts';
import { geometricMean, kilo, percent } from './figures.ts';
import type { Lab } from './lab.ts';
import { corpusFolder, mlperfTinyNets } from './nets.ts';
import type { PartResult, Progress } from './part.ts';

/** Geometric means of the speed-up that have to be reached. */
const wanted = { match: 2.15, same: 1.4 } as const;

/** B3: the same networks mapped by MATCH's method, in the same simulator, with MATCH's runtime costs and with ours. */
export async function baseline(lab: Lab, progress: Progress): Promise<PartResult> {
  const rows: string[][] = [];
  const records: PartResult['records'][number][] = [];
  const failures: string[] = [];
  const ratios = { match: [] as number[], same: [] as number[], anywhere: [] as number[] };
  for (const net of mlperfTinyNets(corpusFolder())) {
    progress(`baseline of ${net.net}`);
    const own = await lab.plain(net, 'hardware');
    const plain = gap9();
    const match = await lab.trial(net, 'baseline-match', {
      numerics: 'hardware',
      target: { ...plain, ...(plain.target && { target: withMatchRuntime(plain.target) }) },
      plugins: [baselineMatch({ costs: 'match' })],
    });
    const same = await lab.trial(net, 'baseline-match/same-costs', {
      numerics: 'hardware',
      plugins: [baselineMatch({ costs: 'same' })],
    });
    const anywhere = await lab.trial(net, 'baseline-match/same-costs/anywhere', {
      numerics: 'hardware',
      plugins: [baselineMatch({ costs: 'same', others: 'anywhere' })],
    });
    const cycles = own.simulation.cycles;
    ratios.match.push(match.simulation.cycles / cycles);
    ratios.same.push(same.simulation.cycles / cycles);
    ratios.anywhere.push(anywhere.simulation.cycles / cycles);
    rows.push([
      net.net,
      kilo(cycles),
      kilo(match.simulation.cycles),
      (match.simulation.cycles / cycles).toFixed(2),
      kilo(same.simulation.cycles),
      (same.simulation.cycles / cycles).toFixed(2),
      kilo(anywhere.simulation.cycles),
      (anywhere.simulation.cycles / cycles).toFixed(2),
      percent(acceleratorShare(same)),
    ]);
    records.push(...recordsOf(match, 'baseline-match'), ...recordsOf(same, 'baseline-match/same-costs'));
    for (const [name, trial] of [
      ["MATCH's runtime costs", match],
      ['the same costs', same],
    ] as const) {
      if (trial.simulation.cycles <= cycles)
        failures.push(`B3 ${net.net}: not faster than the baseline with ${name}`);
    }
  }
  const mean = {
    match: geometricMean(ratios.match),
    same: geometricMean(ratios.same),
    anywhere: geometricMean(ratios.anywhere),
  };
  for (const key of ['match', 'same'] as const) {
    if (mean[key] < wanted[key])
      failures.push(`B3 geometric mean ${mean[key].toFixed(2)} of at least ${wanted[key]} (${key})`);
  }
  rows.push([
    'geometric mean',
    '',
    '',
    mean.match.toFixed(2),
    '',
    mean.same.toFixed(2),
    '',
    mean.anywhere.toFixed(2),
    '',
  ]);
  const right = (title: string): { title: string; right: true } => ({ title, right: true });
  return {
    text: [
      "B3 against baseline-match, a re-implementation of MATCH's method: simulated kilocycles, times ours;\n" +
        `at least ${wanted.match} with MATCH's runtime costs (920 cycles a transfer, 500 a tile) and ${wanted.same} with the same costs`,
      formatTable(
        [
          { title: 'network' },
          right('match'),
          right("MATCH's costs"),
          right('×'),
          right('same costs'),
          right('×'),
          right('and nothing on the master²'),
          right('×'),
          right('baseline: MACs on NE16'),
        ],
        rows,
      ),
      "² what no pattern of MATCH's takes runs where it costs least instead of on the master core",
      'published, for comparison: MATCH is 2.15 times as fast as DORY on GAP9 (arXiv 2410.08855)',
    ],
    records,
    failures,
  };
}
