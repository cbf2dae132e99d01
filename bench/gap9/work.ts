import { jobShare, nodeMacs, type Mapping } from 'match-compiler';

/** Multiply-accumulates that each module runs: those of the jobs that were planned, whatever they are parts of. */
export function macsByModule({ stages }: Mapping): ReadonlyMap<string, number> {
  const macs = new Map<string, number>();
  for (const { jobs } of stages) {
    for (const job of jobs) {
      const { module, region } = job.region;
      const own = region.nodes.reduce((sum, node) => sum + nodeMacs(node), 0) * jobShare(job);
      macs.set(module.name, (macs.get(module.name) ?? 0) + own);
    }
  }
  return macs;
}
