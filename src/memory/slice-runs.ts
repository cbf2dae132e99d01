import type { ConcreteSlice } from '../program/expand.ts';

/** Half-open run of bytes. */
export type ByteRun = readonly [start: number, end: number];

/** The runs of a slice in its own order, moved by `base`; runs that touch are one. Empty rows leave nothing. */
export function runsOf(
  { offset, rows, rowBytes, rowStride, planes }: ConcreteSlice,
  base: number,
): readonly ByteRun[] {
  const runs: [number, number][] = [];
  if (rowBytes <= 0) return runs;
  for (let plane = 0; plane < (planes?.count ?? 1); plane++) {
    const first = base + offset + plane * (planes?.stride ?? 0);
    for (let row = 0; row < rows; row++) {
      const start = first + row * rowStride;
      const last = runs.at(-1);
      if (last?.[1] === start) last[1] = start + rowBytes;
      else runs.push([start, start + rowBytes]);
    }
  }
  return runs;
}

/** By start, runs that touch made one. */
export function sortRuns(runs: readonly ByteRun[]): readonly ByteRun[] {
  if (runs.every((run, i) => i === 0 || (runs[i - 1]?.[1] ?? 0) < run[0])) return runs;
  const sorted: [number, number][] = [];
  for (const [start, end] of [...runs].sort((a, b) => a[0] - b[0])) {
    const last = sorted.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else sorted.push([start, end]);
  }
  return sorted;
}

/** The first byte that two lists of runs, each sorted by start, share. */
export function sharedByte(a: readonly ByteRun[], b: readonly ByteRun[]): number | undefined {
  let i = 0;
  let j = 0;
  for (let x = a[i], y = b[j]; x && y; x = a[i], y = b[j]) {
    if (x[1] <= y[0]) i++;
    else if (y[1] <= x[0]) j++;
    else return Math.max(x[0], y[0]);
  }
  return undefined;
}

export function countBytes(runs: readonly ByteRun[]): number {
  return runs.reduce((sum, [start, end]) => sum + end - start, 0);
}
