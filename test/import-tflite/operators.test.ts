import test from 'ava';
import {
  options,
  tfliteModel,
  type ModelSpec,
  type OperatorSpec,
  type TensorSpec,
} from '../support/tflite-model.ts';
import { evaluate, importModel, operatorsOf } from './import-model.ts';

/** Movement and float operators, on data small enough to be followed by eye. */

const ints = (...values: readonly number[]): TensorSpec => ({
  type: 'int32',
  shape: [values.length],
  data: values,
});
const floats = (...shape: readonly number[]): TensorSpec => ({ shape });
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function model(
  tensors: ModelSpec['tensors'],
  op: OperatorSpec['op'],
  inputs: readonly string[],
  rest: Partial<OperatorSpec> = {},
): ModelSpec {
  return {
    tensors,
    operators: [{ op, inputs, outputs: ['y'], ...rest }],
    inputs: inputs.filter((key) => key !== '' && !tensors[key]?.data),
    outputs: ['y'],
  };
}

const cases: Readonly<
  Record<string, { model: ModelSpec; inputs: readonly (readonly number[])[]; output: readonly number[] }>
> = {
  'RESHAPE with an open dimension': {
    model: model({ x: floats(2, 3), s: ints(3, -1), y: floats(3, 2) }, 'RESHAPE', ['x', 's']),
    inputs: [upTo(6)],
    output: upTo(6),
  },
  'RESHAPE by its options': {
    model: model({ x: floats(2, 3), y: floats(6) }, 'RESHAPE', ['x'], { options: options.reshape([6]) }),
    inputs: [upTo(6)],
    output: upTo(6),
  },
  'SQUEEZE of one axis': {
    model: model({ x: floats(1, 2, 1), y: floats(1, 2) }, 'SQUEEZE', ['x'], {
      options: options.squeeze([-1]),
    }),
    inputs: [[4, 5]],
    output: [4, 5],
  },
  'SQUEEZE of all axes': {
    model: model({ x: floats(1, 2, 1), y: floats(2) }, 'SQUEEZE', ['x']),
    inputs: [[4, 5]],
    output: [4, 5],
  },
  'LESS, broadcast': {
    model: model({ x: floats(3), z: floats(1), y: { type: 'bool', shape: [3] } }, 'LESS', ['x', 'z']),
    inputs: [[1, 2, 3], [2]],
    output: [1, 0, 0],
  },
  NOT_EQUAL: {
    model: model({ x: floats(2), z: floats(2), y: { type: 'bool', shape: [2] } }, 'NOT_EQUAL', ['x', 'z']),
    inputs: [
      [1, 2],
      [1, 3],
    ],
    output: [0, 1],
  },
  'SELECT of whole rows': {
    model: model(
      { c: { type: 'bool', shape: [2] }, x: floats(2, 2), z: floats(2, 2), y: floats(2, 2) },
      'SELECT',
      ['c', 'x', 'z'],
    ),
    inputs: [
      [1, 0],
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
    output: [1, 2, 7, 8],
  },
  'FLOOR_MOD has the sign of the divisor': {
    model: model({ x: floats(2), z: floats(2), y: floats(2) }, 'FLOOR_MOD', ['x', 'z']),
    inputs: [
      [-7, 7],
      [3, -3],
    ],
    output: [2, -2],
  },
  'FLOOR_DIV of floats': {
    model: model({ x: floats(2), z: floats(2), y: floats(2) }, 'FLOOR_DIV', ['x', 'z']),
    inputs: [
      [-7, 7],
      [2, 2],
    ],
    output: [-4, 3],
  },
  TILE: {
    model: model({ x: floats(1, 2), r: ints(2, 2), y: floats(2, 4) }, 'TILE', ['x', 'r']),
    inputs: [[1, 2]],
    output: [1, 2, 1, 2, 1, 2, 1, 2],
  },
  BROADCAST_TO: {
    model: model({ x: floats(2, 1), s: ints(2, 2), y: floats(2, 2) }, 'BROADCAST_TO', ['x', 's']),
    inputs: [[1, 2]],
    output: [1, 1, 2, 2],
  },
  FILL: {
    model: model({ s: ints(2, 2), x: floats(), y: floats(2, 2) }, 'FILL', ['s', 'x']),
    inputs: [[3]],
    output: [3, 3, 3, 3],
  },
  GATHER_ND: {
    model: model(
      { x: floats(2, 3), i: { type: 'int32', shape: [2, 2], data: [0, 1, 1, 2] }, y: floats(2) },
      'GATHER_ND',
      ['x', 'i'],
    ),
    inputs: [upTo(6)],
    output: [1, 5],
  },
  REDUCE_PROD: {
    model: model({ x: floats(2, 2), a: ints(1), y: floats(2) }, 'REDUCE_PROD', ['x', 'a']),
    inputs: [[1, 2, 3, 4]],
    output: [2, 12],
  },
  REDUCE_MIN: {
    model: model({ x: floats(2, 2), a: ints(0), y: floats(2) }, 'REDUCE_MIN', ['x', 'a']),
    inputs: [[1, 5, 3, 4]],
    output: [1, 4],
  },
  EXPAND_DIMS: {
    model: model({ x: floats(2, 3), a: ints(-1), y: floats(2, 3, 1) }, 'EXPAND_DIMS', ['x', 'a']),
    inputs: [upTo(6)],
    output: upTo(6),
  },
  TRANSPOSE: {
    model: model({ x: floats(2, 3), p: ints(1, 0), y: floats(3, 2) }, 'TRANSPOSE', ['x', 'p']),
    inputs: [upTo(6)],
    output: [0, 3, 1, 4, 2, 5],
  },
  PADV2: {
    model: model(
      {
        x: floats(1, 2),
        p: { ...ints(0, 1, 2, 0), shape: [2, 2] },
        v: { shape: [1], data: [9] },
        y: floats(2, 4),
      },
      'PADV2',
      ['x', 'p', 'v'],
    ),
    inputs: [[1, 2]],
    output: [9, 9, 1, 2, 9, 9, 9, 9],
  },
  'PAD of a quantized tensor': {
    model: model(
      {
        x: { type: 'int8', shape: [2], scale: 1, zeroPoint: -3 },
        p: { ...ints(1, 1), shape: [1, 2] },
        y: { type: 'int8', shape: [4], scale: 1, zeroPoint: -3 },
      },
      'PAD',
      ['x', 'p'],
    ),
    inputs: [[1, 2]],
    output: [-3, 1, 2, -3],
  },
  MIRROR_PAD: {
    model: model(
      { x: floats(3), p: { ...ints(2, 1), shape: [1, 2] }, y: floats(6) },
      'MIRROR_PAD',
      ['x', 'p'],
      {
        options: options.mirrorPad(false),
      },
    ),
    inputs: [[1, 2, 3]],
    output: [3, 2, 1, 2, 3, 2],
  },
  CONCATENATION: {
    model: model({ a: floats(2, 1), b: floats(2, 2), y: floats(2, 3) }, 'CONCATENATION', ['a', 'b'], {
      options: options.concatenation(-1, 'RELU6'),
    }),
    inputs: [
      [-1, 2],
      [3, 4, 5, 60],
    ],
    output: [0, 3, 4, 2, 5, 6],
  },
  'CONCATENATION of different scales': {
    model: model(
      {
        a: { type: 'int8', shape: [2], scale: 1, zeroPoint: 0 },
        b: { type: 'int8', shape: [2], scale: 0.5, zeroPoint: 10 },
        y: { type: 'int8', shape: [4], scale: 1, zeroPoint: 0 },
      },
      'CONCATENATION',
      ['a', 'b'],
      { options: options.concatenation(0) },
    ),
    inputs: [
      [1, 2],
      [10, 30],
    ],
    output: [1, 2, 0, 10],
  },
  PACK: {
    model: model({ a: floats(2), b: floats(2), y: floats(2, 2) }, 'PACK', ['a', 'b'], {
      options: options.pack(2, 1),
    }),
    inputs: [
      [1, 2],
      [3, 4],
    ],
    output: [1, 3, 2, 4],
  },
  GATHER: {
    model: model({ x: floats(2, 3), i: ints(2, 0), y: floats(2, 2) }, 'GATHER', ['x', 'i'], {
      options: options.gather(1),
    }),
    inputs: [upTo(6)],
    output: [2, 0, 5, 3],
  },
  SLICE: {
    model: model({ x: floats(3, 3), b: ints(1, 0), s: ints(-1, 2), y: floats(2, 2) }, 'SLICE', [
      'x',
      'b',
      's',
    ]),
    inputs: [upTo(9)],
    output: [3, 4, 6, 7],
  },
  'STRIDED_SLICE backwards with masks': {
    model: model(
      { x: floats(3, 4), b: ints(7, 7), e: ints(7, 0), s: ints(-2, -1), y: floats(2, 3) },
      'STRIDED_SLICE',
      ['x', 'b', 'e', 's'],
      { options: options.stridedSlice({ begin: 3, end: 1 }) },
    ),
    inputs: [upTo(12)],
    output: [11, 10, 9, 3, 2, 1],
  },
  'MEAN of some axes': {
    model: model({ x: floats(2, 2, 2), a: ints(0, -1), y: floats(2) }, 'MEAN', ['x', 'a'], {
      options: options.reducer(false),
    }),
    inputs: [upTo(8)],
    output: [2.5, 4.5],
  },
  'MEAN of an image': {
    model: model({ x: floats(1, 2, 2, 2), a: ints(2, 1), y: floats(1, 2) }, 'MEAN', ['x', 'a'], {
      options: options.reducer(false),
    }),
    inputs: [upTo(8)],
    output: [3, 4],
  },
  SUM: {
    model: model({ x: floats(2, 2), a: ints(0), y: floats(1, 2) }, 'SUM', ['x', 'a'], {
      options: options.reducer(true),
    }),
    inputs: [upTo(4)],
    output: [2, 4],
  },
  REDUCE_MAX: {
    model: model({ x: floats(2, 2), a: ints(1), y: floats(2) }, 'REDUCE_MAX', ['x', 'a'], {
      options: options.reducer(false),
    }),
    inputs: [[3, 1, -2, -1]],
    output: [3, -1],
  },
  'RESIZE_NEAREST_NEIGHBOR by whole factors': {
    model: model(
      { x: floats(1, 1, 2, 1), s: ints(2, 4), y: floats(1, 2, 4, 1) },
      'RESIZE_NEAREST_NEIGHBOR',
      ['x', 's'],
      {
        options: options.resizeNearest(),
      },
    ),
    inputs: [[1, 2]],
    output: [1, 1, 2, 2, 1, 1, 2, 2],
  },
  'FULLY_CONNECTED that keeps dimensions': {
    model: model(
      { x: floats(1, 2, 2), w: { shape: [1, 2], data: [1, 10] }, y: floats(1, 2, 1) },
      'FULLY_CONNECTED',
      ['x', 'w', ''],
      { options: options.fullyConnected({ keepDims: true, activation: 'RELU' }) },
    ),
    inputs: [[1, 2, 3, -4]],
    output: [21, 0],
  },
  'FULLY_CONNECTED on an image': {
    model: model(
      { x: floats(1, 1, 2, 2), w: { shape: [1, 4], data: [1, 2, 3, 4] }, y: floats(1, 1) },
      'FULLY_CONNECTED',
      ['x', 'w'],
      {
        options: options.fullyConnected(),
      },
    ),
    inputs: [[1, 1, 1, 1]],
    output: [10],
  },
  BATCH_MATMUL: {
    model: model({ a: floats(1, 2), b: floats(3, 2), y: floats(1, 3) }, 'BATCH_MATMUL', ['a', 'b'], {
      options: options.batchMatMul(false, true),
    }),
    inputs: [
      [1, 2],
      [1, 0, 0, 1, 2, 2],
    ],
    output: [1, 2, 6],
  },
  'MAXIMUM with a constant': {
    model: model({ x: floats(3), c: { shape: [1], data: [2] }, y: floats(3) }, 'MAXIMUM', ['x', 'c']),
    inputs: [[1, 2, 3]],
    output: [2, 2, 3],
  },
  'DIV with a limit': {
    model: model({ a: floats(2), b: floats(2), y: floats(2) }, 'DIV', ['a', 'b'], {
      options: options.div('RELU_N1_TO_1'),
    }),
    inputs: [
      [1, -9],
      [2, 3],
    ],
    output: [0.5, -1],
  },
  PRELU: {
    model: model({ x: floats(1, 2), s: { shape: [2], data: [0.5, 0.25] }, y: floats(1, 2) }, 'PRELU', [
      'x',
      's',
    ]),
    inputs: [[-4, -4]],
    output: [-2, -1],
  },
  CAST: {
    model: model({ x: floats(3), y: { type: 'int32', shape: [3] } }, 'CAST', ['x']),
    inputs: [[1.9, -1.9, 0]],
    output: [1, -1, 0],
  },
  'ADD of plain integers': {
    model: model(
      { a: { type: 'int32', shape: [2] }, b: ints(1), y: { type: 'int32', shape: [2] } },
      'ADD',
      ['a', 'b'],
      {
        options: options.add(),
      },
    ),
    inputs: [[1, 2 ** 31 - 1]],
    output: [2, -(2 ** 31)],
  },
  'AVERAGE_POOL_2D leaves padding out': {
    model: model({ x: floats(1, 3, 1, 1), y: floats(1, 3, 1, 1) }, 'AVERAGE_POOL_2D', ['x'], {
      options: options.pool({ kernel: [2, 1], padding: 'SAME' }),
    }),
    inputs: [[1, 3, 5]],
    output: [2, 4, 5],
  },
  'DEPTHWISE_CONV_2D with a multiplier': {
    model: model(
      { x: floats(1, 1, 1, 2), w: { shape: [1, 1, 1, 4], data: [1, 2, 3, 4] }, y: floats(1, 1, 1, 4) },
      'DEPTHWISE_CONV_2D',
      ['x', 'w'],
      { options: options.depthwise({ multiplier: 2 }) },
    ),
    inputs: [[10, 100]],
    output: [10, 20, 300, 400],
  },
};

for (const [name, { model: spec, inputs, output }] of Object.entries(cases)) {
  test(name, (t) => {
    t.deepEqual(evaluate(importModel(tfliteModel(spec)), inputs), output);
  });
}

const parts: ModelSpec = {
  tensors: { x: floats(2, 4), a: ints(1), p: floats(2, 2), q: floats(2, 2) },
  operators: [{ op: 'SPLIT', inputs: ['a', 'x'], outputs: ['p', 'q'], options: options.split(2) }],
  inputs: ['x'],
  outputs: ['q', 'p'],
};

test('SPLIT names each of its parts', (t) => {
  const graph = importModel(tfliteModel(parts));
  t.deepEqual(
    graph.outputs.map((value) => value.name),
    ['q', 'p'],
  );
  t.deepEqual(evaluate(graph, [upTo(8)]), [2, 3, 6, 7]);
});

test('SPLIT_V takes sizes, one of them open', (t) => {
  const graph = importModel(
    tfliteModel({
      tensors: { x: floats(4), s: ints(-1, 1), a: ints(0), p: floats(3), q: floats(1) },
      operators: [
        { op: 'SPLIT_V', inputs: ['x', 's', 'a'], outputs: ['p', 'q'], options: options.splitV(2) },
      ],
      inputs: ['x'],
      outputs: ['p', 'q'],
    }),
  );
  t.deepEqual(evaluate(graph, [upTo(4)]), [0, 1, 2]);
});

test('UNPACK takes an axis apart', (t) => {
  const graph = importModel(
    tfliteModel({
      tensors: { x: floats(2, 2), p: floats(2), q: floats(2) },
      operators: [{ op: 'UNPACK', inputs: ['x'], outputs: ['p', 'q'], options: options.unpack(2, 1) }],
      inputs: ['x'],
      outputs: ['q', 'p'],
    }),
  );
  t.deepEqual(evaluate(graph, [upTo(4)]), [1, 3]);
});

test('a resize by whole factors is one operator, any other picks by index', (t) => {
  const resize = (rows: number): string[] =>
    operatorsOf(
      importModel(
        tfliteModel(
          model(
            { x: floats(1, 2, 2, 1), s: ints(rows, 4), y: floats(1, rows, 4, 1) },
            'RESIZE_NEAREST_NEIGHBOR',
            ['x', 's'],
            {
              options: options.resizeNearest(),
            },
          ),
        ),
      ),
    );
  t.deepEqual(resize(4), ['transpose', 'resize_nearest', 'transpose']);
  t.deepEqual(resize(3), ['gather', 'gather']);
});

test('the softmax follows the rounding that is asked for', (t) => {
  const softmax = tfliteModel(
    model(
      {
        x: { type: 'int8', shape: [1, 4], scale: 0.1, zeroPoint: 5 },
        y: { type: 'int8', shape: [1, 4], scale: 1 / 256, zeroPoint: -128 },
      },
      'SOFTMAX',
      ['x'],
      { options: options.softmax(0.5) },
    ),
  );
  const attributes = (rounding: 'tflite-builtin' | 'tflm-double' | 'real-even') =>
    importModel(softmax, { rounding }).nodes[0]?.attributes;
  t.like(attributes('tflite-builtin'), {
    rule: 'float-table',
    inputScale: Math.fround(Math.fround(0.1) * 0.5),
  });
  t.like(attributes('tflm-double'), { rule: 'gemmlowp', inputScale: Math.fround(0.1) * 0.5 });
  t.like(attributes('real-even'), { rule: 'real-even' });
});

test('real-even rounds real numbers once', (t) => {
  const lookup = tfliteModel(
    model(
      {
        x: { type: 'int8', shape: [3], scale: 0.25, zeroPoint: 0 },
        y: { type: 'int8', shape: [3], scale: 0.5, zeroPoint: 0 },
      },
      'LEAKY_RELU',
      ['x'],
      { options: options.leakyRelu(0.5) },
    ),
  );
  // 0.25 is half a step: ties go to the even neighbour.
  t.deepEqual(evaluate(importModel(lookup, { rounding: 'real-even' }), [[1, 3, -2]]), [0, 2, 0]);
});
