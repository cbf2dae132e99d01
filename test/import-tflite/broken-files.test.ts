import test from 'ava';
import fc from 'fast-check';
import { MatchError } from 'match-compiler';
import { options, tfliteModel, type ModelSpec } from '../support/tflite-model.ts';
import { answer, diagnosticOf } from './import-model.ts';

const model: ModelSpec = {
  tensors: {
    x: { type: 'int8', shape: [1, 4, 4, 2], signature: [-1, 4, 4, 2], scale: 0.5, zeroPoint: 1 },
    w: {
      type: 'int8',
      shape: [3, 2, 2, 2],
      data: Array.from({ length: 24 }, (_, i) => i),
      scale: [0.5, 0.25, 1],
      zeroPoint: [0, 0, 0],
    },
    b: { type: 'int32', shape: [3], data: [1, 2, 3] },
    y: { type: 'int8', shape: [1, 3, 3, 3], scale: 1, zeroPoint: 0 },
    shape: { type: 'int32', shape: [2], data: [1, 27] },
    z: { type: 'int8', shape: [1, 27], scale: 1, zeroPoint: 0 },
  },
  operators: [
    { op: 'CONV_2D', version: 3, inputs: ['x', 'w', 'b'], outputs: ['y'], options: options.conv2d() },
    { op: 'RESHAPE', inputs: ['y', 'shape'], outputs: ['z'] },
  ],
  inputs: ['x'],
  outputs: ['z'],
};
const sound = tfliteModel(model);

/** Imports what may be broken: a graph or an error with a code; anything else fails the test. */
function survives(bytes: Uint8Array): boolean {
  const started = performance.now();
  try {
    answer(bytes);
  } catch (error) {
    if (!MatchError.is(error)) throw error;
    if (error.diagnostic.code === 'MODEL_DECODE' && error.diagnostic.loc?.offset === undefined) return false;
  }
  return performance.now() - started < 2000;
}

test('a file that is no TFLite file is refused where it is called one', (t) => {
  t.like(diagnosticOf(new TextEncoder().encode('version https://git-lfs.github.com/spec/v1')), {
    code: 'MODEL_DECODE',
    loc: { offset: 4 },
  });
  t.like(diagnosticOf(new Uint8Array([1, 2])), { code: 'MODEL_DECODE', loc: { offset: 2 } });
  t.like(diagnosticOf(new Uint8Array(0)), { code: 'MODEL_EMPTY' });
});

test('another version of the schema is refused', (t) => {
  t.like(diagnosticOf(tfliteModel({ ...model, version: 2 })), { code: 'MODEL_DECODE' });
});

test('a file without a subgraph is refused', (t) => {
  t.like(diagnosticOf(tfliteModel({ ...model, subgraphs: 0 })), { code: 'MODEL_DECODE' });
});

test('every truncation ends in an error with a byte offset', (t) => {
  for (let length = 8; length < sound.length; length++) {
    const { code, loc } = diagnosticOf(sound.slice(0, length));
    t.is(code, 'MODEL_DECODE', `at ${length}`);
    t.is(typeof loc?.offset, 'number');
  }
});

test('every flipped bit ends in a graph or an error', (t) => {
  for (let bit = 0; bit < 8 * sound.length; bit++) {
    const bytes = sound.slice();
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    t.true(survives(bytes), `bit ${bit}`);
  }
});

test('every number replaced by an extreme one ends in a graph or an error', (t) => {
  for (const value of [0, 1, 0x7fffffff, -0x80000000, -1, sound.length]) {
    for (let offset = 8; offset + 4 <= sound.length; offset += 2) {
      const bytes = sound.slice();
      new DataView(bytes.buffer).setInt32(offset, value, true);
      t.true(survives(bytes), `${value} at ${offset}`);
    }
  }
});

test('random bytes behind the identifier end in an error', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 400 }), (tail) => {
      const bytes = new Uint8Array(8 + tail.length);
      bytes.set([8, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33]);
      bytes.set(tail, 8);
      return survives(bytes);
    }),
    { numRuns: 500 },
  );
  t.pass();
});

/** A root table whose vectors of tables are one and the same, and have nothing but the root table in them. */
function selfReferring(entries: number): Uint8Array {
  const bytes = new Uint8Array(64 + 4 * entries);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 32, true);
  bytes.set([0x54, 0x46, 0x4c, 0x33], 4);
  // The layout of the root: the version at byte 4, operator codes, subgraphs and buffers behind it.
  view.setUint16(12, 14, true);
  view.setUint16(14, 20, true);
  [4, 8, 12, 0, 16].forEach((field, i) => view.setUint16(16 + 2 * i, field, true));
  view.setInt32(32, 20, true);
  view.setUint32(36, 3, true);
  [40, 44, 48].forEach((at) => view.setUint32(at, 56 - at, true));
  view.setUint32(56, entries, true);
  // Every entry is the root table again.
  for (let i = 0; i < entries; i++) view.setInt32(60 + 4 * i, 32 - (60 + 4 * i), true);
  return bytes;
}

test('tables that contain themselves do not multiply', (t) => {
  for (const entries of [1, 100, 5000]) t.true(survives(selfReferring(entries)));
});

/** A sound model of which many tensors share one large buffer. */
test('many constants on one buffer are not copied without end', (t) => {
  const size = 2 ** 18;
  const count = 200;
  const shared = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `c${i}`,
      i === 0
        ? { type: 'int8' as const, shape: [size], data: new Int8Array(size) }
        : { type: 'int8' as const, shape: [size], buffer: 1 },
    ]),
  );
  const names = Object.keys(shared);
  const bytes = tfliteModel({
    tensors: { ...shared, y: { type: 'int8', shape: [size * count] } },
    operators: [{ op: 'CONCATENATION', inputs: names, outputs: ['y'], options: options.concatenation(0) }],
    inputs: [],
    outputs: ['y'],
  });
  t.like(diagnosticOf(bytes), { code: 'TENSOR_INVALID' });
});
