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
const wanted: Readonly<Partial<Record<Variant, Readonly<Record<Transfers, number>>>>> = {
  'baseline-htvm': { overlap: 1.3, serial: 1.15 },
  'baseline-match': { overlap: 1.25, serial: 1.25 },
  'baseline-match/same-costs': { overlap: 1.1, serial: 1.1 },
};

/** Aim against everything on the host, where every convolution fits the array. */
const aimOfHost = 60;

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
    text.push(titleOf(transfers), table(rows));
  }
  text.push(await onHost(lab, progress));
  text.push(
    `what bounds the ratio to baseline-tvm-like (aim ${aimOfHost} where every convolution fits the array): what runs on the host in both, and layers that the array has no form of`,
  );
  return { text, records, failures };
}

/** The host takes filters as they are: what it runs without the rewrites that only the array needs. */
async function onHost(lab: Lab, progress: Progress): Promise<string> {
  const parts: string[] = [];
  const ratios: number[] = [];
  for (const net of fourNets()) {
    progress(`${net.net}: on the host, unchanged`);
    const settings = { ...settingsFor('baseline-tvm-like', 'overlap'), numerics: 'exact' as const };
    const host = await lab.trial(net, 'baseline-tvm-like/exact', settings);
    const own = await lab.trial(net, 'match/hardware', settingsFor('match/hardware', 'overlap'));
    const ratio = host.simulation.cycles / own.simulation.cycles;
    ratios.push(ratio);
    parts.push(`${net.net} ${kilo(host.simulation.cycles)} (${ratio.toFixed(1)})`);
  }
  const mean = geometricMean(ratios).toFixed(1);
  return `baseline-tvm-like on the networks as they were, no filter set into a larger one: ${parts.join(', ')}; geometric mean ${mean}`;
}

function titleOf(transfers: Transfers): string {
  const how = transfers === 'overlap' ? 'run beside the accelerators' : 'stop the accelerators';
  const limits = Object.entries(wanted).map(([variant, by]) => `${variant} ${by[transfers]}`);
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
