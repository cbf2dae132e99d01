import { bytesMoved } from '../gap9/cycles.ts';
import type { Trial } from '../gap9/lab.ts';
import type { BenchRecord } from '../records/records.ts';

/** Modules that are no host core. */
const accelerators = ['digital', 'analog'];

/** Joins figures of one network and variant to records. */
export function figures(
  net: { readonly net: string; readonly format: string },
  variant: string,
  list: readonly (readonly [
    metric: string,
    value: number | undefined,
    unit: string,
    kind: BenchRecord['kind'],
  ])[],
): BenchRecord[] {
  return list.flatMap(([metric, value, unit, kind]) =>
    value === undefined
      ? []
      : [{ target: 'diana', net: net.net, format: net.format, variant, metric, value, unit, kind }],
  );
}

export function macsOf({ layers }: Trial['build']): number {
  return layers.reduce((sum, { macs }) => sum + macs, 0);
}

/** The part of all multiply-accumulates that the accelerators run. */
export function acceleratorShare(build: Trial['build']): number {
  const own = build.layers.filter(({ module }) => accelerators.includes(module));
  return own.reduce((sum, { macs }) => sum + macs, 0) / Math.max(1, macsOf(build));
}

/** All figures of a network that was built and run once. */
export function recordsOf({ net, build, simulation }: Trial, variant: string): BenchRecord[] {
  const { mapping, program } = build.compilation;
  return figures(net, variant, [
    ['cycles', Math.round(simulation.cycles), 'cycles', 'simulated'],
    ['predicted_cycles', Math.round(simulation.predicted), 'cycles', 'predicted'],
    // A bound of this compiler's candidates says nothing about a baseline.
    [
      'lower_bound_cycles',
      variant.startsWith('match/') ? mapping.lowerBoundCycles : undefined,
      'cycles',
      'proven',
    ],
    ['macs', macsOf(build), 'macs', 'counted'],
    ['arena_bytes', build.memory.reduce((sum, row) => sum + row.arenaBytes, 0), 'bytes', 'proven'],
    ['flash_bytes', build.memory.reduce((sum, row) => sum + row.constantBytes, 0), 'bytes', 'counted'],
    ['bytes_moved', bytesMoved(program.body), 'bytes', 'counted'],
    ['accelerator_mac_share', acceleratorShare(build), 'share', 'counted'],
  ]);
}
