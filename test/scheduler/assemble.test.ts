import test from 'ava';
import fc from 'fast-check';
import {
  checkPlan,
  expand,
  printProgram,
  rollLoops,
  unrollLoops,
  verifyProgram,
  type Instruction,
  type Mapping,
  type Program,
} from 'match-compiler';
import { planProgram } from 'match-compiler/plugins/memory-planner';
import { assembleProgram } from 'match-compiler/plugins/scheduler';
import { outputHashes } from '../memory/hash-run.js';
import { inArena, placedOf } from '../memory/sample-program.js';
import { randomNets } from './random-net.js';
import { syntheticMapping, type Net } from './synthetic-mapping.js';

function sizeOf(body: readonly Instruction[]): number {
  return body.reduce((sum, each) => sum + 1 + (each.kind === 'loop' ? sizeOf(each.body) : 0), 0);
}

function faultsOf(mapping: Mapping): { readonly program: Program; readonly faults: readonly string[] } {
  const program = assembleProgram(mapping);
  const broken = verifyProgram(program);
  if (broken.length > 0) return { program, faults: broken };
  const placed = placedOf(planProgram(program, inArena));
  return { program, faults: checkPlan(placed).map(({ message }) => message) };
}

test('random nets become programs without a fault, and rolled code is the flat code', (t) => {
  let [launches, loops] = [0, 0];
  fc.assert(
    fc.property(randomNets, (net) => {
      const { program, faults } = faultsOf(syntheticMapping(net));
      if (faults.length > 0) throw new Error(`${faults.join('\n')}\n${printProgram(program)}`);
      // The checker shares rules with the scheduler; numbers at every pace of the engines do not.
      const hashes = outputHashes(placedOf(planProgram(program, inArena)));
      if (new Set(hashes).size !== 1) throw new Error(`depends on the pace:\n${printProgram(program)}`);
      const flat = unrollLoops(program.body);
      if (JSON.stringify(flat.map(shapeOf)) !== JSON.stringify(unrollLoops(rollLoops(flat)).map(shapeOf)))
        throw new Error(`rolled otherwise:\n${printProgram(program)}`);
      launches += flat.filter(({ kind }) => kind === 'launch').length;
      loops += program.body.filter(({ kind }) => kind === 'loop').length;
    }),
    { numRuns: 150, seed: 4 },
  );
  t.true(launches > 1500 && loops > 40, `${launches} launches, ${loops} loops`);
});

/** All that an instruction says, without the graph behind it. */
function shapeOf(instruction: Instruction): unknown {
  return JSON.parse(
    JSON.stringify(instruction, (key, value: unknown) => {
      if (key === 'region') return (value as { id: number } | undefined)?.id;
      return key === 'buffer' || key === 'input' || key === 'output'
        ? (value as { name: string }).name
        : value;
    }),
  );
}

const strips: Net = {
  input: [64, 16, 8],
  layers: [
    {
      name: 'first',
      kind: 'convolution',
      inputs: ['x'],
      kernel: 3,
      channels: 16,
      place: 'l1',
      parts: [{ module: 'team', tile: { oy: 4 }, order: ['oy'], input: 2, output: 0 }],
    },
    {
      name: 'second',
      kind: 'convolution',
      inputs: ['first'],
      kernel: 3,
      channels: 16,
      joins: true,
      parts: [{ module: 'npu', tile: { oy: 4 }, order: ['oy'], input: 0, output: 2 }],
    },
  ],
};

test('a consumer on another engine runs behind its producer, strip by strip', (t) => {
  const { program, faults } = faultsOf(syntheticMapping(strips));
  t.deepEqual(faults, []);
  const steps = expand(program).flatMap((step) => (step.kind === 'kernel' ? [step] : []));
  const names = steps.map(({ instruction }) => instruction.region.module.name);
  t.true(names.indexOf('npu') < names.lastIndexOf('team'));
});

test('code does not grow with the number of tiles', (t) => {
  const sizes = [64, 128, 1024].map((rows) => {
    const { program, faults } = faultsOf(syntheticMapping({ ...strips, input: [rows, 16, 8] }));
    t.deepEqual(faults, []);
    return sizeOf(program.body);
  });
  t.is(sizes[0], sizes[1]);
  t.is(sizes[0], sizes[2]);
});

test('nested loops over channels and rows', (t) => {
  const net = (channels: number, rows: number): Net => ({
    input: [rows, 8, 16],
    layers: [
      {
        name: 'y',
        kind: 'convolution',
        inputs: ['x'],
        kernel: 3,
        channels,
        parts: [
          {
            module: 'npu',
            tile: { oc: 8, oy: 4, ic: 8 },
            order: ['oc', 'oy', 'ic'],
            input: 2,
            constant: 2,
            output: 2,
          },
        ],
      },
    ],
  });
  const sizes = [
    [64, 32],
    [128, 32],
    [128, 64],
  ].map(([channels = 0, rows = 0]) => {
    const { program, faults } = faultsOf(syntheticMapping(net(channels, rows)));
    t.deepEqual(faults, []);
    return [sizeOf(program.body), unrollLoops(program.body).length];
  });
  t.true((sizes[2]?.[0] ?? 0) <= 1.5 * (sizes[0]?.[0] ?? 0), JSON.stringify(sizes));
});

test('bytes behind a tensor, for engines that read too far, belong to no operand', (t) => {
  const part = { module: 'npu', input: 0, output: 0 } as const;
  const { program, faults } = faultsOf(
    syntheticMapping({
      input: [6, 6, 8],
      inputPlace: 'l1',
      layers: [
        { name: 'a', kind: 'element-wise', inputs: ['x'], place: 'l1', parts: [part] },
        { name: 'b', kind: 'untiled', inputs: ['a'], place: 'l1', parts: [part] },
        { name: 'c', kind: 'convolution', inputs: ['a'], kernel: 3, place: 'l1', parts: [part] },
      ],
    }),
  );
  t.deepEqual(faults, []);
  const bytes = Object.fromEntries(program.buffers.map((buffer) => [buffer.name, buffer.bytes]));
  t.is(bytes['a'], 6 * 6 * 8 + 4);
  t.is(bytes['b'], 6 * 6 * 8);
});
