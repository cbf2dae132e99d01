import type { BenchRecord } from '../records/records.ts';

/** What one acceptance line came to. */
export interface PartResult {
  /** Tables and remarks, printed one after the other. */
  readonly text: readonly string[];
  readonly records: readonly BenchRecord[];
  /** What is not as it has to be. */
  readonly failures: readonly string[];
}

/** Told what is being done, for a terminal. */
export type Progress = (text: string) => void;

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
      : [{ target: 'gap9', net: net.net, format: net.format, variant, metric, value, unit, kind }],
  );
}
