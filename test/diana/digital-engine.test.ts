import test, { type ExecutionContext } from 'ava';
import { bytesOf, evaluateGraph, ops, type Graph, type Region, type Tensor } from 'match-compiler';
import { digitalPatterns, planarBytes, swizzle, unswizzle } from 'match-compiler/plugins/diana';
import {
  assemble,
  kernelOf,
  offerOf,
  patternNamed,
  prepareCalls,
  tilingOf,
  type Cut,
} from '../gap9/ne16/call-engine.ts';
import { compileEngine, type EngineProgram } from '../gap9/ne16/engine-program.ts';
import {
  drawFrom,
  emptyGraph,
  pointwise,
  randomTensor,
  sampleShiftLayer,
  type Draw,
  type ShiftLayer,
} from './shift-layer.ts';

const patterns = digitalPatterns();
const pick = <T>(draw: Draw, list: readonly [T, ...T[]]): T => list[draw(0, list.length - 1)] ?? list[0];

function common(draw: Draw): ShiftLayer {
  const shifts = pick<number | undefined>(draw, [undefined, undefined, undefined, 0, 31]);
  return {
    ...pointwise,
    input: pick(draw, ['int8', 'uint8']),
    output: pick(draw, ['int8', 'uint8']),
    bias: draw(0, 1) === 1,
    relu: draw(0, 3) === 0,
    ...(shifts !== undefined && { shift: shifts }),
  };
}

function window(draw: Draw): ShiftLayer {
  const kernel = [pick(draw, [1, 3, 3, 5, 7]), pick(draw, [1, 3, 3, 5, 7])] as const;
  const pads = [draw(0, kernel[0] - 1), draw(0, kernel[1] - 1)] as const;
  const size = (axis: 0 | 1, draws: readonly [number, ...number[]]): number =>
    Math.max(kernel[axis] - 2 * pads[axis], 1, pick(draw, draws));
  return {
    ...common(draw),
    kernel,
    pads,
    stride: draw(1, 2),
    height: size(0, [1, 4, 7, 8, 12]),
    width: size(1, [1, 4, 5, 8, 16, 20, 33]),
  };
}

/** Layers that a pattern takes, at random within what it allows. */
const generators: Readonly<Record<string, (draw: Draw) => ShiftLayer>> = {
  conv2d: (draw) => ({
    ...window(draw),
    inputs: pick(draw, [1, 3, 4, 16, 19]),
    outputs: pick(draw, [1, 4, 12, 16, 20, 36]),
  }),
  depthwise: (draw) => {
    const channels = pick(draw, [2, 4, 12, 16, 18, 36]);
    return { ...window(draw), depthwise: true, inputs: channels, outputs: channels };
  },
  dense: (draw) => ({
    ...common(draw),
    kind: 'dense',
    inputs: pick(draw, [1, 8, 16, 33, 128]),
    outputs: pick(draw, [1, 2, 10, 16, 40]),
  }),
  conv1x1_flat: (draw) => ({
    ...common(draw),
    height: pick(draw, [2, 3, 7, 25]),
    width: pick(draw, [1, 4, 5, 8, 20]),
    inputs: pick(draw, [1, 4, 16, 40]),
    outputs: pick(draw, [4, 10, 16, 40]),
  }),
};

interface Sample {
  readonly what: string;
  readonly graph: Graph;
  readonly input: Tensor;
  readonly expected: Tensor;
}

/** An image or a vector of any size that changes its sign. */
function sampleChangeSign(draw: Draw): Sample {
  const images = [
    [1, 3, 6, 6],
    [1, 16, 8, 8],
    [1, 3, 32, 32],
    [1, 5, 13, 4],
    [1, 1, 33, 64],
  ];
  const shape = draw(0, 2) === 0 ? [1, draw(1, 700)] : pick(draw, images as [number[], ...number[][]]);
  const input = randomTensor(pick(draw, ['int8', 'uint8']), shape, draw);
  const editor = emptyGraph();
  editor.setOutputs([editor.add1(ops.changeSign, [editor.input('x', input.type)], {})]);
  const graph = editor.finish();
  const [expected] = evaluateGraph(graph, [input]).outputs;
  if (!expected) throw new TypeError('no output');
  return { what: `${input.type.dtype} ${shape.join('×')}`, graph, input, expected };
}

