import { formatTable } from 'match-compiler/build';
import { kilo, median, percent } from './figures.ts';
import type { Lab } from './lab.ts';
import { corpusFolder, mlperfTinyNets } from './nets.ts';
import type { PartResult, Progress } from './part.ts';

const largestMedian = 0.03;
const largestError = 0.12;

/** B4: what the search minimised against what the simulator counted, stage by stage. */
export async function prediction(lab: Lab, progress: Progress, list: boolean): Promise<PartResult> {
  const rows: string[][] = [];
  const stageRows: string[][] = [];
  const errors: number[] = [];
  for (const net of mlperfTinyNets(corpusFolder())) {
    for (const numerics of ['hardware', 'exact'] as const) {
      progress(`prediction for ${net.net}, ${numerics}`);
      const { simulation } = await lab.plain(net, numerics);
      const own = simulation.stages.map(({ predicted, cycles }) => Math.abs(predicted - cycles) / cycles);
      errors.push(...own);
      rows.push([
        net.net,
        numerics,
        String(own.length),
        kilo(simulation.predicted),
        kilo(simulation.cycles),
        percent(Math.abs(simulation.predicted - simulation.cycles) / simulation.cycles),
        percent(median(own)),
        percent(Math.max(...own)),
      ]);
      simulation.stages.forEach(({ layers, predicted, cycles }, i) => {
        const names = layers
          .map((at) => simulation.layers[at])
          .map((layer) => `${layer?.module} ${layer?.node}`);
        stageRows.push([
          net.net,
          numerics,
          String(i),
          names.join(' | ').slice(0, 80),
          predicted.toFixed(0),
          cycles.toFixed(0),
          percent(own[i] ?? 0),
        ]);
      });
    }
  }
  const [middle, worst] = [median(errors), Math.max(...errors)];
  rows.push(['all', '', String(errors.length), '', '', '', percent(middle), percent(worst)]);
  const right = (title: string): { title: string; right: true } => ({ title, right: true });
  return {
    text: [
      `B4 predicted against simulated kilocycles; errors per stage: median below ${percent(largestMedian)}, worst below ${percent(largestError)}`,
      formatTable(
        [
          { title: 'network' },
          { title: 'numerics' },
          ...['stages', 'predicted', 'simulated', 'error', 'median error', 'worst error'].map(right),
        ],
        rows,
      ),
      ...(list
        ? [
            formatTable(
              [
                { title: 'network' },
                { title: 'numerics' },
                right('stage'),
                { title: 'layers' },
                ...['predicted', 'simulated', 'error'].map(right),
              ],
              stageRows,
            ),
          ]
        : []),
    ],
    records: [],
    failures: [
      ...(middle >= largestMedian ? [`B4 median error ${percent(middle)}`] : []),
      ...(worst >= largestError ? [`B4 worst error ${percent(worst)}`] : []),
    ],
  };
}
