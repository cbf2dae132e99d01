import test from 'ava';
import {
  printProgram,
  verifyProgram,
  type Instruction,
  type KernelInstruction,
  type MappedRegion,
  type Program,
  type TransferInstruction,
} from 'match-compiler';
import { assembleProgram } from 'match-compiler/plugins/scheduler';
import { syntheticMapping, type Net } from './synthetic-mapping.js';

const net: Net = {
  input: [96, 4, 8],
  inputPlace: 'l1',
  layers: [
    {
      name: 'y',
      kind: 'convolution',
      inputs: ['x'],
      kernel: 3,
      channels: 16,
      parts: [{ module: 'npu', tile: { oy: 4 }, order: ['oy'], input: 0, output: 2 }],
    },
  ],
};

function program(): Program {
  return assembleProgram(syntheticMapping(net));
}

/** The program with one kernel or transfer, wherever it is, made otherwise. */
function altered<K extends 'launch' | 'transfer'>(
  kind: K,
  change: (instruction: Extract<Instruction, { kind: K }>) => Instruction,
): readonly string[] {
  const original = program();
  let done = false;
  const walk = (body: readonly Instruction[]): Instruction[] =>
    body.map((each) => {
      if (each.kind === 'loop') return { ...each, body: walk(each.body) };
      if (each.kind !== kind || done) return each;
      done = true;
      return change(each as Extract<Instruction, { kind: K }>);
    });
  return verifyProgram({ ...original, body: walk(original.body) });
}

const onRegion = (launch: KernelInstruction, change: Partial<MappedRegion>): KernelInstruction => ({
  ...launch,
  region: { ...launch.region, ...change },
});

test('a program by the scheduler holds all rules', (t) => {
  t.deepEqual(verifyProgram(program()), []);
});

test('an input that kernels read in l1 comes in strips, and the first call awaits only its own', (t) => {
  const { body } = program();
  const launch = body.findIndex(({ kind }) => kind === 'launch');
  const strips = body
    .slice(0, launch)
    .filter((each) => each.kind === 'transfer' && each.to.buffer.name === 'x.l1');
  const waits = body.slice(0, launch).filter(({ kind }) => kind === 'wait');
  t.is(strips.length, 4);
  // One strip, and the constants.
  t.is(waits.length, 2);
});

test('only what an engine takes is launched', (t) => {
  const faults = (change: (region: MappedRegion) => Partial<MappedRegion>): readonly string[] =>
    altered('launch', (launch) =>
      onRegion(launch as KernelInstruction, change((launch as KernelInstruction).region)),
    );
  t.regex(faults(({ module }) => ({ module: { ...module, queueDepth: 0 } }))[0] ?? '', /takes no jobs/);
  t.regex(
    faults(({ pattern }) => ({ pattern: { ...pattern, synchronous: true } }))[0] ?? '',
    /needs the controller/,
  );
  t.regex(
    faults(({ pattern }) => ({
      pattern: {
        ...pattern,
        kernel: {
          instantiate: () => {
            throw new TypeError('never emitted');
          },
        },
      },
    }))[0] ?? '',
    /no job kernel/,
  );
  t.regex(
    altered('launch', (launch) => ({ ...(launch as KernelInstruction), cycles: NaN }))[0] ?? '',
    /costs NaN/,
  );
});

test('transfers need a link, equal sizes and room', (t) => {
  const faults = (change: (transfer: TransferInstruction) => Partial<TransferInstruction>): string =>
    altered('transfer', (each) => {
      const transfer = each;
      return { ...transfer, ...change(transfer) };
    }).join('\n');
  t.regex(
    faults(({ to }) => ({ to: { ...to, buffer: { ...to.buffer, memory: 'l3' } } })),
    /unknown buffer/,
  );
  t.regex(
    faults(({ from, to }) => ({ from: { ...to, rows: from.rows }, to: from })),
    /^$/,
    'l1 to l2 is a link as well',
  );
  t.regex(
    faults(({ from }) => ({ to: from })),
    /no link/,
  );
  t.regex(
    faults(({ from }) => ({ from: { ...from, rowBytes: from.rowBytes - 1 } })),
    /copies \d+ bytes to a place of \d+/,
  );
  t.regex(
    faults(({ from }) => ({ from: { ...from, offset: { base: from.buffer.bytes, terms: [] } } })),
    /reaches bytes/,
  );
  t.regex(
    faults(({ from }) => ({ from: { ...from, offset: { base: 0, terms: [{ loop: 'i9', step: 1 }] } } })),
    /a loop that it is not in/,
  );
});

test('the text of a program names tiles, loops and planes', (t) => {
  const text = printProgram(program());
  t.regex(text, /buffer y\.packed: constant \d+ bytes in l2 of @0 for npu\.convolution/);
  t.regex(text, /loop i0 × \d+/);
  t.regex(text, /launch t\d npu\.convolution @0 \[oy \d+ \+ 8·i0; 4, ox 0; 4, oc 0; 16, ic 0; 8\]/);
  t.regex(text, /cycles \d+ \+ 40/);
});
