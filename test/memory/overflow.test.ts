import test from 'ava';
import {
  checkPlan,
  expand,
  unrollLoops,
  verifyProgram,
  type PlacedProgram,
  type Program,
} from 'match-compiler';
import { planProgram } from 'match-compiler/plugins/memory-planner';
import { assembleProgram } from 'match-compiler/plugins/scheduler';
import { syntheticMapping, type Layer, type MemorySizes } from '../scheduler/synthetic-mapping.js';
import { outputHashes } from './hash-run.js';
import { surveyMutants } from './mutants.js';
import { inArena, placedOf } from './sample-program.js';

/** A chain of convolutions whose constants are streamed in blocks of channels. */
function chain(widths: readonly number[], memories: MemorySizes, rows = 4): Program {
  const layers = widths.map((channels, i): Layer => ({
    name: `v${i}`,
    kind: 'convolution',
    inputs: [i === 0 ? 'x' : `v${i - 1}`],
    kernel: 3,
    channels,
    place: i + 1 < widths.length ? 'l1' : 'l2',
    prefetch: true,
    parts: [
      {
        module: 'npu',
        tile: { oc: 8 },
        order: ['oc'],
        input: i === 0 ? 1 : 0,
        constant: 2,
        output: i + 1 < widths.length ? 0 : 2,
      },
    ],
  }));
  return assembleProgram(syntheticMapping({ input: [rows, 4, 8], layers, memories }));
}

function sizeOf(placed: PlacedProgram, memory: string): number {
  const plan = placed.plans.find((each) => each.memory === memory);
  return (plan?.arenaBytes ?? 0) + (plan?.constantBytes ?? 0);
}

function constantBytes(program: Program, memory: string): number {
  return program.buffers
    .filter((buffer) => buffer.role === 'constant' && buffer.memory === memory)
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

test('a network of 4 MB of weights runs from 1.4 MB and an outer memory', (t) => {
  const l2 = 1_400_000;
  const program = chain([256, 256, 256, 256, 256, 256, 256, 256, 16], { l1: 1 << 17, l2, l3: 1 << 23 });
  t.true(constantBytes(program, 'l2') > 4_000_000);
  const start = performance.now();
  const placed = placedOf(planProgram(program, inArena));
  const elapsed = performance.now() - start;
  t.true(elapsed < 2000, `${elapsed} ms`);
  t.deepEqual(verifyProgram(placed.program), []);
  t.deepEqual(checkPlan(placed), []);
  t.true(sizeOf(placed, 'l2') <= l2);
  t.true(constantBytes(placed.program, 'l2') > l2 / 4, 'what fits stays');
  t.is(
    constantBytes(placed.program, 'l2') + constantBytes(placed.program, 'l3'),
    constantBytes(program, 'l2'),
  );
  // What does not fit is fetched once, whole or in pieces.
  const fetched = expand(placed.program).reduce(
    (sum, step) =>
      step.kind === 'transfer' && step.from.buffer.memory === 'l3' ? sum + step.from.rowBytes : sum,
    0,
  );
  t.is(fetched, constantBytes(placed.program, 'l3'));
});

test('constants that fit nowhere whole come in pieces', (t) => {
  const memories = { l1: 1 << 17, l2: 60_000, l3: 1 << 22 };
  const program = chain([128, 128, 16], memories);
  const placed = placedOf(planProgram(program, inArena));
  t.deepEqual(verifyProgram(placed.program), []);
  t.deepEqual(checkPlan(placed), []);
  t.true(sizeOf(placed, 'l2') <= memories.l2);
  t.true(placed.program.buffers.some(({ name }) => name.includes('.piece.')));
  const size = (body: Program['body']): number =>
    body.reduce((sum, each) => sum + 1 + (each.kind === 'loop' ? size(each.body) : 0), 0);
  t.true(size(placed.program.body) < unrollLoops(placed.program.body).length / 2);
});

test('where constants lie makes no difference to the outputs', (t) => {
  const roomy = placedOf(planProgram(chain([32, 48, 16], { l1: 1 << 16 }, 2), inArena));
  const tight = placedOf(planProgram(chain([32, 48, 16], { l1: 1 << 16, l2: 13_000 }, 2), inArena));
  t.true(constantBytes(tight.program, 'l3') > 0);
  t.is(constantBytes(roomy.program, 'l3'), 0);
  const expected = outputHashes(roomy);
  t.deepEqual([...new Set(expected)], [...new Set(outputHashes(tight))]);
  const { caught, equivalent, survivors } = surveyMutants(tight, 120, 5);
  t.log(`${caught} caught, ${equivalent} equivalent, ${survivors.length} survived`);
  t.deepEqual(
    survivors.map(({ kind, detail }) => `${kind} ${detail}`),
    [],
  );
});

test('without an outer memory, or with too small a one, the witness stays', (t) => {
  const small = planProgram(chain([128, 128, 16], { l2: 60_000, l3: 1000 }), inArena);
  t.true('doesNotFit' in small && small.doesNotFit.memory === 'l2');
});
