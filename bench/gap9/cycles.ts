import type { Instruction, Slice } from 'match-compiler';
import { formatTable, grouped } from 'match-compiler/build';
import { kilo, limits, percent, vendorKilocycles } from './figures.ts';
import type { Lab, Trial } from './lab.ts';
import { corpusFolder, mlperfTinyNets } from './nets.ts';
import { figures, type PartResult, type Progress } from './part.ts';
import { macsByModule } from './work.ts';

/** How far simulated cycles should be above the lower bound at most. */
const aimedRatio = 1.25;

/** B2: cycles from call to return, with the lower bound, the published formula and the published measurements. */
export async function cycles(lab: Lab, progress: Progress): Promise<PartResult> {
  const corpus = corpusFolder();
  const rows: string[][] = [];
  const records: PartResult['records'][number][] = [];
  const failures: string[] = [];
  const remarks: string[] = [];
  for (const net of mlperfTinyNets(corpus)) {
    progress(`cycles of ${net.net}`);
    const hardware = await lab.plain(net, 'hardware');
    const exact = await lab.plain(net, 'exact');
    const published = await lab.trial(net, 'published', {
      numerics: 'hardware',
      options: { costs: 'published' },
    });
    const own = hardware.simulation.cycles;
    const bound = hardware.build.compilation.mapping.lowerBoundCycles;
    const limit = limits[net.net];
    rows.push([
      net.net,
      grouped(macsOf(hardware)),
      kilo(own),
      limit ? kilo(1000 * limit.most) : '–',
      limit ? kilo(1000 * limit.aim) : '–',
      kilo(bound),
      (own / bound).toFixed(2),
      kilo(hardware.simulation.predicted),
      percent(acceleratorShare(hardware)),
      kilo(exact.simulation.cycles),
      kilo(published.simulation.cycles),
      kilo(1000 * (vendorKilocycles[net.net] ?? NaN)),
    ]);
    records.push(...recordsOf(hardware, 'match/hardware'), ...recordsOf(exact, 'match/exact'));
    if (!limit || corpus === undefined) continue;
    if (own > 1000 * limit.most) failures.push(`B2 ${net.net}: ${kilo(own)} of ${limit.most} kilocycles`);
    if (own > 1000 * limit.aim) remarks.push(`${net.net}: ${kilo(own)}, aim ${limit.aim} kilocycles`);
    if (own > aimedRatio * bound)
      remarks.push(`${net.net}: ${(own / bound).toFixed(2)} times the lower bound, aim ${aimedRatio}`);
  }
  const right = (title: string): { title: string; right: true } => ({ title, right: true });
  return {
    text: [
      'B2 simulated kilocycles, 8-bit weights, `hardware` numerics, from call to return, L1 cold',
      formatTable(
        [
          { title: 'network' },
          ...['MACs', 'simulated', 'limit', 'aim', 'lower bound', 'ratio', 'predicted', 'MACs on NE16'].map(
            right,
          ),
          right('`exact`'),
          right('published NE16 formula'),
          right('on the chip¹'),
        ],
        rows,
      ),
      '¹ published, not comparable one to one: MLPerf Tiny v1.0 closed, vendor flow, GAP9 at 370 MHz, weights of 5 to 7 bits',
      ...(corpus === undefined
        ? ['networks of examples/mlperf-tiny, float inputs and outputs: the limits are not applied']
        : []),
      ...remarks.map((remark) => `aim missed: ${remark}`),
    ],
    records,
    failures,
  };
}

function macsOf({ build }: Trial): number {
  const all = macsByModule(build.compilation.mapping);
  return Math.round([...all.values()].reduce((sum, macs) => sum + macs, 0));
}

/** The part of all multiply-accumulates that NE16 runs. */
export function acceleratorShare(trial: Trial): number {
  const own = macsByModule(trial.build.compilation.mapping).get('ne16') ?? 0;
  return own / Math.max(1, macsOf(trial));
}

export function recordsOf(trial: Trial, variant: string): PartResult['records'] {
  const { net, build, simulation } = trial;
  const { mapping, program } = build.compilation;
  return figures(net, variant, [
    ['cycles', Math.round(simulation.cycles), 'cycles', 'simulated'],
    ['predicted_cycles', Math.round(simulation.predicted), 'cycles', 'predicted'],
    ['lower_bound_cycles', mapping.lowerBoundCycles, 'cycles', 'proven'],
    ['macs', macsOf(trial), 'macs', 'counted'],
    ['arena_bytes', build.memory.reduce((sum, row) => sum + row.arenaBytes, 0), 'bytes', 'proven'],
    ['flash_bytes', build.memory.reduce((sum, row) => sum + row.constantBytes, 0), 'bytes', 'counted'],
    ['bytes_moved', bytesMoved(program.body), 'bytes', 'counted'],
    ['accelerator_mac_share', acceleratorShare(trial), 'share', 'counted'],
  ]);
}

/** Bytes that all transfers of a program carry. */
export function bytesMoved(body: readonly Instruction[]): number {
  return body.reduce((sum, instruction) => {
    if (instruction.kind === 'loop') return sum + instruction.count * bytesMoved(instruction.body);
    return instruction.kind === 'transfer' ? sum + sliceBytes(instruction.from) : sum;
  }, 0);
}

function sliceBytes({ rowBytes, rows, planes }: Slice): number {
  return rowBytes * rows * (planes?.count ?? 1);
}
