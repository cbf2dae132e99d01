import { integerRange, ops, tensor, type DataType, type OpDefinition, type Shape } from 'match-compiler';
import type { Random } from './random.ts';
import { SampleBuilder, type Sample } from './scaled-graphs.ts';

/** A shape of rank 1 to 5, batch 1 from rank 3 on. */
function shapeOf(random: Random, ranks: readonly number[] = [1, 2, 2, 3, 4, 4, 4, 5]): Shape {
  const rank = random.pick(ranks);
  return Array.from({ length: rank }, (_, axis) => (axis === 0 && rank > 2 ? 1 : random.integer(1, 9)));
}

const small: readonly DataType[] = ['int8', 'uint8', 'int16', 'uint16', 'int32'];

/** clip, cast, neg, abs, change_sign, lookup. */
export function mapSample(random: Random, name: string): Sample {
  const b = new SampleBuilder(random);
  const bytes = ['change_sign', 'lookup'].includes(name);
  const dtype = random.pick(bytes ? (['int8', 'uint8'] as const) : small);
  const x = b.random(dtype, shapeOf(random));
  const { min, max } = integerRange(dtype);
  switch (name) {
    case 'clip': {
      const low = random.integer(min, max - 1);
      return b.done(b.add1(ops.clip, [x], { min: low, max: random.integer(low, max) }));
    }
    case 'cast':
      return b.done(
        b.add1(ops.cast, [x], { dtype: random.pick(small), saturate: random.integer(0, 1) === 1 }),
      );
    case 'negate':
      return b.done(b.add1(ops.neg, [x], {}));
    case 'magnitude':
      return b.done(b.add1(ops.abs, [x], {}));
    case 'lookup': {
      const table = b.randomConstant('table', random.pick(['int8', 'uint8'] as const), [256]);
      return b.done(b.add1(ops.lookup, [x, table], {}));
    }
    default:
      return b.done(b.add1(ops.changeSign, [x], {}));
  }
}

/** A scaling by itself, by a random rule, along any axis. */
export function requantizeSample(random: Random): Sample {
  const b = new SampleBuilder(random);
  const shape = shapeOf(random, [2, 4, 4, 3]);
  const axis = random.integer(shape.length > 2 ? 1 : 0, shape.length - 1);
  const dtype = random.pick(['int32', 'int32', 'int8', 'uint8', 'int16'] as const);
  const reach = dtype === 'int32' ? 50000 : 127;
  const range = dtype === 'int32' ? { min: -reach, max: reach } : integerRange(dtype);
  const rule = random.pick(['single', 'double', 'real-even', 'floor', 'shift'] as const);
  return b.done(b.scaled(b.random(dtype, shape, range), shape[axis] ?? 1, axis, reach, rule));
}

/** Shapes of two operands, one of which may repeat. */
function pairOf(random: Random): readonly [Shape, Shape] {
  const shape = shapeOf(random, [1, 2, 3, 4, 4, 4]);
  const other = shape.map((extent) => (random.integer(0, 3) === 0 ? 1 : extent));
  const pick = random.integer(0, 4);
  return pick === 0 ? [shape, other] : pick === 1 ? [other, shape] : [shape, shape];
}

/** An integer operation of two tensors, scaled or not. */
export function binarySample(random: Random, scaled: boolean): Sample {
  const b = new SampleBuilder(random);
  const [left, right] = pairOf(random);
  const definition = random.pick([ops.add, ops.sub, ops.mul, ops.minimum, ops.maximum]);
  const [a, c] = [b.random(random.pick(small), left), b.random(random.pick(small), right)];
  const dtype = scaled ? 'int32' : random.pick(small);
  const result = b.add1(definition, random.integer(0, 9) === 0 ? [a, a] : [a, c], { dtype });
  if (!scaled) return b.done(result);
  const { shape } = result.type;
  const axis = shape.length - 1 > 1 ? random.pick([1, shape.length - 1]) : shape.length - 1;
  const rule = random.pick(['single', 'double', 'real-even', 'floor', 'shift'] as const);
  return b.done(b.scaled(result, shape[axis] ?? 1, axis, 3000, rule));
}

