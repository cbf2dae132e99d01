import { formatTable, grouped } from 'match-compiler/build';
import { geometricMean, kilo, percent } from '../gap9/figures.ts';
import type { Lab, Trial } from '../gap9/lab.ts';
import type { PartResult, Progress } from '../gap9/part.ts';
import { acceleratorShare, macsOf, recordsOf } from './figures.ts';
import { fourNets } from './nets.ts';
import { stageTable } from './stages.ts';
import {
  bothTransfers,
  recordName,
  settingsFor,
  variants,
  type Transfers,
  type Variant,
} from './variants.ts';

/** How much faster `match` has to be as geometric mean, by baseline and by whether transfers run beside compute. */
const wanted: Readonly<Partial<Record<Variant, Readonly<Partial<Record<Transfers, number>>>>>> = {
  // Where every convolution fits the array. Filters as the network has them.
  'baseline-tvm-like': { overlap: 60, serial: 60 },
  'baseline-htvm': { overlap: 1.3, serial: 1.15 },
  'baseline-match': { overlap: 1.25 },
  'baseline-match/same-costs': { overlap: 1.1, serial: 1.1 },
};

/** Hoped for, and reported when missed. */
const aims: typeof wanted = { 'baseline-match': { serial: 1.25 } };

const baselines = variants.filter((variant) => variant !== 'match/hardware');

/** C2: cycles of every variant, and how many times faster `match` is, with transfers beside compute and without. */
export async function speedUp(lab: Lab, progress: Progress, list: boolean): Promise<PartResult> {
  const text: string[] = [];
  const records: PartResult['records'][number][] = [];
  const failures: string[] = [];
  for (const transfers of bothTransfers) {
    const rows: string[][] = [];
    const ratios = new Map<Variant, number[]>(baselines.map((variant) => [variant, []]));
    for (const net of fourNets()) {
      const trials = new Map<Variant, Trial>();
      for (const variant of variants) {
        progress(`${net.net}: ${recordName(variant, transfers)}`);
        const trial = await lab.trial(net, recordName(variant, transfers), settingsFor(variant, transfers));
        trials.set(variant, trial);
        records.push(...recordsOf(trial, recordName(variant, transfers)));
      }
      const own = trials.get('match/hardware');
      if (!own) continue;
      const { cycles } = own.simulation;
      const compared = baselines.flatMap((variant) => {
        const other = trials.get(variant)?.simulation.cycles ?? NaN;
        ratios.get(variant)?.push(other / cycles);
        return [kilo(other), (other / cycles).toFixed(2)];
      });
      rows.push([
        net.net,
        grouped(macsOf(own.build)),
        kilo(cycles),
        kilo(own.build.compilation.mapping.lowerBoundCycles),
        percent(acceleratorShare(own.build)),
        ...compared,
      ]);
      if (list)
        text.push(
          ...[...trials].map(([variant, trial]) => stageTable(trial, recordName(variant, transfers))),
        );
    }
    const means = baselines.map((variant) => geometricMean(ratios.get(variant) ?? []));
    rows.push(['geometric mean', '', '', '', '', ...means.flatMap((mean) => ['', mean.toFixed(2)])]);
    baselines.forEach((variant, i) => {
      const least = wanted[variant]?.[transfers];
      const mean = means[i] ?? 0;
      if (least !== undefined && !(mean >= least))
        failures.push(
          `C2 transfers ${transfers}: ${mean.toFixed(2)} times as fast as ${variant}, at least ${least}`,
        );
    });
    text.push(titleOf(transfers), table(rows), ...missedAims(transfers, means));
  }
  text.push(
    'tvm-like: everything on the host, filters as the networks have them; /rewritten: with the zeros that filters get for the array',
  );
  return { text, records, failures };
}

function missedAims(transfers: Transfers, means: readonly number[]): readonly string[] {
  return baselines.flatMap((variant, i) => {
    const aim = aims[variant]?.[transfers];
    const mean = means[i] ?? 0;
    return aim === undefined || mean >= aim
      ? []
      : [`missed aim: ${mean.toFixed(2)} times as fast as ${variant}, hoped for ${aim}\n`];
  });
}

function titleOf(transfers: Transfers): string {
  const how = transfers === 'overlap' ? 'run beside the accelerators' : 'stop the accelerators';
  const limits = Object.entries(wanted).flatMap(([variant, by]) =>
    by[transfers] === undefined ? [] : [`${variant} ${by[transfers]}`],
  );
  return `C2 transfers ${how}: simulated kilocycles, and how many times faster match is; at least ${limits.join(', ')}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const right = (title: string): { title: string; right: true } => ({ title, right: true });
  return formatTable(
    [
      { title: 'network' },
      ...['MACs', 'match', 'lower bound', 'on accelerators'].map(right),
      ...baselines.flatMap((variant) => [right(variant.replace('baseline-', '')), right('×')]),
    ],
    rows,
  );
}
