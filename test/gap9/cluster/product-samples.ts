import { ops } from 'match-compiler';
import type { Random } from './random.ts';
import { SampleBuilder, type Sample } from './scaled-graphs.ts';

/** Convolutions with windows, groups and padding. */
export function convolutionSample(random: Random, kind: 'windowed' | 'pointwise' | 'depthwise'): Sample {
  const b = new SampleBuilder(random);
  const pick = (from: number, to: number): number => random.integer(from, to);
  const point = kind === 'pointwise';
  const groups = kind === 'depthwise' ? pick(2, 9) : kind === 'windowed' ? random.pick([1, 1, 1, 2, 3]) : 1;
  const perGroup = kind === 'depthwise' ? 1 : groups > 1 ? pick(2, 4) : pick(1, 9);
  const channels = groups * perGroup;
  const filters =
    groups * (kind === 'depthwise' ? random.pick([1, 1, 2, 3]) : groups > 1 ? pick(1, 5) : pick(1, 13));
  const kernel = point
    ? [1, 1]
    : random.pick([
        [3, 3],
        [3, 3],
        [5, 2],
        [1, 3],
        [4, 4],
        [2, 1],
      ]);
  const [kh = 1, kw = 1] = kernel;
  const dilations = point
    ? [1, 1]
    : random.pick([
        [1, 1],
        [1, 1],
        [2, 1],
      ]);
  const strides = [pick(1, 3), pick(1, 3)];
  const pads = point ? [0, 0, 0, 0] : [pick(0, kh - 1), pick(0, kw - 1), pick(0, kh - 1), pick(0, kw - 1)];
  const reach = (k: number, d = 1): number => d * (k - 1) + 1;
  const height = reach(kh, dilations[0]) + pick(0, 8);
  const width = reach(kw, dilations[1]) + pick(0, 8);
  const sign = random.pick(['int8', 'uint8'] as const);
  const changed = pick(0, 2) === 0;
  const x = b.random(sign, [1, channels, height, width]);
  const own = changed ? b.add1(ops.changeSign, [x], {}) : x;
  const zero = own.type.dtype === 'int8' ? pick(-128, 127) : pick(0, 255);
  const unsignedWeights = pick(0, 3) === 0;
  const weights = b.randomConstant('weights', unsignedWeights ? 'uint8' : 'int8', [
    filters,
    perGroup,
    kh,
    kw,
  ]);
  const bias =
    pick(0, 2) > 0 ? [b.randomConstant('bias', 'int32', [filters], { min: -9999, max: 9999 })] : [];
  const sum = b.add1(ops.conv2d, [own, weights, ...bias], {
    strides,
    dilations,
    pads,
    groups,
    inputZeroPoint: zero,
    weightZeroPoint: unsignedWeights ? 128 : 0,
    accumulator: 'int32',
  });
  return b.done(b.scaled(sum, filters, 1, 9000 * Math.sqrt(perGroup * kh * kw)));
}

/** Fully connected layers; long ones have a reduction that may be cut. */
export function denseSample(random: Random, depth = random.integer(1, 70)): Sample {
  const b = new SampleBuilder(random);
  const rows = random.pick([1, 1, 3]);
  const outputs = random.integer(1, 21);
  const sign = random.pick(['int8', 'uint8'] as const);
  const x = b.random(sign, [rows, depth]);
  const own = random.integer(0, 2) === 0 ? b.add1(ops.changeSign, [x], {}) : x;
  const weights = b.randomConstant('weights', 'int8', [outputs, depth]);
  const bias = b.randomConstant('bias', 'int32', [outputs], { min: -9999, max: 9999 });
  const sum = b.add1(ops.dense, [own, weights, bias], {
    inputZeroPoint: own.type.dtype === 'int8' ? random.integer(-128, 127) : random.integer(0, 255),
    weightZeroPoint: 0,
    accumulator: 'int32',
  });
  return b.done(b.scaled(sum, outputs, 1, 9000 * Math.sqrt(depth)));
}

/** A convolution whose input channels are so many that the reduction may be cut. */
export function deepConvolutionSample(random: Random, kernel: number): Sample {
  const b = new SampleBuilder(random);
  const channels = kernel === 1 ? random.integer(2049, 2400) : random.integer(240, 300);
  const filters = random.integer(2, 7);
  const x = b.random(random.pick(['int8', 'uint8'] as const), [1, channels, 4, 3]);
  const weights = b.randomConstant('weights', 'int8', [filters, channels, kernel, kernel]);
  const sum = b.add1(ops.conv2d, [x, weights], {
    strides: [1, 1],
    dilations: [1, 1],
    pads: kernel === 1 ? [0, 0, 0, 0] : [1, 1, 1, 1],
    groups: 1,
    inputZeroPoint: 7,
    weightZeroPoint: 0,
    accumulator: 'int32',
  });
  return b.done(b.scaled(sum, filters, 1, 9000 * Math.sqrt(channels * kernel)));
}

/** Windows copied side by side. */
export function windowsSample(random: Random): Sample {
  const b = new SampleBuilder(random);
  const pick = (from: number, to: number): number => random.integer(from, to);
  const kernel = [pick(1, 5), pick(1, 4)];
  const [kh = 1, kw = 1] = kernel;
  const x = b.random(random.pick(['int8', 'uint8'] as const), [
    1,
    pick(1, 4),
    2 * kh + pick(0, 6),
    2 * kw + pick(0, 6),
  ]);
  const own = pick(0, 1) === 0 ? b.add1(ops.changeSign, [x], {}) : x;
  return b.done(
    b.add1(ops.im2col, [own], {
      kernel,
      strides: [pick(1, 3), pick(1, 3)],
      dilations: [pick(1, 2), pick(1, 2)],
      pads: [pick(0, kh - 1), pick(0, kw - 1), pick(0, kh - 1), pick(0, kw - 1)],
      padValue: own.type.dtype === 'int8' ? pick(-128, 127) : pick(0, 255),
    }),
  );
}
