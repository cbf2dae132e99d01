import test from 'ava';
import fc from 'fast-check';
import {
  analyzeLiveness,
  checkPlan,
  createCompiler,
  MatchError,
  type Buffer,
  type MemoryPlan,
  type PlacedProgram,
  type Program,
} from 'match-compiler';
import { memoryPlanner, planProgram } from 'match-compiler/plugins/memory-planner';
import { randomPrograms } from './random-program.js';
import {
  inArena,
  placedOf,
  sampleOptions,
  sampleProgram,
  type Sample,
  type SampleBuffer,
  type SampleKernel,
} from './sample-program.js';

function plan(sample: Sample, io = inArena): PlacedProgram {
  const placed = placedOf(planProgram(sampleProgram(sample), io));
  const faults = checkPlan(placed).map(({ message }) => message);
  if (faults.length > 0) throw new Error(faults.join('; '));
  return placed;
}

function onlyPlan({ plans }: PlacedProgram): MemoryPlan {
  const [first, ...others] = plans;
  if (!first || others.length > 0) throw new Error(`${plans.length} plans`);
  return first;
}

/** A chain of layers named t0, t1, … with the given tensor sizes; layer i reads t(i) and writes t(i+1). */
function chain(sizes: readonly number[], leads: readonly (number | undefined)[] = []): Sample {
  const buffers = sizes.map((bytes, i): SampleBuffer => ({
    name: `t${i}`,
    bytes,
    role: i === 0 ? 'input' : i === sizes.length - 1 ? 'output' : 'activation',
  }));
  const steps = sizes.slice(1).map((_, i): SampleKernel => {
    const lead = leads[i];
    const pair = { input: `t${i}`, output: `t${i + 1}` };
    return {
      name: `layer_${i}`,
      reads: [pair.input],
      writes: [pair.output],
      overlaps: lead === undefined ? [] : [{ ...pair, lead }],
    };
  });
  return { buffers, steps };
}

test('the autoencoder needs its widest pair of layers', (t) => {
  const { arenaBytes, peakLiveBytes, bound } = onlyPlan(
    plan(chain([640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640])),
  );
  t.is(arenaBytes, 768);
  t.is(peakLiveBytes, 768);
  t.deepEqual(bound, {
    lowerBound: 768,
    proof: 'the 2 buffers alive at layer_0 need 768 bytes',
    optimal: true,
  });
});

test('the keyword spotter needs two feature maps', (t) => {
  const sizes = [490, 8000, 8000, 8000, 8000, 8000, 8000, 8000, 8000, 8000, 64, 12];
  const { arenaBytes, bound } = onlyPlan(plan(chain(sizes)));
  t.is(arenaBytes, 16000);
  t.true(bound.optimal);
});

test('the head of MobileNet needs less where layers overlap diagonally', (t) => {
  const sizes = [27648, 18432, 18432, 36864, 9216];
  const apart = onlyPlan(plan(chain(sizes)));
  t.is(apart.arenaBytes, 55296);
  t.true(apart.bound.optimal);
  // Pointwise 8 → 16 channels: the output is written twice as fast as the input is read.
  const over = onlyPlan(plan(chain(sizes, [1200, 500, 18432, 0])));
  t.is(over.peakLiveBytes, 55296);
  t.is(over.arenaBytes, 36864);
  t.is(over.bound.proof, 'the 2 buffers alive at layer_2 need 36864 bytes with outputs over inputs');
});

test('layers that each lie diagonally over the one before are bounded together', (t) => {
  const sizes = [27648, 18432, 18432, 36864, 9216, 2];
  const { arenaBytes, bound } = onlyPlan(plan(chain(sizes, [1000, 1000, 19432, 1000, 0])));
  // At layer_2 37864 bytes would do, but then its output lies at the bottom, and layer_3 cannot go below it.
  t.is(arenaBytes, 38864);
  t.true(bound.optimal);
  t.regex(
    bound.proof,
    /^the 3 buffers alive at steps 2 to 3 alone have no placement within 38863 bytes: exhaustive search of \d+ nodes$/,
  );
});

