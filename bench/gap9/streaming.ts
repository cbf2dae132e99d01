import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatTable, grouped } from 'match-compiler/build';
import { QdqNetwork } from '../../examples/mlperf-tiny/qdq-network.ts';
import { buildNet, runNet } from './build-net.ts';
import { bytesMoved } from './cycles.ts';
import { againstInterpreter } from './exactness.ts';
import { kilo } from './figures.ts';
import type { BenchNet } from './nets.ts';
import { figures, type PartResult } from './part.ts';
import { someSamples } from './samples.ts';

/** Six convolutions of 590 kB each and two wide layers behind them: about 4.4 million weights. */
export function wideNet(): BenchNet {
  const net = new QdqNetwork('wide', 11);
  let x = net.input('input', [1, 32, 8, 8]);
  x = net.convolution(x, { channels: 256, kernel: [3, 3], strides: [2, 2], relu: true });
  for (let layer = 0; layer < 6; layer++)
    x = net.convolution(x, { channels: 256, kernel: [3, 3], relu: true });
  x = net.convolution(x, { channels: 1024, kernel: [1, 1], relu: true });
  const scores = net.dense(net.globalAverage(x), 500, false);
  net.output(scores, 'scores');
  const folder = join('node_modules', '.cache', 'match-bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'wide.onnx');
  writeFileSync(file, net.file());
  return { net: 'wide-4mb', format: 'qdq', file, rounding: 'real-even', cases: undefined };
}

/** The network whose weights exceed L2, under `hardware` numerics: from L3, exact. */
export async function streamedNet(): Promise<PartResult> {
  const net = wideNet();
  const failures: string[] = [];
  try {
    const build = await buildNet(net, { numerics: 'hardware' });
    const { graph, mapping, program } = build.compilation;
    const samples = someSamples(net, graph, 1);
    const simulation = await runNet(build, samples);
    const [elements, differing] = againstInterpreter(graph, samples, simulation.outputs);
    if (differing > 0) failures.push(`B6 wide-4mb: ${differing} of ${elements} elements differ`);
    if (!simulation.agrees) failures.push('B6 wide-4mb: the modes disagree');
    const far = build.memory.find(({ memory }) => memory === 'l3')?.constantBytes ?? 0;
    const near = build.memory.find(({ memory }) => memory === 'l2')?.constantBytes ?? 0;
    if (far === 0) failures.push('B6 wide-4mb: nothing lies in L3');
    return {
      text: [
        'weights beyond L2: a network of 3×3 convolutions with weights from a seed, partly kept in L3',
        formatTable(
          [
            { title: 'network' },
            ...[
              'bytes in L2',
              'bytes in L3',
              'kilocycles',
              'lower bound',
              'bytes moved',
              'elements',
              'differ',
            ].map((title) => ({ title, right: true })),
          ],
          [
            [
              net.net,
              grouped(near),
              grouped(far),
              kilo(simulation.cycles),
              kilo(mapping.lowerBoundCycles),
              grouped(bytesMoved(program.body)),
              grouped(elements),
              grouped(differing),
            ],
          ],
        ),
      ],
      records: figures(net, 'match/hardware', [
        ['cycles', Math.round(simulation.cycles), 'cycles', 'simulated'],
        ['lower_bound_cycles', mapping.lowerBoundCycles, 'cycles', 'proven'],
        ['flash_bytes', near + far, 'bytes', 'counted'],
        ['mismatches', differing, 'elements', 'simulated'],
        ['elements', elements, 'elements', 'simulated'],
      ]),
      failures,
    };
  } catch (error) {
    return {
      text: [],
      records: [],
      failures: [`B6 wide-4mb: ${error instanceof Error ? error.message : String(error)}`],
    };
  }
}
