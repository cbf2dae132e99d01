import test from 'ava';
import { GraphEditor, ops, tensor, wholeTile, type Graph, type Value } from 'match-compiler';
import { clusterPatterns, gap9Target } from 'match-compiler/plugins/gap9';
import { regionAt } from './kernel-calls.ts';
import { Random } from './random.ts';

/** Predicted cycles of the graph's last node with everything that its pattern takes in. */
function predicted(graph: Graph, patternName: string, patterns = clusterPatterns): number {
  const pattern = patterns.find(({ name }) => name === patternName);
  const root = graph.nodes.at(-1);
  if (!pattern || !root) throw new Error(patternName);
  const region = regionAt(graph, root, pattern);
  if (typeof region === 'string') throw new Error(region);
  const [layouts] = pattern.layouts(region);
  if (!layouts) throw new Error('no layouts');
  return pattern.cycles({ region, layouts, tile: wholeTile });
}

class LayerBuilder extends GraphEditor {
  constructor() {
    super({ name: 'layer', info: { file: 'layer', format: 'test', dialect: 'integer', recognised: [] } });
  }

  done(value: Value): Graph {
    this.setOutputs([value]);
    return this.finish();
  }

  /** Per-channel scale and shift, clipped to uint8: what the measured kernels do. */
  shifted(sum: Value): Graph {
    const channels = sum.type.shape[1] ?? 1;
    const fill = (value: number): number[] => new Array<number>(channels).fill(value);
    const constants = [
      this.constant('multiplier', tensor('int32', [channels], fill(77))),
      this.constant('addend', tensor('int32', [channels], fill(4096))),
      this.constant('shift', tensor('int8', [channels], fill(13))),
    ];
    return this.done(
      this.add1(ops.requantize, [sum, ...constants], {
        rule: 'shift',
        axis: 1,
        inputZeroPoint: 0,
        zeroPoint: 0,
        min: 0,
        max: 255,
        dtype: 'uint8',
      }),
    );
  }
}

/** `size` is that of the output. */
function convolution(
  size: readonly [number, number],
  from: number,
  to: number,
  kernel: number,
  options: { readonly depthwise?: boolean; readonly padded?: boolean } = {},
): Graph {
  const b = new LayerBuilder();
  const pad = options.padded ? (kernel - 1) / 2 : 0;
  const border = kernel - 1 - 2 * pad;
  const x = b.input('x', { dtype: 'uint8', shape: [1, from, size[0] + border, size[1] + border] });
  const shape = [to, options.depthwise ? 1 : from, kernel, kernel];
  const weights = b.constant('weights', new Random(1).tensor('int8', shape));
  return b.shifted(
    b.add1(ops.conv2d, [x, weights], {
      strides: [1, 1],
      dilations: [1, 1],
      pads: [pad, pad, pad, pad],
      groups: options.depthwise ? from : 1,
      inputZeroPoint: 0,
      weightZeroPoint: 0,
      accumulator: 'int32',
    }),
  );
}

/** Layers that were timed on eight cores, in cycles, and how far the model may be off. */
const measured: readonly (readonly [
  title: string,
  pattern: string,
  graph: () => Graph,
  cycles: number,
  error: number,
])[] = [
  [
    '3x3, 32x32 16→16',
    'convolution',
    () => convolution([32, 32], 16, 16, 3, { padded: true }),
    178_100,
    0.01,
  ],
  [
    '3x3, 16x16 32→32',
    'convolution',
    () => convolution([16, 16], 32, 32, 3, { padded: true }),
    149_800,
    0.01,
  ],
  ['1x1, 25x5 64→64', 'pointwise', () => convolution([25, 5], 64, 64, 1), 38_300, 0.015],
  ['1x1, 16x16 32→64', 'pointwise', () => convolution([16, 16], 32, 64, 1), 47_600, 0.015],
  ['1x1, 48x48 8→8', 'pointwise', () => convolution([48, 48], 8, 8, 1), 43_800, 0.015],
  [
    'depthwise, 16x16x32',
    'depthwise',
    () => convolution([16, 16], 32, 32, 3, { depthwise: true }),
    12_560,
    0.015,
  ],
  [
    'depthwise, 12x12x64',
    'depthwise',
    () => convolution([12, 12], 64, 64, 3, { depthwise: true }),
    14_650,
    0.015,
  ],
  [
    'depthwise, 25x6x64',
    'depthwise',
    () => convolution([25, 6], 64, 64, 3, { depthwise: true }),
    14_680,
    0.015,
  ],
  ['depthwise, 6x6x64', 'depthwise', () => convolution([6, 6], 64, 64, 3, { depthwise: true }), 4_400, 0.015],
  ['residual addition, 8192', 'quantized_pair', addition, 12_500, 0.03],
  ['global average, 25x5x64', 'average_pool', globalAverage, 3_000, 0.03],
];

function addition(): Graph {
  const b = new LayerBuilder();
  const type = { dtype: 'uint8', shape: [1, 32, 16, 16] } as const;
  return b.done(
    b.add1(ops.quantizedAdd, [b.input('a', type), b.input('b', type)], {
      rule: 'single',
      aScale: 0.031,
      aZeroPoint: 3,
      bScale: 0.022,
      bZeroPoint: 128,
      outputScale: 0.045,
      zeroPoint: 7,
      min: 0,
      max: 255,
      dtype: 'uint8',
    }),
  );
}

function globalAverage(): Graph {
  const b = new LayerBuilder();
  return b.done(
    b.add1(ops.averagePool2d, [b.input('x', { dtype: 'uint8', shape: [1, 64, 25, 5] })], {
      kernel: [25, 5],
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      ceilMode: false,
      countIncludePad: false,
      rounding: 'half-away',
    }),
  );
}

for (const [title, pattern, graph, cycles, error] of measured) {
  test(`${title}: the model is within ${100 * error} % of ${cycles} cycles measured`, (t) => {
    const model = predicted(graph(), pattern);
    t.true(
      Math.abs(model / cycles - 1) <= error,
      `${model} cycles, ${(100 * (model / cycles - 1)).toFixed(1)} %`,
    );
  });
}

test('four channel pairs keep eight cores busy: columns are shared as well', (t) => {
  const few = predicted(convolution([24, 24], 8, 8, 3, { depthwise: true }), 'depthwise');
  // 3.0 multiply-accumulates per cycle were measured with four cores; 6.0 is what sharing columns should give.
  const rate = (24 * 24 * 8 * 9) / few;
  t.true(rate > 5.7 && rate < 6.2, `${rate}`);
});

test('the published models give the rates that they are quoted with', (t) => {
  const patterns = gap9Target({ costs: 'published' }).modules.find(
    ({ name }) => name === 'cluster',
  )?.patterns;
  const rate = (pattern: string, graph: Graph, macs: number): string =>
    (macs / predicted(graph, pattern, patterns)).toFixed(1);
  t.is(
    rate('convolution', convolution([32, 32], 16, 16, 3, { padded: true }), 32 * 32 * 16 * 16 * 9),
    '15.2',
  );
  t.is(
    rate('convolution', convolution([16, 16], 32, 32, 3, { padded: true }), 16 * 16 * 32 * 32 * 9),
    '16.6',
  );
  t.is(rate('pointwise', convolution([25, 5], 64, 64, 1), 25 * 5 * 64 * 64), '10.5');
  t.is(rate('pointwise', convolution([48, 48], 8, 16, 1), 48 * 48 * 8 * 16), '8.8');
});
