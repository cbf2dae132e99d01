import test from 'ava';
import fc from 'fast-check';
import {
  checkPlan,
  wholeBuffer,
  wholeTile,
  type Buffer,
  type Instruction,
  type PlacedProgram,
  type PlanRule,
  type Program,
  type Slice,
  type TransferInstruction,
} from 'match-compiler';
import { planProgram } from 'match-compiler/plugins/memory-planner';
import { runsAsIfApart } from './adversarial-run.js';
import { randomPrograms } from './random-program.js';
import {
  inArena,
  placedOf,
  programOf,
  sampleProgram,
  sampleRegion,
  type Sample,
  type SampleBuffer,
  type SampleKernel,
} from './sample-program.js';

/** The rules that a placement by hand breaks, in the order of their discovery. */
function broken(
  sample: Sample | Program,
  offsets: Readonly<Record<string, number>>,
  io: PlacedProgram['io'] = inArena,
): readonly PlanRule[] {
  const program = 'mapping' in sample ? sample : sampleProgram(sample);
  return checkPlan(placedByHand(program, offsets, io)).map(({ rule }) => rule);
}

function placedByHand(
  program: Program,
  offsets: Readonly<Record<string, number>>,
  io: PlacedProgram['io'] = inArena,
): PlacedProgram {
  const placed = program.buffers.filter(({ name }) => Object.hasOwn(offsets, name));
  const memories = [...new Set(program.buffers.map(({ memory }) => memory))];
  return {
    program,
    offsets: new Map(placed.map((buffer) => [buffer, offsets[buffer.name] ?? 0])),
    io,
    plans: memories.map((memory) => {
      const here = placed.filter((buffer) => buffer.memory === memory);
      const arenaBytes = Math.max(0, ...here.map(({ name, bytes }) => (offsets[name] ?? 0) + bytes));
      const constants = program.buffers.filter(
        (buffer) => buffer.role === 'constant' && buffer.memory === memory,
      );
      return {
        memory,
        arenaBytes,
        constantBytes: constants.reduce((sum, { bytes }) => sum + bytes, 0),
        peakLiveBytes: arenaBytes,
        bound: { lowerBound: arenaBytes, proof: 'by hand', optimal: true },
      };
    }),
  };
}

const buffers: readonly SampleBuffer[] = [
  { name: 'x', bytes: 8, role: 'input' },
  { name: 'a', bytes: 8 },
  { name: 'y', bytes: 8, role: 'output' },
];
const first: SampleKernel = { name: 'first', reads: ['x'], writes: ['a'] };
const second: SampleKernel = { name: 'second', reads: ['a'], writes: ['y'] };
const steps = [first, second];

test('a good plan has no faults', (t) => {
  t.deepEqual(broken({ buffers, steps }, { x: 0, a: 8, y: 0 }), []);
});

test('operands of one kernel may not meet', (t) => {
  t.deepEqual(broken({ buffers, steps }, { x: 0, a: 4, y: 12 }), ['overlap']);
  const faults = checkPlan(placedByHand(sampleProgram({ buffers, steps }), { x: 0, a: 4, y: 12 }));
  t.is(faults[0]?.message, 'first writes a over x, which it reads');
  t.is(faults[0]?.at, 0);
  const scratch: Sample = {
    buffers: [...buffers, { name: 's', bytes: 4, role: 'scratch' }],
    steps: [{ ...first, scratch: ['s'] }, second],
  };
  t.deepEqual(broken(scratch, { x: 0, a: 8, y: 0, s: 16 }), []);
  t.deepEqual(broken(scratch, { x: 0, a: 8, y: 0, s: 4 }), ['overlap']);
  t.true(broken(scratch, { x: 0, a: 8, y: 0, s: 14 }).includes('overlap'));
});

test('a permitted overlap needs its lead', (t) => {
  const over: Sample = {
    buffers,
    steps: [{ ...first, overlaps: [{ input: 'x', output: 'a', lead: 2 }] }, second],
  };
  t.deepEqual(broken(over, { x: 2, a: 0, y: 8 }), []);
  t.deepEqual(broken(over, { x: 1, a: 0, y: 8 }), ['overlap']);
  t.deepEqual(broken(over, { x: 0, a: 8, y: 16 }), []);
});

test('a permitted overlap does not make up for a later read', (t) => {
  const later: Sample = {
    buffers,
    steps: [
      { ...first, overlaps: [{ input: 'x', output: 'a', lead: 0 }] },
      { ...second, reads: ['a', 'x'] },
    ],
  };
  t.deepEqual(broken(later, { x: 0, a: 0, y: 8 }), ['clobbered']);
});

