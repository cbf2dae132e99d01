import type { LayoutChoice, Node, Region } from 'match-compiler';

/** A function that is computed once per object. */
function once<K extends object, T extends object>(compute: (key: K) => T): (key: K) => T {
  const known = new WeakMap<K, T>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const result = compute(key);
    known.set(key, result);
    return result;
  };
}

/** A function of a region that is computed once per region. */
export function perRegion<T extends object>(compute: (region: Region) => T): (region: Region) => T {
  return once(compute);
}

/** A function of nothing but a region's root that is computed once for all regions with this root. */
export function perRoot<T extends object>(compute: (root: Node) => T): (region: Region) => T {
  const result = once(compute);
  return ({ root }) => result(root);
}

/** A function of a region and layouts that is computed once for both. */
export function perLayouts<T extends object>(
  compute: (region: Region, layouts: LayoutChoice) => T,
): (region: Region, layouts: LayoutChoice) => T {
  const byRegion = once((region: Region) => once((layouts: LayoutChoice) => compute(region, layouts)));
  return (region, layouts) => byRegion(region)(layouts);
}
