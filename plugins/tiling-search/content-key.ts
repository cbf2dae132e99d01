import { wholeTile, type LayoutChoice, type Offer, type Tile, type TileRange } from 'match-compiler';

/**
 * What a layer's schedules depend on, as text: module, pattern, loop nest, share, operators with their attributes,
 * types, and the cost of some calls. Names and contents of constants do not matter, but for what shows in these.
 */
export function contentKey(offer: Offer, layouts: LayoutChoice, share: Tile): string {
  const { region, module, pattern } = offer;
  const tiling = pattern.tiling?.(region, layouts);
  const type = ({ type: { dtype, shape } }: (typeof region.inputs)[number]): string =>
    `${dtype}[${shape.join()}]`;
  const cost = (tile: Tile): unknown => {
    const call = { region, layouts, tile };
    return [pattern.cycles(call), pattern.dispatchCycles?.(call), pattern.scratch?.(call)];
  };
  const probes = [wholeTile, share];
  for (const { name, extent, granule } of tiling?.dimensions ?? []) {
    const { start, extent: own }: TileRange = share.ranges[name] ?? { start: 0, extent };
    const first = Math.min(own, granule * Math.max(1, Math.floor(own / granule / 2)));
    const rest = own - first;
    probes.push({ ranges: { ...share.ranges, [name]: { start, extent: first } } });
    if (rest > 0)
      probes.push({ ranges: { ...share.ranges, [name]: { start: start + first, extent: rest } } });
  }
  return JSON.stringify(
    [
      module.name,
      pattern.name,
      layouts,
      share.ranges,
      tiling,
      region.nodes.map(({ op, attributes }) => [op.name, attributes]),
      [region.inputs, region.constants, region.outputs].map((values) => values.map(type)),
      probes.map(cost),
    ],
    (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
  );
}