test('what is read must have been written, and still be there', (t) => {
  t.deepEqual(broken({ buffers, steps: [second] }, { x: 0, a: 8, y: 16 }), ['uninitialized']);
  t.deepEqual(broken({ buffers, steps: [first] }, { x: 0, a: 8, y: 16 }), ['uninitialized']);
  const between: SampleKernel = { name: 'between', writes: ['b'], reads: [] };
  const more: Sample = { buffers: [...buffers, { name: 'b', bytes: 1 }], steps: [first, between, second] };
  t.deepEqual(broken(more, { x: 0, a: 8, y: 0, b: 0 }), []);
  t.deepEqual(broken(more, { x: 0, a: 8, y: 0, b: 15 }), ['clobbered']);
});

test('an output must hold to the end', (t) => {
  const after: SampleKernel = { name: 'after', reads: ['y'], writes: ['z'] };
  const sample: Sample = {
    buffers: [...buffers, { name: 'z', bytes: 2, role: 'output' }, { name: 's', bytes: 2, role: 'scratch' }],
    steps: [first, second, { ...after, scratch: ['s'] }, { name: 'again', reads: ['z'], scratch: ['s'] }],
  };
  t.deepEqual(broken(sample, { x: 0, a: 8, y: 0, z: 8, s: 10 }), []);
  t.deepEqual(broken(sample, { x: 0, a: 8, y: 0, z: 7, s: 10 }), ['overlap', 'clobbered']);
});

test('addresses are in bounds and aligned, and in arenas only', (t) => {
  const aligned: Sample = { buffers, steps, memories: { ram: { alignment: 4 } } };
  t.deepEqual(broken(aligned, { x: 0, a: 8, y: 0 }), []);
  t.deepEqual(broken(aligned, { x: 0, a: 10, y: 0 }), ['alignment']);
  t.deepEqual(broken(aligned, { x: 0, a: -8, y: 8 }), ['bounds']);
  t.deepEqual(broken({ buffers, steps, memories: { ram: { bytes: 15 } } }, { x: 0, a: 8, y: 0 }), [
    'capacity',
  ]);
  t.deepEqual(broken({ buffers, steps }, { x: 0, y: 0 }), ['placement']);
  const given: PlacedProgram['io'] = { inputs: 'caller', outputs: 'caller' };
  t.deepEqual(broken({ buffers, steps }, { a: 0 }, given), []);
  t.deepEqual(broken({ buffers, steps }, { a: 0, x: 8 }, given), ['placement']);
  const program = sampleProgram({ buffers, steps });
  const good = placedByHand(program, { x: 0, a: 8, y: 0 });
  const short = { ...good, plans: good.plans.map((plan) => ({ ...plan, arenaBytes: 15 })) };
  t.true(checkPlan(short).some(({ rule }) => rule === 'bounds'));
});

test('the figures of a plan are checked', (t) => {
  const good = placedByHand(sampleProgram({ buffers, steps }), { x: 0, a: 8, y: 0 });
  const claim = (bound: object): readonly PlanRule[] =>
    checkPlan({
      ...good,
      plans: good.plans.map((plan) => ({ ...plan, bound: { ...plan.bound, ...bound } })),
    }).map(({ rule }) => rule);
  t.deepEqual(claim({}), []);
  t.deepEqual(claim({ lowerBound: 15 }), ['figures']);
  t.deepEqual(claim({ lowerBound: 15, optimal: false }), []);
  t.deepEqual(claim({ lowerBound: 17, optimal: false }), ['figures']);
  t.deepEqual(claim({ optimal: false }), ['figures']);
});

test('constants are read-only', (t) => {
  const sample: Sample = {
    buffers: [...buffers, { name: 'w', bytes: 4, role: 'constant', content: new Uint8Array(4) }],
    steps: [{ ...first, constants: ['w'] }, second],
  };
  t.deepEqual(broken(sample, { x: 0, a: 8, y: 0 }), []);
  t.deepEqual(
    broken({ ...sample, steps: [...steps, { name: 'bad', writes: ['w'] }] }, { x: 0, a: 8, y: 0 }),
    ['constant-written'],
  );
  t.deepEqual(broken(sample, { x: 0, a: 8, y: 0, w: 0 }), ['placement']);
});