test('a residual block keeps its input through two layers', (t) => {
  const buffers: SampleBuffer[] = [
    { name: 'x', bytes: 3072, role: 'input' },
    { name: 'a', bytes: 16384 },
    { name: 'b', bytes: 16384 },
    { name: 'c', bytes: 16384 },
    { name: 'd', bytes: 16384 },
    { name: 'y', bytes: 10, role: 'output' },
  ];
  const steps: SampleKernel[] = [
    { name: 'conv_1', reads: ['x'], writes: ['a'] },
    { name: 'conv_2', reads: ['a'], writes: ['b'] },
    { name: 'conv_3', reads: ['b'], writes: ['c'] },
    { name: 'add_1', reads: ['a', 'c'], writes: ['d'] },
    { name: 'dense', reads: ['d'], writes: ['y'] },
  ];
  const { arenaBytes, bound } = onlyPlan(plan({ buffers, steps }));
  t.is(arenaBytes, 49152);
  t.is(bound.proof, 'the 3 buffers alive at conv_3 need 49152 bytes');
  const inPlace = steps.map((step) =>
    step.name === 'add_1' ? { ...step, overlaps: [{ input: 'c', output: 'd', lead: 0 }] } : step,
  );
  const placed = plan({ buffers, steps: inPlace });
  t.is(onlyPlan(placed).arenaBytes, 49152);
});

test('an output over an input that is needed later, or is an output itself, is not allowed', (t) => {
  const steps: SampleKernel[] = [
    { name: 'relu', reads: ['x'], writes: ['a'], overlaps: [{ input: 'x', output: 'a', lead: 0 }] },
    { name: 'add', reads: ['a', 'x'], writes: ['y'] },
  ];
  const buffers: SampleBuffer[] = [
    { name: 'x', bytes: 100, role: 'input' },
    { name: 'a', bytes: 100 },
    { name: 'y', bytes: 100, role: 'output' },
  ];
  t.is(onlyPlan(plan({ buffers, steps })).arenaBytes, 300);
  const twice: SampleKernel[] = [
    { name: 'first', reads: ['x'], writes: ['a'] },
    { name: 'last', reads: ['a'], writes: ['y'], overlaps: [{ input: 'a', output: 'y', lead: 0 }] },
  ];
  const kept = buffers.map((buffer) =>
    buffer.name === 'a' ? { ...buffer, role: 'output' as const } : buffer,
  );
  t.is(onlyPlan(plan({ buffers, steps: twice })).arenaBytes, 200);
  t.is(onlyPlan(plan({ buffers: kept, steps: twice })).arenaBytes, 200);
  t.is(analyzeLiveness(sampleProgram({ buffers, steps: twice })).overlaps.length, 1);
  t.is(analyzeLiveness(sampleProgram({ buffers: kept, steps: twice })).overlaps.length, 0);
});

test('two operands in one buffer need the permission twice', (t) => {
  const buffers: SampleBuffer[] = [
    { name: 'x', bytes: 100, role: 'input' },
    { name: 'y', bytes: 100, role: 'output' },
  ];
  const overlap = { input: 'x', output: 'y', lead: 0 };
  const step = { name: 'add', reads: ['x', 'x'], writes: ['y'] };
  t.is(onlyPlan(plan({ buffers, steps: [{ ...step, overlaps: [overlap] }] })).arenaBytes, 200);
  t.is(onlyPlan(plan({ buffers, steps: [{ ...step, overlaps: [overlap, overlap] }] })).arenaBytes, 100);
});

test('operands of a launch are live until its wait', (t) => {
  const buffers: SampleBuffer[] = [
    { name: 'x', bytes: 100, role: 'input' },
    { name: 'a', bytes: 100 },
    { name: 'b', bytes: 100, role: 'output' },
    { name: 'y', bytes: 100, role: 'output' },
  ];
  const launch: SampleKernel = { kind: 'launch', name: 'job', reads: ['x'], writes: ['a'] };
  const other: SampleKernel = { name: 'beside', writes: ['b'] };
  const last: SampleKernel = { name: 'last', reads: ['a'], writes: ['y'] };
  t.is(onlyPlan(plan({ buffers, steps: [launch, { wait: 'job' }, other, last] })).arenaBytes, 300);
  const { ranges } = analyzeLiveness(
    sampleProgram({ buffers, steps: [launch, other, { wait: 'job' }, last] }),
  );
  const range = (name: string): readonly number[] => {
    const found = [...ranges.values()].find(({ buffer }) => buffer.name === name);
    return found ? [found.first, found.last] : [];
  };
  t.deepEqual(range('x'), [-1, 2]);
  t.deepEqual(range('a'), [0, 3]);
  t.deepEqual(range('b'), [1, 4]);
  t.deepEqual(range('y'), [3, 4]);
});

