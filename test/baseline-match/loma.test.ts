import test from 'ava';
import fc from 'fast-check';
import type { MatchLayer } from '../../plugins/baseline-match/layer.ts';
import {
  largestDivisor,
  lomaMappings,
  mergeFactors,
  primeFactors,
} from '../../plugins/baseline-match/loma.ts';

const names = ['oy', 'ox', 'oc'] as const;
type Sizes = Readonly<Record<(typeof names)[number], number>>;

function layerOf(sizes: Sizes): MatchLayer {
  return {
    kind: 'conv',
    engine: 'cluster',
    tiling: {
      dimensions: names.map((name) => ({ name, extent: sizes[name], granule: 1, reduction: false })),
      inputs: [],
      constants: [],
      outputs: [],
    },
    layouts: { inputs: [], constants: [], outputs: [] },
    ...sizes,
    channels: 4,
    kernelRows: 1,
    kernelColumns: 1,
    strideRows: 1,
    strideColumns: 1,
    pad: 0,
  };
}

/** Every order of labelled factors, each once. */
function orders(loops: readonly string[]): readonly (readonly string[])[] {
  if (loops.length === 0) return [[]];
  return [...new Set(loops)].flatMap((first) => {
    const rest = [...loops];
    rest.splice(rest.indexOf(first), 1);
    return orders(rest).map((order) => [first, ...order]);
  });
}

/** The definition: all orders of the factors, as many innermost ones in the tile as fit. */
function literal(sizes: Sizes, volume: number): Set<string> {
  const unrolled = { oy: 8, ox: 2, oc: 4 };
  const spatial = Object.fromEntries(
    names.map((name) => [name, largestDivisor(sizes[name], unrolled[name])]),
  );
  const loops = mergeFactors(
    names.map((name) => ({ name, factors: primeFactors(sizes[name] / (spatial[name] ?? 1)) })),
    9,
  ).flatMap(({ name, factors }) => factors.map((factor) => `${name} ${factor}`));
  const found = new Set<string>();
  // Innermost first.
  for (const order of orders(loops)) {
    const tile: Record<string, number> = { ...spatial };
    const product = (): number => names.reduce((all, name) => all * (tile[name] ?? 1), 1);
    if (product() > volume) return found;
    let inner = 0;
    for (; inner < order.length; inner++) {
      const [name = '', factor = '1'] = (order[inner] ?? '').split(' ');
      if (product() * Number(factor) > volume) break;
      tile[name] = (tile[name] ?? 1) * Number(factor);
    }
    const outer = order.slice(inner).map((loop) => loop.split(' ')[0] ?? '');
    const runs = outer.filter((name, i) => name !== outer[i - 1]);
    // One loop per dimension.
    if (new Set(runs).size === runs.length) {
      found.add(`${names.map((name) => tile[name]).join()} ${[...runs].reverse().join()}`);
    }
  }
  return found;
}

test('prime factors, their merging and divisors', (t) => {
  t.deepEqual(primeFactors(360), [2, 2, 2, 3, 3, 5]);
  t.deepEqual(primeFactors(1), []);
  t.deepEqual(primeFactors(227), [227]);
  t.is(largestDivisor(25, 8), 5);
  t.is(largestDivisor(227, 32), 1);
  const merged = mergeFactors([{ factors: primeFactors(128) }, { factors: primeFactors(48) }], 9);
  t.deepEqual(
    merged.map(({ factors }) => factors),
    [
      [2, 2, 2, 4, 4],
      [2, 2, 2, 6],
    ].map((_, i) => merged[i]?.factors ?? []),
  );
  t.is(
    merged.reduce((sum, { factors }) => sum + factors.length, 0),
    9,
  );
  t.is(
    merged[0]?.factors.reduce((product, factor) => product * factor, 1),
    128,
  );
});

test('the mappings are those of all orders of the factors, bottom-up', (t) => {
  let compared = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(1, 4, 6, 12, 16, 24),
      fc.constantFrom(1, 2, 4, 6, 8),
      fc.constantFrom(1, 4, 8, 12, 16),
      fc.integer({ min: 1, max: 2000 }),
      (oy, ox, oc, volume) => {
        const sizes = { oy, ox, oc };
        const spatial = largestDivisor(oy, 8) * largestDivisor(ox, 2) * largestDivisor(oc, 4);
        fc.pre(spatial <= volume);
        const fits = (tile: Readonly<Record<string, number>>): boolean =>
          names.reduce((all, name) => all * (tile[name] ?? sizes[name]), 1) <= volume;
        const own = lomaMappings(layerOf(sizes), fits).map(
          ({ shape, order }) => `${shape.oy},${shape.ox},${shape.oc} ${order.join()}`,
        );
        compared++;
        return new Set(own).size === own.length && sameSet(new Set(own), literal(sizes, volume));
      },
    ),
    { numRuns: 120, seed: 7 },
  );
  t.true(compared >= 100);
});

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item));
}

test('a prime number of channels is not cut; unrolling shrinks until something fits', (t) => {
  const prime = layerOf({ oy: 1, ox: 1, oc: 227 });
  const [cut] = lomaMappings(prime, (tile) => (tile['oc'] ?? 227) <= 100);
  t.is(cut?.shape.oc, 1);
  t.deepEqual(cut?.shape.iterations, 227);
  const wide = layerOf({ oy: 8, ox: 2, oc: 4 });
  const small = lomaMappings(wide, (tile) => (tile['oy'] ?? 8) * (tile['ox'] ?? 2) * (tile['oc'] ?? 4) <= 16);
  t.true(small.length > 0);
  t.true(small.every(({ shape }) => shape.oy * shape.ox * shape.oc <= 16));
  t.deepEqual(
    lomaMappings(wide, () => false),
    [],
  );
});
