import { definePlugin, locationOf, mainNode } from 'match-compiler';

/** Adds a file to every build: one line per layer, for a spreadsheet. */
export const layerTable = definePlugin(() => ({
  name: 'layer-table',
  emit(bundle, { placed }) {
    const lines = placed.program.mapping.regions.map(({ id, region, module, schedule }) =>
      [
        id,
        locationOf(mainNode(region.nodes, region.root)).node,
        region.nodes.map((node) => node.op.name).join('+'),
        module.name,
        schedule.cycles,
      ].join(','),
    );
    return bundle.withFile({
      path: 'layers.csv',
      content: `id,layer,operators,module,cycles\n${lines.join('\n')}\n`,
    });
  },
}));