test("the caller's buffers are not in the arena", (t) => {
  const sample = chain([300, 100, 200]);
  const inside = plan(sample);
  t.deepEqual([...inside.offsets.keys()].map(({ name }) => name).sort(), ['t0', 't1', 't2']);
  t.is(onlyPlan(inside).arenaBytes, 400);
  const outside = plan(sample, { inputs: 'caller', outputs: 'caller' });
  t.deepEqual(
    [...outside.offsets.keys()].map(({ name }) => name),
    ['t1'],
  );
  t.is(onlyPlan(outside).arenaBytes, 100);
});

test('equal constants are counted once, and levels are planned apart', (t) => {
  const content = new Uint8Array([1, 2, 3, 4]);
  const placed = plan({
    memories: { flash: { access: 'read-only' }, ram: { alignment: 8 }, unused: {}, l1: {} },
    buffers: [
      { name: 'x', bytes: 5, role: 'input' },
      { name: 'w', bytes: 4, role: 'constant', memory: 'flash', content },
      { name: 'v', bytes: 4, role: 'constant', memory: 'flash', content: content.slice() },
      { name: 'u', bytes: 4, role: 'constant', memory: 'flash', content: new Uint8Array(4) },
      { name: 'y', bytes: 3, role: 'output' },
      { name: 's', bytes: 7, role: 'scratch', memory: 'l1' },
    ],
    steps: [{ name: 'dense', reads: ['x'], constants: ['w', 'v', 'u'], writes: ['y'], scratch: ['s'] }],
  });
  t.deepEqual(
    placed.plans.map(({ memory, arenaBytes, constantBytes }) => [memory, arenaBytes, constantBytes]),
    [
      ['flash', 0, 8],
      ['ram', 11, 0],
      ['l1', 7, 0],
    ],
  );
  t.deepEqual(
    placed.plans.map(({ bound }) => bound.proof),
    [
      'no read-write buffers',
      'the 2 buffers alive at dense need 11 bytes with alignment',
      'the 1 buffer alive at dense needs 7 bytes',
    ],
  );
});

test('a program that does not fit comes back with the worst step and what is alive there', (t) => {
  const sample = chain([100, 300, 200, 50]);
  const result = planProgram(sampleProgram({ ...sample, memories: { ram: { bytes: 499 } } }), inArena);
  if (!('doesNotFit' in result)) return t.fail();
  const { alive, ...witness } = result.doesNotFit;
  t.deepEqual(witness, { memory: 'ram', capacity: 499, needed: 500, at: 1 });
  t.deepEqual(
    alive.map(({ name }) => name),
    ['t1', 't2'],
  );
  return t.true(
    'placed' in planProgram(sampleProgram({ ...sample, memories: { ram: { bytes: 500 } } }), inArena),
  );
});

test('buffers in impossible places are refused', (t) => {
  const sample = chain([1, 2]);
  const missing = sampleProgram({ ...sample, memories: { l2: {} } });
  const codeOf = (program: Program): string => {
    const error = t.throws(() => planProgram(program, inArena));
    return MatchError.is(error) ? error.diagnostic.code : String(error);
  };
  t.is(codeOf(missing), 'MEMORY_UNKNOWN');
  t.is(codeOf(sampleProgram({ ...sample, memories: { ram: { access: 'read-only' } } })), 'MEMORY_READ_ONLY');
});

test('empty programs, empty buffers and untouched buffers are no trouble', (t) => {
  t.deepEqual(plan({ buffers: [], steps: [] }).plans, []);
  const placed = plan({
    buffers: [
      { name: 'x', bytes: 0, role: 'input' },
      { name: 'unused', bytes: 1000 },
      { name: 'y', bytes: 3, role: 'output' },
    ],
    steps: [{ name: 'fill', reads: ['x'], writes: ['y'] }],
  });
  t.is(onlyPlan(placed).arenaBytes, 3);
  t.deepEqual(
    [...placed.offsets].map(([{ name }, offset]) => [name, offset]),
    [
      ['x', 0],
      ['y', 0],
    ],
  );
});

