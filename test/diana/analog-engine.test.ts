import test from 'ava';
import { compileEngine } from '../gap9/ne16/engine-program.ts';
import { drawFrom, type Draw } from '../gap9/ne16/sample-layer.ts';
import { analogRegion, callOf, fieldNames, jobKernel, pattern, runLayer } from './analog-call.ts';
import { ternaryLayer, type TernaryShape } from './ternary-layer.ts';

const small: TernaryShape = {
  inputs: 4,
  height: 8,
  width: 8,
  outputs: 16,
  kernel: 3,
  stride: 1,
  pad: 1,
  signed: false,
  relu: true,
  shift: 3,
  bias: 200,
};

function pick<T>(draw: Draw, list: readonly [T, ...T[]]): T {
  return list[draw(0, list.length - 1)] ?? list[0];
}

/** Rows of whole words on both sides, so that they can be cut, or anything. */
function randomShape(draw: Draw): TernaryShape {
  const shape = anyShape(draw);
  if (draw(0, 1) === 0) return shape;
  const pad = shape.kernel >> 1;
  return { ...shape, kernel: 2 * pad + 1, height: 9, width: 8, pad, padAfter: pad };
}

function anyShape(draw: Draw): TernaryShape {
  const kernel = pick(draw, [1, 2, 3, 5]);
  const outputs = pick(draw, [4, 16, 20, 64, 72]);
  return {
    inputs: pick(draw, [1, 4, 12, 32]),
    height: draw(kernel, 10),
    width: pick(draw, [4, 8, 12, draw(kernel, 9)].filter((width) => width >= kernel) as [number]),
    outputs,
    kernel,
    stride: pick(draw, [1, 1, 2]),
    pad: draw(0, kernel - 1),
    padAfter: draw(0, kernel - 1),
    signed: draw(0, 1) === 1,
    relu: draw(0, 1) === 1,
    shift: draw(0, 8),
    bias: pick(draw, [0, 30, 900]),
  };
}

const compilers = [
  ['gcc', ['-O2'], 60],
  ['clang', ['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'], 25],
] as const;

for (const [compiler, flags, count] of compilers) {
  test(`what the array computes on packed cells and swizzled bytes is what the interpreter computes: ${compiler}`, (t) => {
    const known = analogRegion(ternaryLayer(small, drawFrom(1)).graph);
    if (typeof known === 'string') return t.fail(known);
    const program = compileEngine(jobKernel(), fieldNames(callOf(known)), compiler, flags);
    const draw = drawFrom(count);
    let [tried, cut] = [0, 0];
    try {
      for (let done = 0; done < count; tried++) {
        if (tried > 20 * count) return t.fail(`${tried} layers tried, ${done} taken`);
        const shape = randomShape(draw);
        const { graph, image, expected } = ternaryLayer(shape, draw);
        const region = analogRegion(graph);
        // Odd sizes leave elements that are no groups of four.
        if (typeof region === 'string') continue;
        done++;
        const tiling = pattern.tiling?.(region, callOf(region).layouts);
        const rows = tiling?.dimensions.find(({ name }) => name === 'oy')?.extent;
        const size = rows !== undefined && draw(0, 1) === 1 ? draw(1, rows) : undefined;
        if (size !== undefined) cut++;
        const actual = runLayer(program, region, image, size);
        t.deepEqual(actual, expected, JSON.stringify({ shape, size }));
      }
    } finally {
      program.remove();
    }
    t.true(cut > count / 8);
  });
}

test('70 cycles per output pixel, however many rows and channels; cutting neither costs nor saves', (t) => {
  const region = analogRegion(ternaryLayer({ ...small, outputs: 512, stride: 2 }, drawFrom(2)).graph);
  if (typeof region === 'string') return t.fail(region);
  t.is(pattern.cycles(callOf(region)), 70 * 16);
  t.is(pattern.leastCycles?.(callOf(region)), 70 * 16);
  t.is(pattern.cycles(callOf(region, { oy: { start: 1, extent: 2 } })), 70 * 8);
});

test('the whole array: 1152 rows, 512 columns', (t) => {
  const full = { ...small, inputs: 128, outputs: 512, height: 4, width: 4, bias: 0 };
  const region = analogRegion(ternaryLayer(full, drawFrom(4)).graph);
  if (typeof region === 'string') return t.fail(region);
  t.is(pattern.pack?.(callOf(region)).length, 147_456);
});