test('jobs under way are left alone', (t) => {
  const launch: SampleKernel = { ...first, kind: 'launch' };
  const beside: SampleKernel = { name: 'beside', writes: ['b'] };
  const more = [...buffers, { name: 'b', bytes: 1 }];
  const offsets = { x: 0, a: 8, y: 0, b: 16 };
  const wait = { wait: 'first' };
  t.deepEqual(broken({ buffers: more, steps: [launch, beside, wait, second] }, offsets), []);
  t.deepEqual(broken({ buffers: more, steps: [launch, wait, beside, second] }, { ...offsets, b: 0 }), []);
  t.deepEqual(broken({ buffers: more, steps: [launch, beside, wait, second] }, { ...offsets, b: 0 }), [
    'unfinished-write',
  ]);
  t.deepEqual(broken({ buffers: more, steps: [launch, beside, wait, second] }, { ...offsets, b: 9 }), [
    'unfinished-write',
  ]);
  t.deepEqual(broken({ buffers: more, steps: [launch, second, wait] }, { ...offsets, y: 17 }), [
    'unfinished-read',
  ]);
  t.deepEqual(broken({ buffers, steps: [first, wait, second] }, { x: 0, a: 8, y: 0 }), ['token']);
  t.deepEqual(broken({ buffers, steps: [launch, launch, wait, second] }, { x: 0, a: 8, y: 16 }), ['token']);
});

test('jobs of one engine follow each other without a wait', (t) => {
  const on = (engine: string, kernel: SampleKernel): SampleKernel => ({ ...kernel, kind: 'launch', engine });
  const sample = (engine: string, waits: readonly string[]): Sample => ({
    buffers: [...buffers, { name: 's', bytes: 4, role: 'scratch' }],
    steps: [
      on('npu', { ...first, scratch: ['s'] }),
      on(engine, { ...second, scratch: ['s'] }),
      ...waits.map((wait) => ({ wait })),
    ],
  });
  const offsets = { x: 0, a: 8, y: 16, s: 24 };
  t.deepEqual(broken(sample('npu', ['first', 'second']), offsets), []);
  // The engine is done with the first when it is done with the second.
  t.deepEqual(broken(sample('npu', ['second', 'first']), offsets), []);
  t.deepEqual(broken(sample('team', ['first', 'second']), offsets), ['unfinished-read', 'unfinished-write']);
  // The caller looks at the output when nothing has waited for it.
  t.deepEqual(broken(sample('npu', ['first']), offsets), ['token', 'unfinished-read']);
});

/** Tiles of four rows are copied in, doubled in size, and copied out, two of each under way in turn. */
function tiledProgram(inRows: number): Program {
  const buffer = (id: number, name: string, bytes: number, role: Buffer['role'], memory: string): Buffer => ({
    id,
    name,
    bytes,
    role,
    memory,
    alignment: 4,
  });
  const x = buffer(0, 'x', 64, 'input', 'l2');
  const y = buffer(1, 'y', 128, 'output', 'l2');
  const from = [
    buffer(2, 'in_0', 16, 'activation', 'l1'),
    buffer(3, 'in_1', 16, 'activation', 'l1'),
  ] as const;
  const to = [
    buffer(4, 'out_0', 32, 'activation', 'l1'),
    buffer(5, 'out_1', 32, 'activation', 'l1'),
  ] as const;
  const part = (whole: Buffer, rows: number, rowBytes: number, base: number, step: number): Slice => ({
    buffer: whole,
    offset: { base, terms: [{ loop: 'tile', step }] },
    rowBytes,
    rows,
    rowStride: rowBytes,
  });
  const load = (k: 0 | 1): TransferInstruction => ({
    kind: 'transfer',
    token: `load_${k}`,
    from: part(x, inRows, 4, 16 * k, 32),
    to: { ...wholeBuffer(from[k]), rowBytes: 4 * inRows },
  });
  const tile = (k: 0 | 1): Instruction[] => [
    { kind: 'wait', token: `load_${k}` },
    {
      kind: 'call',
      token: `run_${k}`,
      region: sampleRegion('double', 0),
      tile: wholeTile,
      cycles: 0,
      dispatchCycles: 0,
      inputs: [wholeBuffer(from[k])],
      constants: [],
      outputs: [wholeBuffer(to[k])],
      scratch: [],
      overlaps: [],
    },
    { kind: 'transfer', token: `store_${k}`, from: wholeBuffer(to[k]), to: part(y, 4, 8, 32 * k, 64) },
  ];
  const body: Instruction[] = [
    {
      kind: 'loop',
      name: 'tile',
      count: 2,
      body: [
        load(0),
        load(1),
        ...tile(0),
        ...tile(1),
        { kind: 'wait', token: 'store_0' },
        { kind: 'wait', token: 'store_1' },
      ],
    },
  ];
  return programOf([x, y, ...from, ...to], body, { l2: {}, l1: {} });
}

