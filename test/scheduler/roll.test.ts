import test from 'ava';
import fc from 'fast-check';
import {
  rollLoops,
  unrollLoops,
  type Buffer,
  type Instruction,
  type TransferInstruction,
  type WaitInstruction,
} from 'match-compiler';

const buffers = [0, 1].map((id): Buffer => ({
  id,
  name: `b${id}`,
  memory: 'l2',
  bytes: 1 << 20,
  alignment: 1,
  role: 'scratch',
}));

function copy(token: number, from: number, to: number, rowBytes = 1): TransferInstruction {
  const slice = (buffer: number, base: number) => ({
    buffer: buffers[buffer] as Buffer,
    offset: { base, terms: [] },
    rowBytes,
    rows: 1,
    rowStride: 0,
  });
  return { kind: 'transfer', token: `t${token}`, from: slice(0, from), to: slice(1, to) };
}

const wait = (token: number): WaitInstruction => ({ kind: 'wait', token: `t${token}` });

function sizeOf(body: readonly Instruction[]): number {
  return body.reduce((sum, each) => sum + 1 + (each.kind === 'loop' ? sizeOf(each.body) : 0), 0);
}

function range<T>(count: number, each: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => each(i));
}

test('repetitions become loops with offsets that grow', (t) => {
  const flat = range(5, (i) => [copy(0, 10 + 3 * i, 100), wait(0)]).flat();
  t.deepEqual(rollLoops(flat), [
    {
      kind: 'loop',
      name: 'i0',
      count: 5,
      body: [
        {
          ...copy(0, 10, 100),
          from: { ...copy(0, 10, 100).from, offset: { base: 10, terms: [{ loop: 'i0', step: 3 }] } },
        },
        wait(0),
      ],
    },
  ]);
});

test('loops nest, and code in between stays', (t) => {
  const flat = range(4, (k) => [
    copy(1, 1000 * k, 7, 2),
    ...range(6, (i) => [copy(0, 1000 * k + 10 * i, 2 * i + k), wait(0)]).flat(),
    wait(1),
  ]).flat();
  const rolled = rollLoops(flat);
  t.deepEqual(unrollLoops(rolled), flat);
  t.is(sizeOf(rolled), 6);
});

test('what does not grow evenly, or differs in size, is no repetition', (t) => {
  const uneven = [0, 1, 4, 9, 16].map((at) => copy(0, at, 0));
  t.deepEqual(rollLoops(uneven), uneven);
  const sizes = [1, 2, 3, 4, 5].map((bytes) => copy(0, 0, 0, bytes));
  t.deepEqual(rollLoops(sizes), sizes);
});

interface Nest {
  readonly count: number;
  readonly step: number;
  readonly body: readonly (Nest | number)[];
}

const nests = fc.letrec<{ nest: Nest; leaf: number }>((tie) => ({
  leaf: fc.nat(3),
  nest: fc.record({
    count: fc.integer({ min: 1, max: 4 }),
    step: fc.integer({ min: -9, max: 9 }),
    body: fc.array(fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('nest')), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
})).nest;

function flatten({ count, step, body }: Nest, base: number): (TransferInstruction | WaitInstruction)[] {
  return range(count, (i) =>
    body.flatMap((each) => {
      const at = base + i * step;
      if (typeof each !== 'number') return flatten(each, at + 1);
      return each === 0 ? [wait(0)] : [copy(0, at, at * each, each)];
    }),
  ).flat();
}

test('rolled code unrolls to the same code, whatever the code', (t) => {
  let [before, after] = [0, 0];
  fc.assert(
    fc.property(fc.array(nests, { minLength: 1, maxLength: 5 }), (list) => {
      const flat = list.flatMap((nest) => flatten(nest, 500)).slice(0, 400);
      const rolled = rollLoops(flat);
      before += flat.length;
      after += sizeOf(rolled);
      if (JSON.stringify(unrollLoops(rolled)) !== JSON.stringify(flat)) throw new Error('another program');
    }),
    { numRuns: 300, seed: 2 },
  );
  t.true(after < before / 2, `${before} to ${after}`);
});
