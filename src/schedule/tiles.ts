import type { MappedRegion, StageJob } from '../mapping/mapping.ts';
import type { Tile, Tiling } from '../target/tiling.ts';

/** The loop nest of a mapped region; undefined where its pattern works on whole tensors alone. */
export function tilingOf({ region, pattern, schedule }: MappedRegion): Tiling | undefined {
  return pattern.tiling?.(region, schedule.layouts);
}

/** The tiles of a schedule over a share of its region, in the order of its loops. */
export function tilesOf(
  { tile, order }: Pick<MappedRegion['schedule'], 'tile' | 'order'>,
  tiling: Tiling,
  share: Tile,
): readonly Tile[] {
  const whole = Object.fromEntries(
    tiling.dimensions.map(({ name, extent }) => [name, share.ranges[name] ?? { start: 0, extent }]),
  );
  let tiles: Tile[] = [{ ranges: whole }];
  for (const name of order) {
    const range = whole[name];
    const size = tile[name];
    if (!range || !size || size >= range.extent) continue;
    tiles = tiles.flatMap(({ ranges }) =>
      Array.from({ length: Math.ceil(range.extent / size) }, (_, i) => {
        const start = range.start + i * size;
        return {
          ranges: {
            ...ranges,
            [name]: { start, extent: Math.min(size, range.start + range.extent - start) },
          },
        };
      }),
    );
  }
  return tiles;
}

/** The part of its region's loop nest that a job computes, from 0 to 1: shares, strips and tiles add up to 1. */
export function jobShare({ region, tile }: StageJob): number {
  const dimensions = tilingOf(region)?.dimensions ?? [];
  return dimensions.reduce(
    (part, { name, extent }) =>
      extent === 0 ? part : part * ((tile.ranges[name]?.extent ?? extent) / extent),
    1,
  );
}
