import test from 'ava';
import { wholeTile, type KernelCall, type Tile, type Tiling } from 'match-compiler';
import { clusterPatterns } from 'match-compiler/plugins/gap9';
import { regionAt } from './kernel-calls.ts';
import { kernelSamples } from './kernel-samples.ts';
import { Random } from './random.ts';

/** Every tile of a random cut of all dimensions. */
function randomCut({ dimensions }: Tiling, random: Random): readonly Tile[] {
  let tiles: Tile[] = [{ ranges: {} }];
  for (const { name, extent, granule } of dimensions) {
    const size = granule * random.integer(1, Math.ceil(extent / granule));
    tiles = tiles.flatMap(({ ranges }) =>
      Array.from({ length: Math.ceil(extent / size) }, (_, i) => ({
        ranges: { ...ranges, [name]: { start: i * size, extent: Math.min(size, extent - i * size) } },
      })),
    );
  }
  return tiles;
}

for (const { pattern: name, make } of kernelSamples) {
  test(`${name} (${kernelSamples.findIndex((other) => other.make === make)}): no cut costs less than leastCycles`, (t) => {
    const pattern = clusterPatterns.find((each) => each.name === name);
    if (!pattern?.tiling || !pattern.leastCycles) throw new Error(`${name} has no bound`);
    for (let seed = 0; seed < 12; seed++) {
      const random = new Random(seed);
      const { graph } = make(random);
      const root = graph.nodes.at(-1);
      const region = root && regionAt(graph, root, pattern);
      if (!region || typeof region === 'string') throw new Error(region);
      const [layouts] = pattern.layouts(region);
      if (!layouts) throw new Error('no layouts');
      const call = (tile: Tile): KernelCall => ({ region, layouts, tile });
      const least = pattern.leastCycles(call(wholeTile));
      t.true(least <= pattern.cycles(call(wholeTile)));
      const tiles = randomCut(pattern.tiling(region, layouts), random);
      const together = tiles.reduce((sum, tile) => sum + pattern.cycles(call(tile)), 0);
      t.true(
        least <= together,
        `${name}, seed ${seed}: ${least} against ${together} of ${tiles.length} tiles`,
      );
    }
  });
}
