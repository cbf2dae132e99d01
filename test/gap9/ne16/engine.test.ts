import test, { type ExecutionContext } from 'ava';
import type { Region, Tile } from 'match-compiler';
import { ne16Patterns } from 'match-compiler/plugins/gap9';
import { compileEngine, type EngineProgram } from './engine-program.ts';
import {
  assemble,
  channelsLastBytes,
  kernelOf,
  offerOf,
  patternNamed,
  patterns,
  prepareCalls,
  tilingOf,
  type Cut,
} from './call-engine.ts';
import { drawFrom, sampleLayer, type Draw, type LayerShape } from './sample-layer.ts';

/** Layers that a pattern takes, at random within what it allows. */
type Generator = (draw: Draw) => LayerShape;

const pick = <T>(draw: Draw, list: readonly [T, ...T[]]): T => list[draw(0, list.length - 1)] ?? list[0];

function common(
  draw: Draw,
): Pick<
  LayerShape,
  'weightType' | 'weightBits' | 'weightZeroPoint' | 'inputZeroPoint' | 'bias' | 'dilations'
> & { readonly scale?: NonNullable<LayerShape['scale']> } {
  const weightType = pick(draw, ['int8', 'int8', 'uint8'] as const);
  const scale = {
    dtype: pick(draw, ['uint8', 'int8'] as const),
    bits: pick(draw, [8, 16, 24]),
    shifts: draw(0, 1) === 1,
    even: pick(draw, [1, 1, 4]),
    addend: draw(0, 3) > 0,
  };
  return {
    weightType,
    weightBits: draw(2, 8),
    weightZeroPoint: weightType === 'uint8' ? draw(0, 255) : pick(draw, [0, 0, draw(-128, 127)]),
    inputZeroPoint: pick(draw, [0, 255, draw(0, 255)]),
    bias: draw(0, 2) > 0,
    dilations: [1, 1],
    ...(draw(0, 3) > 0 && { scale }),
  };
}

function window(draw: Draw, strides: readonly [number, number]): Partial<LayerShape> {
  const kernel = pick(draw, [
    [3, 3],
    [3, 3],
    [2, 2],
    [1, 3],
    [3, 1],
    [2, 3],
    [1, 2],
  ] as const);
  const dilations = [
    kernel[0] === 2 ? draw(1, 2) : draw(1, kernel[0] === 1 ? 4 : 1),
    kernel[1] === 2 ? draw(1, 2) : draw(1, kernel[1] === 1 ? 4 : 1),
  ] as const;
  const reach = (i: 0 | 1): number => dilations[i] * (kernel[i] - 1) + 1;
  const pads = [0, 1, 0, 1].map((axis) => draw(0, reach(axis as 0 | 1) - 1)) as [
    number,
    number,
    number,
    number,
  ];
  const size = (axis: 0 | 1): number => draw(reach(axis), 10);
  return { kernel, dilations, strides, pads, height: size(0), width: size(1) };
}

const generators: Readonly<Record<string, Generator>> = {
  conv3x3: (draw) => ({
    ...base,
    ...common(draw),
    ...window(draw, [1, 1]),
    inputs: pick(draw, [1, 3, 16, 20, 33]),
    outputs: pick(draw, [1, 8, 32, 40, 70]),
  }),
  conv3x3_stride2: (draw) => ({
    ...base,
    ...common(draw),
    ...window(draw, [2, 2]),
    inputs: pick(draw, [1, 3, 16, 20]),
    outputs: pick(draw, [2, 8, 32, 40, 70]),
  }),
  depthwise3x3: (draw) => {
    const channels = pick(draw, [2, 8, 16, 20, 40]);
    return {
      ...base,
      ...common(draw),
      ...window(draw, [1, 1]),
      inputs: channels,
      outputs: channels,
      depthwise: true,
    };
  },
  depthwise3x3_stride2: (draw) => {
    const channels = pick(draw, [2, 8, 16, 20, 40]);
    return {
      ...base,
      ...common(draw),
      ...window(draw, [2, 2]),
      inputs: channels,
      outputs: channels,
      depthwise: true,
    };
  },
  conv1x1: (draw) => ({
    ...base,
    ...common(draw),
    kind: pick(draw, ['conv2d', 'conv2d', 'dense'] as const),
    height: draw(1, 9),
    width: draw(1, 9),
    strides: pick<readonly [number, number]>(draw, [
      [1, 1],
      [2, 2],
      [1, 3],
    ]),
    inputs: pick(draw, [1, 8, 16, 40, 130]),
    outputs: pick(draw, [1, 12, 32, 40, 70]),
  }),
  linear: (draw) => ({
    ...base,
    ...common(draw),
    kind: pick(draw, ['dense', 'dense', 'conv2d'] as const),
    inputs: pick(draw, [16, 128, 256, 272, 640]),
    outputs: pick(draw, [1, 10, 32, 70]),
  }),
};

const base: LayerShape = {
  kind: 'conv2d',
  height: 1,
  width: 1,
  inputs: 1,
  outputs: 1,
  kernel: [1, 1],
  strides: [1, 1],
  dilations: [1, 1],
  pads: [0, 0, 0, 0],
  depthwise: false,
  weightType: 'int8',
  weightBits: 8,
  weightZeroPoint: 0,
  inputZeroPoint: 0,
  bias: false,
};

