import type { TileShape } from './cost-model.ts';
import { spatialUnrolling, type MatchLayer } from './layer.ts';

/** Loops that LOMA orders at most: smaller factors are merged until there are no more. */
export const factorLimit = 9;

/** Tile sizes that divide their dimensions, and the order of the loops outside, outermost first. */
export interface LomaMapping {
  readonly tile: Readonly<Record<string, number>>;
  readonly order: readonly string[];
  readonly shape: TileShape;
}

/** The dimensions that LOMA may cut: those of the window and of the input channels stay whole. */
const cutDimensions = ['oy', 'ox', 'oc'] as const;
type CutName = (typeof cutDimensions)[number];

interface Factors {
  readonly name: CutName;
  /** What one step in space covers. */
  readonly spatial: number;
  /** Of what is left, in time; ascending. */
  readonly factors: readonly number[];
}

/**
 * LOMA's space for one layer: each dimension is unrolled in space by its largest divisor up to the optimal
 * unrolling, the rest is split into prime factors; every order of the factors is looked at, and from the innermost on
 * as many as fit belong to the tile. The output keeps its tile until it is complete. Orders that give the same tile
 * and the same loops outside are one mapping here, so only distinct ones are made; orders that would run the loop of
 * one dimension in two places are left out. Where no tile fits, the largest unrolling is halved until one does.
 *
 * @param fits whether the buffers of a tile fit the memory; shrinking a tile never makes it fit less
 */
export function lomaMappings(
  layer: MatchLayer,
  fits: (tile: Readonly<Record<string, number>>, order: readonly string[]) => boolean,
): readonly LomaMapping[] {
  const unrolling: Record<CutName, number> = { oy: 1, ox: 1, oc: 1 };
  for (const name of cutDimensions)
    unrolling[name] = Math.min(layer[name], spatialUnrolling(layer)[name] ?? 1);
  for (;;) {
    const found = mappingsWith(layer, unrolling, fits);
    if (found.length > 0) return found;
    const largest = cutDimensions.reduce((a, b) => (unrolling[b] > unrolling[a] ? b : a));
    if (unrolling[largest] <= 1) return [];
    unrolling[largest] = Math.floor(unrolling[largest] / 2);
  }
}

function mappingsWith(
  layer: MatchLayer,
  unrolling: Readonly<Record<CutName, number>>,
  fits: (tile: Readonly<Record<string, number>>, order: readonly string[]) => boolean,
): readonly LomaMapping[] {
  const spatial = cutDimensions.map((name): Factors => {
    const own = largestDivisor(layer[name], unrolling[name]);
    return { name, spatial: own, factors: primeFactors(layer[name] / own) };
  });
  const loops = mergeFactors(spatial, factorLimit);
  // What has no dimension is never cut.
  const granuleOf = (name: CutName): number =>
    layer.tiling.dimensions.find((dimension) => dimension.name === name)?.granule ?? layer[name];
  const choices = loops.map(({ name, spatial: own, factors }) => {
    const inner = [...new Map(subsets(factors).map((subset) => [subset.join(), subset])).values()];
    return inner
      .map((subset) => ({ size: subset.reduce((product, factor) => product * factor, own), subset }))
      .filter(({ size }) => size === layer[name] || size % granuleOf(name) === 0);
  });
  const mappings: LomaMapping[] = [];
  const [rows = [], columns = [], channels = []] = choices;
  for (const oy of rows) {
    for (const ox of columns) {
      for (const oc of channels) {
        const sizes = { oy: oy.size, ox: ox.size, oc: oc.size };
        const cut = cutDimensions.filter((name) => sizes[name] < layer[name]);
        const tile = Object.fromEntries(cut.map((name) => [name, sizes[name]]));
        for (const order of permutations(cut)) {
          if (!fits(tile, order)) continue;
          // Bottom-up allocation takes the next loop in as well when it fits: then this order gives another tile.
          const next = order.at(-1);
          const taken = { oy, ox, oc };
          if (next !== undefined) {
            const left = without(loops.find(({ name }) => name === next)?.factors ?? [], taken[next].subset);
            const grows = (factor: number): boolean => {
              const larger = { ...sizes, [next]: sizes[next] * factor };
              const still = order.filter((name) => larger[name] < layer[name]);
              return fits(Object.fromEntries(still.map((name) => [name, larger[name]])), still);
            };
            if (left.every(grows)) continue;
          }
          mappings.push({ tile, order, shape: shapeOf(layer, sizes, order) });
        }
      }
    }
  }
  return mappings;
}

/** How often each operand moves: loops inside the innermost one that it depends on leave it where it is. */
function shapeOf(
  layer: MatchLayer,
  sizes: Readonly<Record<CutName, number>>,
  order: readonly CutName[],
): TileShape {
  const counts = order.map((name) => layer[name] / sizes[name]);
  const loads = (dependsOn: (name: CutName) => boolean): number => {
    const innermost = order.findLastIndex(dependsOn);
    return counts.slice(0, innermost + 1).reduce((product, count) => product * count, 1);
  };
  const perChannel = layer.kind === 'depthwise' || layer.kind === 'add';
  return {
    ...sizes,
    iterations: counts.reduce((product, count) => product * count, 1),
    inputLoads: loads((name) => name !== 'oc' || perChannel),
    weightLoads: loads((name) => name === 'oc'),
  };
}

/** Merges the two smallest factors of the dimension that has most, until there are at most `limit` in all. */
export function mergeFactors<T extends { readonly factors: readonly number[] }>(
  loops: readonly T[],
  limit: number,
): readonly T[] {
  let merged = [...loops];
  const count = (): number => merged.reduce((sum, { factors }) => sum + factors.length, 0);
  while (count() > limit) {
    const most = merged.reduce((a, b) => (b.factors.length > a.factors.length ? b : a));
    const [a = 1, b = 1, ...others] = most.factors;
    const factors = [a * b, ...others].sort((x, y) => x - y);
    merged = merged.map((loop) => (loop === most ? { ...loop, factors } : loop));
  }
  return merged;
}

export function primeFactors(value: number): readonly number[] {
  const factors: number[] = [];
  let rest = value;
  for (let prime = 2; prime * prime <= rest; prime++) {
    for (; rest % prime === 0; rest /= prime) factors.push(prime);
  }
  return rest > 1 ? [...factors, rest] : factors;
}

/** The largest divisor of a number up to a limit. */
export function largestDivisor(value: number, limit: number): number {
  for (let divisor = Math.min(value, limit); divisor > 1; divisor--)
    if (value % divisor === 0) return divisor;
  return 1;
}

function subsets(items: readonly number[]): readonly (readonly number[])[] {
  return items.reduce<readonly (readonly number[])[]>(
    (all, item) => [...all, ...all.map((subset) => [...subset, item])],
    [[]],
  );
}

function without(all: readonly number[], taken: readonly number[]): number[] {
  const left = [...all];
  for (const item of taken) left.splice(left.indexOf(item), 1);
  return left;
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((first, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [first, ...rest]),
  );
}
