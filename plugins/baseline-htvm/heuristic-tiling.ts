import type { LayoutChoice, Offer, Schedule, Target, TileDimension, Tiling } from 'match-compiler';
import { tileBuffers, type TileBuffers } from 'match-compiler/plugins/baseline-match';

/** Columns and output channels that an array works on side by side. */
const arraySide = 16;

/**
 * Weights of DORY's heuristics beside the share of the near memory that a tile fills: channels and columns that use all
 * of the array, rows of the image that are whole, so that transfers are long.
 */
const bonus = { channels: 1, columns: 1, wholeRows: 1 } as const;

/**
 * Dimensions that tiles cut, outermost loop first: weights stay while the image passes. Element-wise sums know one
 * dimension alone, which takes the part of the rows.
 */
const cutDimensions = ['oc', 'oy', 'ox'] as const;
const elements = 'e';

/** Extents that are tried per dimension: all of them for those of an image, whole blocks of channels. */
const extentsTried = 512;

interface Found {
  readonly tile: Schedule['tile'];
  readonly buffers: TileBuffers;
  readonly score: number;
}

/**
 * The schedule that the heuristics give: the whole layer where it fits, else the best-scored tile that does; undefined
 * where none fits or the pattern has no loop nest. `cycles` is the engine's time, which nothing is decided by.
 */
export function heuristicSchedule(offer: Offer, target: Target): Schedule | undefined {
  const { region, module, pattern } = offer;
  const [layouts] = pattern.layouts(region);
  const tiling = layouts && pattern.tiling?.(region, layouts);
  if (!layouts || !tiling) return undefined;
  const found = bestTile(offer, layouts, tiling, target);
  if (!found) return undefined;
  const { tile, buffers } = found;
  return {
    tile,
    order: orderOf(tile),
    ...buffers.plans,
    layouts,
    cycles: pattern.cycles({ region, layouts, tile: { ranges: {} } }) + module.dispatchCycles,
    scratch: buffers.scratch,
    overlaps: [],
    bytes: buffers.bytes,
  };
}

function bestTile(offer: Offer, layouts: LayoutChoice, tiling: Tiling, target: Target): Found | undefined {
  const near = offer.module.operands.activations;
  const capacity = target.memories[near]?.bytes ?? Infinity;
  const dimensionOf = (name: string): TileDimension | undefined =>
    tiling.dimensions.find((dimension) => dimension.name === name);
  const [channels, image, columns] = cutDimensions.map(dimensionOf);
  const rows = image ?? dimensionOf(elements);
  const tried = (tile: Schedule['tile']): Found | undefined => {
    const buffers = tileBuffers(offer, { layouts, tiling, tile, order: orderOf(tile) }, target);
    if (!buffers) return undefined;
    const extentOf = (dimension: TileDimension | undefined): number =>
      (dimension && (tile[dimension.name] ?? dimension.extent)) ?? 1;
    const used = (extent: number): number => extent / (arraySide * Math.ceil(extent / arraySide));
    const score =
      (buffers.bytes[near] ?? 0) / capacity +
      bonus.channels * used(extentOf(channels)) +
      bonus.columns * used(extentOf(columns)) +
      (tile['ox'] === undefined ? bonus.wholeRows : 0);
    return { tile, buffers, score };
  };
  const whole = tried({});
  if (whole) return whole;
  let best: Found | undefined;
  for (const oc of extents(channels, arraySide)) {
    for (const ox of extents(columns, arraySide)) {
      // The tallest that fits scores best: more rows fill more, and change nothing else.
      for (const oy of extents(rows, 1)) {
        const found = tried({
          ...cut(oc, channels),
          ...cut(oy, rows),
          ...cut(ox, columns),
        });
        if (!found) continue;
        if (!best || found.score > best.score) best = found;
        break;
      }
    }
  }
  return best;
}

/** Extents of a dimension, the whole first, then multiples of `step` from the largest to the smallest. */
function extents(dimension: TileDimension | undefined, step: number): readonly number[] {
  if (!dimension) return [1];
  const { extent, granule } = dimension;
  const size = granule * Math.ceil(step / granule);
  const count = Math.ceil(extent / size) - 1;
  const stride = Math.ceil(count / extentsTried);
  const smaller = Array.from(
    { length: Math.ceil(count / Math.max(1, stride)) },
    (_, i) => (count - i * stride) * size,
  );
  // A dimension below one step can still be cut where nothing else fits.
  const least = smaller.length === 0 && granule < extent ? [granule] : [];
  return [extent, ...smaller, ...least];
}

function cut(size: number, dimension: TileDimension | undefined): Schedule['tile'] {
  return dimension && size < dimension.extent ? { [dimension.name]: size } : {};
}

function orderOf(tile: Schedule['tile']): readonly string[] {
  return [...cutDimensions, elements].filter((name) => tile[name] !== undefined);
}