/** For patterns of small blocks, layers whose blocks are large otherwise. */
function shapeFor(name: string, draw: Draw): LayerShape {
  const [, whole = name, channels] = /^(.*)_blocks(\d+)$/.exec(name) ?? [];
  const shape = generators[whole]?.(draw);
  if (!shape) throw new RangeError(`no generator for ${name}`);
  if (channels === undefined) return shape;
  const inputs = (whole.startsWith('conv3x3') ? 80 : 640) * (32 / Number(channels) - 1);
  const height = Math.min(shape.height, 4);
  const width = Math.min(shape.width, 4);
  return { ...shape, inputs, weightBits: 8, outputs: Math.max(34, shape.outputs), height, width };
}

/** Whole, or cut at random as a schedule may cut it. */
function randomCut(draw: Draw, name: string, region: Region): Cut {
  const { dimensions } = tilingOf(patternNamed(name), region);
  const streamed = { input: draw(0, 1) === 1, constants: draw(0, 1) === 1, output: draw(0, 1) === 1 };
  if (draw(0, 3) === 0) return { shares: [{ ranges: {} }], tile: {}, streamed };
  const tile: Record<string, number> = {};
  for (const { name: dimension, extent, granule } of dimensions) {
    if (draw(0, 1) === 1) tile[dimension] = granule * draw(1, Math.ceil(extent / granule));
  }
  // Two engines share the layer by rows or by channels.
  const shared = dimensions[pick(draw, [0, 2] as const)];
  const blocks = shared ? Math.ceil(shared.extent / shared.granule) : 1;
  if (!shared || blocks < 2 || draw(0, 1) === 0) return { shares: [{ ranges: {} }], tile, streamed };
  const border = shared.granule * draw(1, blocks - 1);
  const share = (start: number, extent: number): Tile => ({ ranges: { [shared.name]: { start, extent } } });
  return { shares: [share(0, border), share(border, shared.extent - border)], tile, streamed };
}

/** One kernel serves all patterns. */
const kernel = kernelOf(patternNamed('conv1x1'));
const fieldNames = ((): string[] => {
  const draw = drawFrom(1);
  const { graph } = sampleLayer({ ...base, inputs: 4, outputs: 4 }, draw);
  const region = offerOf(graph, 'conv1x1');
  if (typeof region === 'string') throw new TypeError(region);
  const [layouts] = patternNamed('conv1x1').layouts(region);
  if (!layouts) throw new TypeError('no layouts');
  return kernel
    .fields({ region, layouts, tile: { ranges: {} } })
    .flatMap((field) => ('value' in field ? [field.name] : []));
})();

/** Layers of a pattern, each cut somehow, give what the interpreter gives and take what the cost model says. */
function check(t: ExecutionContext, program: EngineProgram, name: string, seed: number, count: number): void {
  const draw = drawFrom(seed);
  let tried = 0;
  for (let done = 0; done < count; tried++) {
    if (tried > 20 * count) throw new Error(`${name}: ${tried} layers tried, ${done} taken`);
    const shape = shapeFor(name, draw);
    const layer = sampleLayer(shape, draw);
    const region = offerOf(layer.graph, name);
    if (typeof region === 'string') continue;
    done++;
    const cut = randomCut(draw, name, region);
    const pattern = patternNamed(name);
    const calls = prepareCalls(pattern, region, layer.input, cut);
    const results = program.run(calls.map(({ run }) => run));
    const label = `${name} ${JSON.stringify(shape)} ${JSON.stringify(cut)}`;
    t.deepEqual(assemble(calls, results), channelsLastBytes(layer.expected), label);
    calls.forEach(({ call }, i) => t.is(results[i]?.cycles, pattern.cycles(call), label));
  }
}

test('with published figures the engine does not count: the cost model holds', (t) => {
  const published = ne16Patterns('published');
  const draw = drawFrom(5);
  const layer = sampleLayer({ ...base, height: 9, width: 9, inputs: 64, outputs: 64 }, draw);
  const region = offerOf(layer.graph, 'conv1x1', published);
  if (typeof region === 'string') throw new TypeError(region);
  const pattern = patternNamed('conv1x1', published);
  const [layouts] = pattern.layouts(region);
  if (!layouts) throw new TypeError('no layouts');
  const call = { region, layouts, tile: { ranges: {} } };
  t.deepEqual(kernelOf(pattern).fields(call).at(-1), { name: 'counted', value: 0 });
  // Two blocks, nine subtiles, four groups of 16 inputs, sums written as they are.
  t.is(pattern.cycles(call), 2 * 9 * (4 * (19 + 6 + 6 + 32 + 2) + 4 + 9 * 4));
});

const compilers = [
  ['gcc', ['-O2'], 60],
  ['clang', ['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'], 25],
] as const;

for (const [compiler, flags, count] of compilers) {
  test(`the engine's model gives what the interpreter gives, and the cycles of the cost model: ${compiler}`, (t) => {
    const program = compileEngine(kernel, fieldNames, compiler, flags);
    try {
      patterns.forEach(({ name }, i) => {
        const layers = name.includes('_blocks') ? Math.ceil(count / 12) : count;
        check(t, program, name, 100 * count + i, layers);
      });
    } finally {
      program.remove();
    }
  });
}