const samplers: Readonly<Record<string, (draw: Draw) => Sample>> = {
  ...Object.fromEntries(
    Object.entries(generators).map(([name, shapeOf]) => [
      name,
      (draw: Draw): Sample => {
        const shape = shapeOf(draw);
        return { what: JSON.stringify(shape), ...sampleShiftLayer(shape, draw) };
      },
    ]),
  ),
  change_sign: sampleChangeSign,
};

/** Whole, or cut at random as a schedule may cut it. */
function randomCut(draw: Draw, name: string, region: Region): Cut {
  const { dimensions } = tilingOf(patternNamed(name, patterns), region);
  const streamed = { input: draw(0, 1) === 1, constants: draw(0, 1) === 1, output: draw(0, 1) === 1 };
  const tile: Record<string, number> = {};
  for (const { name: dimension, extent, granule } of dimensions) {
    if (draw(0, 1) === 1) tile[dimension] = granule * draw(1, Math.ceil(extent / granule));
  }
  const channels = dimensions.find((dimension) => dimension.name === 'oc');
  const blocks = Math.ceil((channels?.extent ?? 1) / 16);
  if (!channels || blocks < 2 || draw(0, 2) > 0) return { shares: [{ ranges: {} }], tile, streamed };
  const border = 16 * draw(1, blocks - 1);
  const share = (start: number, extent: number) => ({ ranges: { oc: { start, extent } } });
  return { shares: [share(0, border), share(border, channels.extent - border)], tile, streamed };
}

const kernel = kernelOf(patternNamed('conv2d', patterns));
const fieldNames = ((): string[] => {
  const region = offerOf(sampleShiftLayer(pointwise, drawFrom(1)).graph, 'conv2d', patterns);
  if (typeof region === 'string') throw new TypeError(region);
  const [layouts] = patternNamed('conv2d', patterns).layouts(region);
  if (!layouts) throw new TypeError('no layouts');
  return kernel
    .fields({ region, layouts, tile: { ranges: {} } })
    .flatMap((field) => ('value' in field ? [field.name] : []));
})();

/** Layers of a pattern, each cut somehow, give what the interpreter gives and take what the cost model says. */
function check(t: ExecutionContext, program: EngineProgram, name: string, seed: number, count: number): void {
  const draw = drawFrom(seed);
  const pattern = patternNamed(name, patterns);
  let tried = 0;
  for (let done = 0; done < count; tried++) {
    if (tried > 20 * count) throw new Error(`${name}: ${tried} layers tried, ${done} taken`);
    const sample = samplers[name]?.(draw);
    if (!sample) throw new RangeError(`no samples for ${name}`);
    const { what, graph, input, expected } = sample;
    const region = offerOf(graph, name, patterns);
    if (typeof region === 'string') continue;
    done++;
    const cut = randomCut(draw, name, region);
    const image = swizzle(bytesOf(input.data), planarBytes(input.type.shape));
    const calls = prepareCalls(pattern, region, input, cut, image);
    const results = program.run(calls.map(({ run }) => run));
    const label = `${name} ${what} ${JSON.stringify(cut)}`;
    const whole = assemble(calls, results);
    const wanted = swizzle(bytesOf(expected.data), planarBytes(expected.type.shape));
    // What a vector is filled up with is 0 shifted and clipped; a change of sign moves it as well.
    if (name === 'change_sign')
      t.deepEqual(unswizzle(whole, expected.data.length), bytesOf(expected.data), label);
    else t.deepEqual(whole, wanted, label);
    let together = 0;
    calls.forEach(({ call }, i) => {
      t.is(results[i]?.cycles, pattern.cycles(call), label);
      together += pattern.cycles(call);
    });
    const [layouts] = pattern.layouts(region);
    const least = layouts && pattern.leastCycles?.({ region, layouts, tile: { ranges: {} } });
    t.true((least ?? Infinity) <= together, label);
  }
}

const compilers = [
  ['gcc', ['-O2'], 60],
  ['clang', ['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'], 25],
] as const;

for (const [compiler, flags, count] of compilers) {
  test(`the array's model gives what the interpreter gives, and the cycles of the cost model: ${compiler}`, (t) => {
    const program = compileEngine(kernel, fieldNames, compiler, flags);
    try {
      Object.keys(samplers).forEach((name, i) => check(t, program, name, 100 * count + i, count));
    } finally {
      program.remove();
    }
  });
}