/** quantized_add or quantized_mul under a random rule. */
export function quantizedPairSample(random: Random): Sample {
  const b = new SampleBuilder(random);
  const [left, right] = pairOf(random);
  const types = ['int8', 'uint8'] as const;
  const [a, c] = [b.random(random.pick(types), left), b.random(random.pick(types), right)];
  const zero = (dtype: DataType): number => random.integer(integerRange(dtype).min, integerRange(dtype).max);
  const dtype = random.pick(types);
  const range = integerRange(dtype);
  const low = random.integer(range.min, range.min + 60);
  const definition: OpDefinition<Parameters<typeof ops.quantizedAdd.infer>[1]> = random.pick([
    ops.quantizedAdd,
    ops.quantizedAdd,
    ops.quantizedMul,
  ]);
  const product = definition.name === ops.quantizedMul.name;
  return b.done(
    b.add1(definition, [a, c], {
      rule: random.pick(['single', 'double', 'real-even'] as const),
      aScale: 0.01 + random.next() / 10,
      aZeroPoint: zero(a.type.dtype),
      bScale: random.integer(0, 3) === 0 ? 0.03125 : 0.01 + random.next() / 10,
      bZeroPoint: zero(c.type.dtype),
      outputScale: product
        ? 0.2 + random.next()
        : random.integer(0, 3) === 0
          ? 0.0625
          : 0.02 + random.next() / 10,
      zeroPoint: zero(dtype),
      min: low,
      max: random.integer(low, range.max),
      dtype,
    }),
  );
}

/** Softmax along the innermost axis in some layout. */
export function softmaxSample(random: Random): Sample {
  const b = new SampleBuilder(random);
  const shape = shapeOf(random, [1, 2, 2, 4]);
  const x = b.random(random.pick(['int8', 'uint8'] as const), shape);
  const dtype = random.pick(['int8', 'uint8', 'int16'] as const);
  const rule = random.pick(['float-table', 'real-even', 'gemmlowp'] as const);
  const bits = dtype === 'int16' ? 15 : 8;
  return b.done(
    b.add1(ops.quantizedSoftmax, [x], {
      axis: shape.length === 4 ? random.pick([1, 3]) : shape.length - 1,
      rule,
      inputScale: 0.02 + random.next() / 4,
      outputScale: 2 ** -bits,
      zeroPoint: dtype === 'int8' ? -128 : 0,
      dtype,
    }),
  );
}

/** Pools of every kind, changes of sign around them. */
export function poolSample(random: Random, name: string): Sample {
  const b = new SampleBuilder(random);
  const pick = (from: number, to: number): number => random.integer(from, to);
  const kernel = [pick(1, 4), pick(1, 4)] as const;
  const dilations = name === 'sum_pool' || pick(0, 2) > 0 ? [1, 1] : [pick(1, 2), pick(1, 2)];
  const reach = (i: 0 | 1): number => (dilations[i] ?? 1) * (kernel[i] - 1) + 1;
  const pad = (i: 0 | 1): number => pick(0, Math.min(2, reach(i) - 1));
  const pads = [pad(0), pad(1), pad(0), pad(1)];
  const whole = pick(0, 3) === 0;
  const size = [reach(0) + pick(0, 7), reach(1) + pick(0, 7)];
  const window = {
    kernel: whole ? size : kernel,
    strides: [pick(1, 3), pick(1, 3)],
    pads: whole ? [0, 0, 0, 0] : pads,
    dilations: whole ? [1, 1] : dilations,
    ceilMode: pick(0, 2) === 0,
  };
  const sign = random.pick(['int8', 'uint8'] as const);
  const x = b.random(name.startsWith('reduce') ? 'int32' : sign, [1, pick(1, 11), ...size], {
    min: sign === 'int8' ? -128 : 0,
    max: sign === 'int8' ? 127 : 255,
  });
  const own = pick(0, 1) === 0 && !name.startsWith('reduce') ? b.add1(ops.changeSign, [x], {}) : x;
  const turned = (value: typeof x): typeof x =>
    pick(0, 1) === 0 ? b.add1(ops.changeSign, [value], {}) : value;
  switch (name) {
    case 'max_pool':
      return b.done(turned(b.add1(ops.maxPool2d, [own], window)));
    case 'average_pool':
      return b.done(
        turned(
          b.add1(ops.averagePool2d, [own], {
            ...window,
            countIncludePad: pick(0, 1) === 0,
            rounding: random.pick(['half-away', 'floor'] as const),
            zeroPoint: pick(own.type.dtype === 'int8' ? -128 : 0, own.type.dtype === 'int8' ? 127 : 255),
          }),
        ),
      );
    case 'reduce_max':
      return b.done(
        b.add1(ops.reduceMax, [x], {
          axes: random.pick([
            [2, 3],
            [3, 2],
          ]),
          keepDims: pick(0, 1) === 0,
        }),
      );
    case 'reduce_sum':
      return b.done(b.add1(ops.reduceSum, [x], { axes: [2, 3], keepDims: pick(0, 1) === 0 }));
    default: {
      const { kernel: k, strides, pads: p, ceilMode } = window;
      const zero = pick(own.type.dtype === 'int8' ? -128 : 0, own.type.dtype === 'int8' ? 127 : 255);
      const sum = b.add1(ops.sumPool2d, [own], {
        kernel: k,
        strides,
        pads: p,
        ceilMode,
        inputZeroPoint: zero,
      });
      if (name === 'sum_pool') return b.done(sum);
      const rule = random.pick(['single', 'double', 'real-even', 'floor', 'shift'] as const);
      return b.done(b.scaled(sum, x.type.shape[1] ?? 1, 1, 900, rule));
    }
  }
}

