import type { Simulation, SimulatedLayer } from '../build/simulate.ts';
import { formatTable, grouped } from './table.ts';

/**
 * Cycles by stage: predicted, simulated, how many each engine is busy, and how many the controller spends on
 * waiting, in calls that it waits for, and on handing work over. Layers that run side by side share a row.
 */
export function simulationTable({ layers, stages, cycles, predicted }: Simulated): string {
  const engines = [...new Set(layers.flatMap(({ busy }) => Object.keys(busy)))];
  const columns = [
    { title: 'layer', limit: 36 },
    { title: 'runs on', limit: 24 },
    ...['predicted', 'simulated', 'off by', ...engines, 'waiting', 'calls', 'overhead'].map((title) => ({
      title,
      right: true,
    })),
  ];
  const rows = stages.map((stage) => {
    const own = stage.layers.flatMap((i) => layers[i] ?? []);
    return [
      own.map(({ node }) => node).join(' + '),
      [...new Set(own.map(({ module }) => module))].join(' + '),
      ...figures(stage.predicted, stage.cycles, own, engines),
    ];
  });
  return formatTable(columns, [...rows, ['total', '', ...figures(predicted, cycles, layers, engines)]]);
}

type Simulated = Pick<Simulation, 'layers' | 'stages' | 'cycles' | 'predicted'>;

function figures(
  predicted: number,
  simulated: number,
  layers: readonly SimulatedLayer[],
  engines: readonly string[],
): string[] {
  const sum = (of: (layer: SimulatedLayer) => number): string =>
    whole(layers.reduce((total, layer) => total + of(layer), 0));
  return [
    whole(predicted),
    whole(simulated),
    difference(predicted, simulated),
    ...engines.map((engine) => sum(({ busy }) => busy[engine] ?? 0)),
    sum(({ waiting }) => waiting),
    sum(({ calls }) => calls),
    sum(({ overhead }) => overhead),
  ];
}

/** Of the prediction from what was simulated. */
function difference(predicted: number, simulated: number): string {
  if (simulated === 0) return '';
  const percent = ((predicted - simulated) / simulated) * 100;
  return `${percent > 0 ? '+' : ''}${percent.toFixed(1)} %`;
}

function whole(cycles: number): string {
  return grouped(Math.round(cycles));
}
