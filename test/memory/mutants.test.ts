import test from 'ava';
import { printProgram } from 'match-compiler';
import { planProgram } from 'match-compiler/plugins/memory-planner';
import { assembleProgram } from 'match-compiler/plugins/scheduler';
import { syntheticMapping, type Net } from '../scheduler/synthetic-mapping.js';
import { surveyMutants } from './mutants.js';
import { inArena, placedOf } from './sample-program.js';

const nets: Readonly<Record<string, Net>> = {
  'streamed tiles, sums in parts, a share each': {
    input: [12, 8, 16],
    layers: [
      {
        name: 'a',
        kind: 'convolution',
        inputs: ['x'],
        kernel: 3,
        channels: 16,
        parts: [
          {
            module: 'npu',
            tile: { oy: 4, oc: 8, ic: 8 },
            order: ['oc', 'oy', 'ic'],
            input: 2,
            constant: 2,
            output: 2,
          },
        ],
      },
      {
        name: 'b',
        kind: 'convolution',
        inputs: ['a'],
        kernel: 3,
        channels: 24,
        prefetch: true,
        parts: [
          {
            module: 'npu',
            tile: { oy: 3 },
            order: ['oy'],
            input: 2,
            output: 2,
            share: { ranges: { oc: { start: 0, extent: 16 } } },
          },
          {
            module: 'team',
            tile: { oy: 5, ox: 4 },
            order: ['oy', 'ox'],
            input: 1,
            output: 2,
            share: { ranges: { oc: { start: 16, extent: 8 } } },
          },
        ],
      },
    ],
  },
  'tensors in l1, two engines in turn': {
    input: [16, 6, 8],
    inputPlace: 'l1',
    layers: [
      {
        name: 'a',
        kind: 'convolution',
        inputs: ['x'],
        kernel: 3,
        channels: 16,
        place: 'l1',
        parts: [{ module: 'team', tile: { oy: 3 }, order: ['oy'], input: 0, output: 0 }],
      },
      {
        name: 'b',
        kind: 'convolution',
        inputs: ['a'],
        kernel: 3,
        channels: 16,
        place: 'l1',
        joins: true,
        parts: [{ module: 'npu', tile: { oy: 4 }, order: ['oy'], input: 0, output: 0 }],
      },
      {
        name: 'c',
        kind: 'element-wise',
        inputs: ['a', 'b'],
        parts: [{ module: 'team', tile: { oy: 4, ox: 3 }, order: ['oy', 'ox'], input: 0, output: 2 }],
      },
      { name: 'd', kind: 'controller', inputs: ['c'], parts: [{ module: 'core' }] },
    ],
  },
};

for (const [name, net] of Object.entries(nets)) {
  test(`the checkers alone find nearly every fault: ${name}`, (t) => {
    const placed = placedOf(planProgram(assembleProgram(syntheticMapping(net)), inArena));
    const { mutants, equivalent, caught, survivors, kinds } = surveyMutants(placed, 300, 11);
    const table = [...kinds].map(([kind, counts]) => `${kind}: ${counts.join(' / ')}`);
    t.log(
      `${mutants} mutants: ${caught} caught, ${equivalent} equivalent, ${survivors.length} survived`,
      ...table,
      ...survivors.map(({ kind, detail }) => `${kind}: ${detail}`),
    );
    t.is(mutants, 300);
    t.deepEqual(
      survivors.map(
        ({ kind, detail, placed: mutant }) => `${kind} ${detail}\n${printProgram(mutant.program)}`,
      ),
      [],
    );
  });
}
