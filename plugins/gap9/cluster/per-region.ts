import type { Region } from 'match-compiler';

/** A function of a region that is computed once per region. */
export function perRegion<T extends object>(compute: (region: Region) => T): (region: Region) => T {
  const known = new WeakMap<Region, T>();
  return (region) => {
    const before = known.get(region);
    if (before !== undefined) return before;
    const result = compute(region);
    known.set(region, result);
    return result;
  };
}