test('slices are followed byte by byte through loops and transfers', (t) => {
  const placed = placedOf(planProgram(tiledProgram(4), inArena));
  t.deepEqual(checkPlan(placed), []);
  t.deepEqual(
    placed.plans.map(({ memory, arenaBytes, bound }) => [memory, arenaBytes, bound.optimal]),
    [
      ['l2', 192, true],
      ['l1', 96, true],
    ],
  );
  // A row less is copied in than the kernel reads.
  const faults = checkPlan(placedOf(planProgram(tiledProgram(3), inArena)));
  t.deepEqual(
    faults.map(({ rule, buffers: culprits }) => [rule, culprits.map(({ name }) => name)]),
    [
      ['uninitialized', ['in_0']],
      ['uninitialized', ['in_1']],
    ],
  );
});

type Mutation = (placed: PlacedProgram, pick: (count: number) => number) => PlacedProgram;

const mutations: Readonly<Record<string, Mutation>> = {
  'an offset is shifted': (placed, pick) => {
    const entries = [...placed.offsets];
    const victim = pick(entries.length);
    const shift = pick(17) - 8;
    return withOffsets(
      placed,
      entries.map(([b, offset], i) => [b, Math.max(0, offset + (i === victim ? shift : 0))]),
    );
  },
  'two buffers are swapped': (placed, pick) => {
    const entries = [...placed.offsets];
    const [a, b] = [pick(entries.length), pick(entries.length)];
    const offsetOf = (i: number): number => entries[i === a ? b : i === b ? a : i]?.[1] ?? 0;
    return withOffsets(
      placed,
      entries.map(([buffer], i) => [buffer, offsetOf(i)]),
    );
  },
  'everything lies at one address': (placed, pick) => {
    const common = pick(4);
    return withOffsets(
      placed,
      [...placed.offsets].map(([buffer, offset], i) => [buffer, i < common ? offset : 0]),
    );
  },
  'an instruction is dropped': (placed, pick) => {
    const victim = pick(placed.program.body.length);
    return {
      ...placed,
      program: { ...placed.program, body: placed.program.body.filter((_, i) => i !== victim) },
    };
  },
  'two instructions change places': (placed, pick) => {
    const body = [...placed.program.body];
    const [a, b] = [pick(body.length), pick(body.length)];
    const [one, other] = [body[a], body[b]];
    if (one && other) [body[a], body[b]] = [other, one];
    return { ...placed, program: { ...placed.program, body } };
  },
  'a lead is longer than thought': (placed, pick) => {
    const extra = 1 + pick(8);
    const body = placed.program.body.map((instruction): Instruction =>
      instruction.kind === 'call' || instruction.kind === 'launch'
        ? {
            ...instruction,
            overlaps: instruction.overlaps.map((pair) => ({ ...pair, lead: pair.lead + extra })),
          }
        : instruction,
    );
    return { ...placed, program: { ...placed.program, body } };
  },
};

/** Keeps the figures true, so that only the placement is wrong. */
function withOffsets(placed: PlacedProgram, entries: readonly (readonly [Buffer, number])[]): PlacedProgram {
  const arenaBytes = Math.max(0, ...entries.map(([{ bytes }, offset]) => offset + bytes));
  const plans = placed.plans.map((plan) => ({
    ...plan,
    arenaBytes,
    bound: { ...plan.bound, lowerBound: 0, optimal: arenaBytes === 0 },
  }));
  return { ...placed, offsets: new Map(entries), plans };
}

for (const [name, mutate] of Object.entries(mutations)) {
  test(`the checker finds exactly what goes wrong when ${name}`, (t) => {
    const programs = randomPrograms({ kernels: 7, bytes: 12, alignments: [1], launches: true });
    const picks = fc.array(fc.nat(1000), { minLength: 4, maxLength: 4 });
    let [caught, harmless] = [0, 0];
    fc.assert(
      fc.property(programs, picks, (program, numbers) => {
        const original = placedOf(planProgram(program, inArena));
        if (checkPlan(original).length > 0 || !runsAsIfApart(original))
          throw new Error('broken from the start');
        let k = 0;
        const placed = mutate(original, (count) => (numbers[k++ % numbers.length] ?? 0) % Math.max(1, count));
        const faults = checkPlan(placed);
        const fine = runsAsIfApart(placed) && !faults.some(({ rule }) => rule === 'token');
        if (fine !== (faults.length === 0)) {
          throw new Error(fine ? `false alarm: ${faults[0]?.message}` : 'a broken plan passes');
        }
        if (fine) harmless++;
        else caught++;
      }),
      { numRuns: 150, seed: 9 },
    );
    t.true(caught > 50, `${caught} caught, ${harmless} harmless`);
  });
}
