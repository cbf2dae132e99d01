import { ops, type DataType } from 'match-compiler';
import type { CaseBuilder, Range } from '../network-cases.ts';
import { op } from './shared.ts';

/** Vectors and images of no element, of one, and of odd sizes. */
const vectors = [[0], [1], [7]] as const;
const images = [
  [1, 3, 0, 5],
  [0, 2, 3, 3],
  [1, 1, 1, 1],
  [1, 5, 3, 7],
] as const;
const matrices = [
  [0, 3],
  [3, 0],
  [1, 1],
  [3, 5],
] as const;

const whole = { aZeroPoint: 0, bZeroPoint: 0 } as const;
const window = { kernel: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], ceilMode: false } as const;

/** Every family of operators on tensors without elements, of one element and of odd sizes. */
export function extentCases(b: CaseBuilder): void {
  elementWise(b);
  windows(b);
  products(b);
  movement(b);
  reductions(b);
  quantized(b);
  recurrent(b);
}

function elementWise(b: CaseBuilder): void {
  const unary: readonly (readonly [operator: unknown, attributes?: object, range?: Range])[] = [
    ...[ops.abs, ops.neg, ops.floor, ops.ceil, ops.round, ops.exp, ops.tanh, ops.sigmoid, ops.erf].map(
      (each) => [each] as const,
    ),
    ...[ops.softplus, ops.hardSwish, ops.sign, ops.isNan, ops.identity].map((each) => [each] as const),
    ...[ops.sin, ops.cos, ops.tan, ops.atan, ops.sinh, ops.cosh, ops.asinh].map((each) => [each] as const),
    ...[ops.asin, ops.acos, ops.atanh].map((each) => [each, {}, [-0.9, 0.9]] as const),
    ...[ops.sqrt, ops.log, ops.acosh].map((each) => [each, {}, [1, 9]] as const),
    [ops.clip, { min: -1, max: 2 }],
    [ops.leakyRelu, { alpha: 0.1 }],
    [ops.elu, { alpha: 1.3 }],
    [ops.hardSigmoid, { alpha: 0.2, beta: 0.5 }],
    [ops.gelu],
    [ops.gelu, { approximate: 'tanh' }],
    [ops.isInf, { negative: true, positive: true }],
    [ops.thresholdedRelu, { alpha: 1.5 }],
    [ops.shrink, { threshold: 1, bias: 0.5 }],
    [ops.cast, { dtype: 'int8', saturate: true }],
  ];
  for (const shape of [...vectors, ...images]) {
    for (const [operator, attributes = {}, range] of unary) {
      b.check(op(operator), [b.input('float32', shape, range)], attributes);
    }
    const arithmetic = [ops.add, ops.sub, ops.mul, ops.div, ops.maximum, ops.minimum, ops.pow].map(op);
    const dtype = { dtype: 'float32' };
    const comparisons = [ops.equal, ops.less, ops.lessOrEqual, ops.greater, ops.greaterOrEqual].map(op);
    const one = (own: readonly number[]) => b.input('float32', own, [0.5, 3]);
    for (const operator of arithmetic) {
      b.check(operator, [one(shape), one(shape)], dtype);
      b.check(operator, [one(shape), one([])], dtype);
    }
    for (const operator of comparisons) {
      b.check(operator, [one(shape), one(shape)], {});
      b.check(operator, [one(shape), one([])], {});
    }
    for (const operator of [ops.bitwiseAnd, ops.bitwiseOr, ops.bitwiseXor].map(op)) {
      b.check(operator, [b.input('int16', shape), b.input('int16', shape)], {});
    }
    b.check(op(ops.bitwiseNot), [b.input('int16', shape)], {});
    b.check(op(ops.bitShift), [b.input('uint16', shape), b.input('uint16', shape, [0, 9])], {
      direction: 'left',
    });
    b.check(op(ops.modulo), [b.input('int16', shape), b.input('int16', shape, [1, 9])], {
      dtype: 'int16',
      rounding: 'floor',
    });
    b.check(op(ops.select), [b.input('bool', shape), b.input('int8', shape), b.input('int8', shape)], {});
    b.check(op(ops.prelu), [b.input('float32', shape), b.input('float32', shape)], {});
    b.check(op(ops.changeSign), [b.input('int8', shape)], {});
    b.check(op(ops.lookup), [b.input('uint8', shape), b.randomConstant('int8', [256])], {});
  }
}