test('the plugin answers planMemory, and its answer passes the driver', async (t) => {
  const compiler = createCompiler({ plugins: [memoryPlanner()], report: () => undefined });
  const program = sampleProgram(chain([640, 128, 640]));
  const context = {
    target: program.mapping.target,
    options: sampleOptions({ inputs: 'caller', outputs: 'arena' }),
  };
  const result = await compiler.hooks.planMemory.promise(program, context);
  if (!result) return t.fail();
  t.deepEqual(placedOf(result).io, context.options.io);
  return t.is(onlyPlan(placedOf(result)).arenaBytes, 768);
});

const io = fc.record({
  inputs: fc.constantFrom<'arena' | 'caller'>('arena', 'caller'),
  outputs: fc.constantFrom<'arena' | 'caller'>('arena', 'caller'),
});

test('plans of random programs pass the checker and are no shorter than their bound', (t) => {
  const programs = randomPrograms({ kernels: 14, bytes: 64, alignments: [1, 4, 8], launches: true });
  fc.assert(
    fc.property(programs, io, (program, where) => {
      const placed = placedOf(planProgram(program, where));
      const [fault] = checkPlan(placed);
      if (fault) throw new Error(fault.message);
      return placed.plans.every(({ arenaBytes, bound }) => bound.lowerBound <= arenaBytes);
    }),
    { numRuns: 100, seed: 1 },
  );
  t.pass();
});

test('no placement that the checker accepts is shorter', (t) => {
  const programs = randomPrograms({ kernels: 2, bytes: 3, alignments: [1, 2], launches: true });
  fc.assert(
    fc.property(
      programs.filter(({ buffers }) => buffers.length <= 5),
      (program) => {
        const placed = placedOf(planProgram(program, inArena));
        const { arenaBytes, bound } = onlyPlan(placed);
        if (!bound.optimal) throw new Error(`small, but not proven: ${bound.proof}`);
        const shorter = shorterPlan(placed, arenaBytes - 1);
        if (shorter) {
          const offsets = [...shorter.offsets].map(
            ([{ name, bytes }, offset]) => `${name} (${bytes}) at ${offset}`,
          );
          throw new Error(
            `${offsets.join(', ')} is within ${arenaBytes - 1}, not ${arenaBytes}: ${bound.proof}`,
          );
        }
      },
    ),
    { numRuns: 120, seed: 2 },
  );
  t.pass();
});

/** A plan of at most `arenaBytes` that passes the checker, by trying every offset of every buffer. */
function shorterPlan(placed: PlacedProgram, arenaBytes: number): PlacedProgram | undefined {
  const buffers = [...placed.offsets.keys()];
  const plans = placed.plans.map((level) => ({
    ...level,
    arenaBytes,
    bound: { ...level.bound, lowerBound: 0, optimal: arenaBytes === 0 },
  }));
  const attempt = (offsets: ReadonlyMap<Buffer, number>): PlacedProgram | undefined => {
    const next = buffers[offsets.size];
    if (!next) {
      const candidate = { ...placed, offsets, plans };
      return checkPlan(candidate).length === 0 ? candidate : undefined;
    }
    for (let offset = 0; offset + next.bytes <= arenaBytes; offset += next.alignment) {
      const found = attempt(new Map([...offsets, [next, offset]]));
      if (found) return found;
    }
    return undefined;
  };
  return attempt(new Map());
}

test('sixty buffers are planned in a blink, a thousand without trouble', (t) => {
  const layers = (count: number): Sample =>
    chain(
      Array.from({ length: count }, (_, i) => 1000 + ((i * 7919) % 13) * 512),
      [0, 64, undefined, 512],
    );
  const started = process.cpuUsage();
  t.true(onlyPlan(plan(layers(60))).bound.optimal);
  const sixty = process.cpuUsage(started);
  t.true((sixty.user + sixty.system) / 1000 < 500);
  t.true(onlyPlan(plan(layers(1000))).bound.optimal);
});
