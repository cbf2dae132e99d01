import type { Link, Target } from './target.ts';

/** The link between two memory levels of a target, where there is one. */
export function linkBetween(target: Target, from: string, to: string): Link | undefined {
  return target.memories[from]?.links.find((link) => link.to === to);
}

/** Cycles that a channel is busy with `rows` runs of `rowBytes`, start included. */
export function transferCycles(link: Link, rows: number, rowBytes: number): number {
  const bursts = link.burstBytes === undefined ? 1 : Math.ceil(rowBytes / link.burstBytes);
  return link.startCycles + rows * (Math.ceil(rowBytes / link.bytesPerCycle) + link.rowCycles * bursts);
}