/** Windows slide over at least one element: empty images are refused. */
function windows(b: CaseBuilder): void {
  for (const shape of images.slice(2)) {
    const [, channels = 1] = shape;
    const attributes = { strides: [1, 1], dilations: [1, 1], groups: 1 };
    const pads = [0, 0, 0, 0];
    for (const dtype of ['int8', 'float32'] as const) {
      const accumulator = dtype === 'int8' ? 'int32' : dtype;
      const weights = b.randomConstant(dtype, [3, channels, 1, 1]);
      const zero = { inputZeroPoint: 0, weightZeroPoint: 0, accumulator };
      b.check(op(ops.conv2d), [b.input(dtype, shape), weights], { ...attributes, pads, ...zero });
      b.check(op(ops.convTranspose), [b.input(dtype, shape), b.randomConstant(dtype, [channels, 3, 1, 1])], {
        ...attributes,
        ...zero,
        pads: [0, 0],
        extents: shape.slice(2),
      });
      b.check(op(ops.maxPool2d), [b.input(dtype, shape)], { ...window, dilations: [1, 1] });
      b.check(op(ops.averagePool2d), [b.input(dtype, shape)], {
        ...window,
        countIncludePad: false,
        rounding: dtype === 'int8' ? 'floor' : 'float',
      });
    }
    b.check(op(ops.sumPool2d), [b.input('int8', shape)], { ...window, inputZeroPoint: 0 });
    b.check(op(ops.resizeNearest), [b.input('int8', shape)], { scales: [2, 1] });
    b.check(op(ops.im2col), [b.input('int8', shape)], {
      kernel: [1, 1],
      strides: [1, 1],
      dilations: [1, 1],
      pads,
      padValue: 0,
    });
    const vector = () => b.randomConstant('float32', [channels], [0.1, 2]);
    b.check(op(ops.batchNorm), [b.input('float32', shape), vector(), vector(), vector(), vector()], {
      epsilon: 1e-3,
    });
  }
}

function products(b: CaseBuilder): void {
  for (const [rows, depth] of matrices) {
    for (const dtype of ['int8', 'float32'] as const) {
      const accumulator = dtype === 'int8' ? 'int32' : dtype;
      b.check(op(ops.dense), [b.input(dtype, [rows, depth]), b.randomConstant(dtype, [3, depth])], {
        inputZeroPoint: 0,
        weightZeroPoint: 0,
        accumulator,
      });
      b.check(op(ops.matmul), [b.input(dtype, [rows, depth]), b.input(dtype, [depth, 5])], {
        ...whole,
        accumulator,
      });
    }
  }
}

function movement(b: CaseBuilder): void {
  for (const shape of matrices) {
    const [rows, columns] = shape;
    for (const dtype of ['int8', 'float32'] as const) {
      b.check(op(ops.transpose), [b.input(dtype, shape)], { perm: [1, 0] });
      b.check(op(ops.reshape), [b.input(dtype, shape)], { shape: [rows * columns] });
      b.check(op(ops.concat), [b.input(dtype, shape), b.input(dtype, [2, columns])], { axis: 0 });
      b.check(op(ops.slice), [b.input(dtype, shape)], {
        starts: [0, 0],
        steps: [1, 1],
        ends: [rows, Math.min(1, columns)],
      });
      b.check(op(ops.split), [b.input(dtype, shape)], { axis: 1, sizes: [columns, 0] });
      b.check(op(ops.pad), [b.input(dtype, shape)], { pads: [1, 0, 0, 2], value: 1, mode: 'constant' });
      b.check(op(ops.expand), [b.input(dtype, shape)], { shape: [3, rows, columns] });
      b.check(op(ops.gather), [b.input(dtype, [3, columns]), b.input('int32', [rows], [0, 2])], { axis: 0 });
      b.check(op(ops.gatherElements), [b.input(dtype, [3, columns]), b.input('int32', shape, [0, 2])], {
        axis: 0,
      });
      if (dtype === 'float32') b.check(op(ops.cumSum), [b.input(dtype, shape)], sumsAlong(1));
    }
    b.check(op(ops.layoutTransform), [b.input('int8', shape)], { from: '01', to: '10' });
  }
}

