import { wholeTile, type LayoutChoice, type Offer, type Tile } from 'match-compiler';

/**
 * What a layer's schedules depend on, as text: module, pattern, loop nest, operators with their attributes, types, and
 * the cost of some calls. Names and contents of constants do not matter, but for what shows in these.
 */
export function contentKey(offer: Offer, layouts: LayoutChoice): string {
  const { region, module, pattern } = offer;
  const tiling = pattern.tiling?.(region, layouts);
  const type = ({ type: { dtype, shape } }: (typeof region.inputs)[number]): string =>
    `${dtype}[${shape.join()}]`;
  const cost = (tile: Tile): unknown => {
    const call = { region, layouts, tile };
    return [pattern.cycles(call), pattern.dispatchCycles?.(call), pattern.scratch?.(call)];
  };
  const probes = [wholeTile];
  for (const { name, extent, granule } of tiling?.dimensions ?? []) {
    const first = Math.min(extent, granule * Math.max(1, Math.floor(extent / granule / 2)));
    probes.push({ ranges: { [name]: { start: 0, extent: first } } });
    if (first < extent) probes.push({ ranges: { [name]: { start: first, extent: extent - first } } });
  }
  return JSON.stringify(
    [
      module.name,
      pattern.name,
      layouts,
      tiling,
      region.nodes.map(({ op, attributes }) => [op.name, attributes]),
      [region.inputs, region.constants, region.outputs].map((values) => values.map(type)),
      probes.map(cost),
    ],
    (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
  );
}