/** Copies: other orders of axes, parts, padding, repeats, joins. */
export function copySample(random: Random, name: string): Sample {
  const b = new SampleBuilder(random);
  const pick = (from: number, to: number): number => random.integer(from, to);
  const dtype = random.pick(['int8', 'uint8', 'int16', 'int32'] as const);
  const rank = name === 'resize_nearest' || name === 'layout_transform' ? 4 : pick(2, 4);
  const shape = Array.from({ length: rank }, (_, axis) => (axis === 0 && rank > 2 ? 1 : pick(1, 9)));
  const x = b.random(dtype, shape);
  switch (name) {
    case 'layout_transform': {
      const forward = pick(0, 1) === 0;
      const attributes = forward ? { from: 'NCHW', to: 'NHWC' } : { from: 'NHWC', to: 'NCHW' };
      return b.done(b.add1(ops.layoutTransform, [x], attributes));
    }
    case 'transpose': {
      const rest = shape.map((_, axis) => axis).slice(rank > 2 ? 1 : 0);
      const perm = rank > 2 ? [0] : [];
      while (rest.length > 0) perm.push(...rest.splice(pick(0, rest.length - 1), 1));
      return b.done(b.add1(ops.transpose, [x], { perm }));
    }
    case 'pad': {
      const pads = [...shape, ...shape].map((_, i) => (i % rank === 0 && rank > 2 ? 0 : pick(0, 2)));
      return b.done(
        b.add1(ops.pad, [x], { pads, value: pick(-5, 5) * (dtype === 'uint8' ? 0 : 1), mode: 'constant' }),
      );
    }
    case 'slice': {
      const starts = shape.map((extent) => pick(0, extent - 1));
      const ends = shape.map((extent, axis) => pick((starts[axis] ?? 0) + 1, extent));
      return b.done(b.add1(ops.slice, [x], { starts, ends, steps: shape.map(() => pick(1, 3)) }));
    }
    case 'resize_nearest':
      return b.done(b.add1(ops.resizeNearest, [x], { scales: [pick(1, 3), pick(1, 3)] }));
    default: {
      const axis = pick(rank > 2 ? 1 : 0, rank - 1);
      const others = Array.from({ length: pick(0, 3) }, () =>
        b.random(
          dtype,
          shape.map((extent, i) => (i === axis ? pick(1, 5) : extent)),
        ),
      );
      return b.done(b.add1(ops.concat, [x, ...others], { axis }));
    }
  }
}

/** quantize and dequantize at one scale, with what is no number among the floats. */
export function conversionSample(random: Random, name: string): Sample {
  const b = new SampleBuilder(random);
  const dtype = random.pick(['int8', 'uint8', 'int16', 'uint16'] as const);
  const range = integerRange(dtype);
  const shape = shapeOf(random);
  const floats = name === 'quantize';
  const x = b.random(floats ? 'float32' : dtype, shape, floats ? { min: -400, max: 400 } : range);
  const [data] = b.tensors.map((each) => each.data);
  if (floats && data)
    [NaN, Infinity, -Infinity, 0.5, 1.5, 1e30].forEach((value, i) => (data[7 * i + 3] = value));
  const scale = b.constant('scale', tensor('float32', [1], [random.pick([0.37, 1, 2.75, 0.001])]));
  const zeroPoint = b.constant('zero', tensor(dtype, [1], [random.integer(range.min, range.max)]));
  return b.done(
    floats
      ? b.add1(ops.quantize, [x, scale, zeroPoint], { axis: 0, dtype })
      : b.add1(ops.dequantize, [x, scale, zeroPoint], { axis: 0 }),
  );
}