function sumsAlong(axis: number): object {
  return { axis, exclusive: false, reverse: false };
}

function reductions(b: CaseBuilder): void {
  for (const shape of matrices) {
    const [, columns] = shape;
    for (const keepDims of [false, true]) {
      for (const operator of [ops.reduceSum, ops.reduceProd, ops.reduceMax, ops.reduceMin]) {
        b.check(op(operator), [b.input('float32', shape)], { axes: [1], keepDims });
      }
      b.check(op(ops.reduceMean), [b.input('float32', [shape[0], Math.max(1, columns)])], {
        axes: [1],
        keepDims,
      });
    }
    for (const operator of [ops.softmax, ops.logSoftmax]) {
      b.check(op(operator), [b.input('float32', shape)], { axis: 1 });
    }
    if (columns === 0) continue;
    const ranking = { axis: 1, keepDims: false, lastIndex: false, dtype: 'int32' };
    for (const operator of [ops.argMax, ops.argMin])
      b.check(op(operator), [b.input('float32', shape)], ranking);
    b.check(op(ops.topK), [b.input('float32', shape)], { axis: 1, k: 1, largest: true });
  }
}

function quantized(b: CaseBuilder): void {
  for (const shape of matrices) {
    const types: readonly DataType[] = ['int8', 'uint8'];
    for (const dtype of types) {
      b.check(
        op(ops.quantize),
        [b.input('float32', shape), b.values('float32', [0.1]), b.values(dtype, [3])],
        { axis: 0, dtype },
      );
      b.check(
        op(ops.dequantize),
        [b.input(dtype, shape), b.values('float32', [0.1]), b.values('int32', [3])],
        { axis: 0 },
      );
      const sums = {
        rule: 'single',
        aScale: 0.02,
        aZeroPoint: 3,
        bScale: 0.03,
        bZeroPoint: 5,
        outputScale: 0.05,
        zeroPoint: 1,
        min: 0,
        max: 100,
        dtype,
      };
      for (const operator of [ops.quantizedAdd, ops.quantizedMul]) {
        b.check(op(operator), [b.input(dtype, shape), b.input(dtype, shape)], sums);
      }
      b.check(op(ops.quantizedSoftmax), [b.input(dtype, shape)], {
        axis: 1,
        rule: 'float-table',
        inputScale: 0.05,
        outputScale: 1 / 256,
        zeroPoint: dtype === 'int8' ? -128 : 0,
        dtype,
      });
    }
    b.check(
      op(ops.requantize),
      [b.input('int32', shape, [-9999, 9999]), b.values('int32', [3]), b.values('int32', [70])],
      {
        rule: 'floor',
        axis: 1,
        inputZeroPoint: 0,
        zeroPoint: 2,
        min: -128,
        max: 127,
        dtype: 'int8',
        divisor: 128,
      },
    );
  }
}

function recurrent(b: CaseBuilder): void {
  for (const [steps, batch] of [
    [0, 1],
    [3, 0],
    [1, 1],
  ] as const) {
    const inputs = [
      b.input('float32', [steps, batch, 3]),
      b.randomConstant('float32', [5, 3], [-1, 1]),
      b.randomConstant('float32', [5, 5], [-1, 1]),
    ];
    b.check(op(ops.rnn), inputs, {
      operands: ['x', 'weights', 'recurrence'],
      reverse: false,
      clip: 0,
      activations: ['tanh'],
      alphas: [0],
      betas: [0],
    });
  }
}
