import { formatTable, grouped } from 'match-compiler/build';
import { quantizeForTarget } from 'match-compiler/plugins/quantize-for-target';
import { buildNet, runNet } from '../gap9/build-net.ts';
import { againstInterpreter } from '../gap9/exactness.ts';
import { percent } from '../gap9/figures.ts';
import type { PartResult, Progress } from '../gap9/part.ts';
import { someSamples } from '../gap9/samples.ts';
import { figures, macsOf } from './figures.ts';
import { allNets } from './nets.ts';
import { settingsFor } from './variants.ts';

/** Networks of convolutions above all. */
const names = ['resnet8', 'digits'];
const variant = 'match/hardware-ternary';

/** Every convolution that fits the analog core with ternary weights: exactness alone, no training went before. */
export async function ternary(progress: Progress): Promise<PartResult> {
  const rows: string[][] = [];
  const records: PartResult['records'][number][] = [];
  const failures: string[] = [];
  for (const net of allNets().filter((each) => names.includes(each.net))) {
    progress(`ternary weights in ${net.net}`);
    const plugins = [quantizeForTarget({ ternary: true })];
    const build = await buildNet(net, { ...settingsFor('match/hardware', 'overlap'), plugins });
    const { graph } = build.compilation;
    const samples = someSamples(net, graph, 2);
    const simulation = await runNet(build, samples);
    const [elements, mismatches] = againstInterpreter(graph, samples, simulation.outputs);
    const analog = build.layers.filter(({ module }) => module === 'analog');
    const share = analog.reduce((sum, { macs }) => sum + macs, 0) / Math.max(1, macsOf(build));
    if (mismatches > 0) failures.push(`C1 ${net.net}, ternary: ${mismatches} elements differ`);
    if (!simulation.agrees) failures.push(`C1 ${net.net}, ternary: eager and lazy disagree`);
    if (analog.length === 0) failures.push(`C1 ${net.net}, ternary: no layer on the analog core`);
    rows.push([net.net, String(analog.length), percent(share), grouped(elements), grouped(mismatches)]);
    records.push(
      ...figures(net, variant, [
        ['elements', elements, 'elements', 'simulated'],
        ['mismatches', mismatches, 'elements', 'simulated'],
      ]),
    );
  }
  const right = (title: string): { title: string; right: true } => ({ title, right: true });
  return {
    text: [
      'C1 ternary weights wherever the analog core takes them: elements that differ from the rewritten graph',
      formatTable(
        [{ title: 'network' }, ...['layers on analog', 'MACs on analog', 'elements', 'differ'].map(right)],
        rows,
      ),
    ],
    records,
    failures,
  };
}
