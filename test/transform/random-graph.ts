import { elementCount, isInteger, ops, sameShape, ShapeError, type Graph, type Value } from 'match-compiler';
import { Sketch } from './sketch.ts';

type Pick = (below: number) => number;

const permutations = [
  [0, 2, 3, 1],
  [0, 3, 1, 2],
  [0, 1, 3, 2],
  [3, 0, 1, 2],
];

/** A graph of operators that move, compare and scale, with transposes strewn in: the same one for a seed. */
export function randomGraph(seed: number, size: number): Graph {
  const pick = source(seed);
  const s = new Sketch(`random-${seed}`);
  const shape = [1 + pick(2), 2 + pick(3), 3, 2 + pick(2)];
  const values = [
    s.input('x', { dtype: 'float32', shape }),
    s.input('q', { dtype: 'int8', shape }),
    s.input('gate', { dtype: 'float32', shape: [1, shape[1] ?? 1, 1, 1] }),
  ];
  for (let i = 0; i < size; i++) {
    const x = values[values.length - 1 - pick(Math.min(5, values.length))];
    const make = makers[pick(makers.length)];
    if (!x || !make) continue;
    try {
      values.push(...make({ s, x, values, pick, name: `n${i}` }));
    } catch (error) {
      // Not every operator takes every operand: then the graph has one node less.
      if (!(error instanceof ShapeError)) throw error;
    }
  }
  const made = values.slice(3);
  const outputs = new Set([made.at(-1) ?? s.node(ops.neg, [values[0] as Value], {}, 'only')]);
  for (let i = 0; i < 2 && made.length > 0; i++) outputs.add(made[pick(made.length)] as Value);
  return s.done(...outputs);
}

interface Drawing {
  readonly s: Sketch;
  readonly x: Value;
  readonly values: readonly Value[];
  readonly pick: Pick;
  readonly name: string;
}

type Maker = (drawing: Drawing) => readonly Value[];

const transposed: Maker = ({ s, x, pick, name }) => {
  const perm = x.type.shape.length === 4 ? (permutations[pick(permutations.length)] ?? []) : [1, 0];
  return [s.node(ops.transpose, [x], { perm }, name)];
};

const makers: readonly Maker[] = [
  transposed,
  transposed,
  transposed,
  ({ s, x, pick, name }) => {
    const max = pick(2) ? 6 : isInteger(x.type.dtype) ? 100 : Infinity;
    return [s.node(ops.clip, [x], { min: 0, max }, name)];
  },
  ({ s, x, name }) =>
    x.type.dtype === 'int8'
      ? [s.node(ops.lookup, [x, s.noise(`${name}.table`, 'int8', [256], -99, 99)], {}, name)]
      : [s.node(ops.sigmoid, [x], {}, name)],
  ({ s, x, values, name }) => {
    const same = values.find(
      (y) => y !== x && y.type.dtype === x.type.dtype && sameShape(y.type.shape, x.type.shape),
    );
    const wide = x.type.dtype === 'float32' ? 'float32' : 'int32';
    return same ? [s.node(ops.add, [x, same], { dtype: wide }, name)] : [];
  },
  ({ s, x, pick, name }) => {
    const axis = pick(x.type.shape.length);
    const channels = x.type.shape.map((extent, i) => (i === axis ? extent : 1)).slice(pick(axis + 1));
    const dtype = isInteger(x.type.dtype) ? 'int32' : 'float32';
    return [s.node(ops.mul, [s.noise(`${name}.k`, dtype, channels, -3, 3), x], { dtype }, name)];
  },
  ({ s, x, values, pick, name }) => {
    const { dtype, shape } = x.type;
    const beside = values.filter((y) => y.type.dtype === dtype && sameShape(y.type.shape, shape));
    return [s.node(ops.concat, [x, beside[pick(beside.length)] ?? x], { axis: pick(shape.length) }, name)];
  },
  ({ s, x, pick, name }) => {
    const pads = Array.from({ length: 2 * x.type.shape.length }, () => pick(2));
    return [s.node(ops.pad, [x], { pads, value: 0, mode: pick(2) ? 'constant' : 'edge' }, name)];
  },
  ({ s, x, pick, name }) => {
    const { shape } = x.type;
    const starts = shape.map((extent) => (extent > 1 ? pick(2) : 0));
    return [s.node(ops.slice, [x], { starts, ends: shape, steps: shape.map(() => 1 + pick(2)) }, name)];
  },
  ({ s, x, pick, name }) => [s.node(ops.softmax, [x], { axis: pick(x.type.shape.length) }, name)],
  ({ s, x, pick, name }) => {
    const axes = [[1], [2, 3], [1, 2]][pick(3)] ?? [];
    return [s.node(pick(2) ? ops.reduceMax : ops.reduceMean, [x], { axes, keepDims: pick(2) === 0 }, name)];
  },
  ({ s, x, pick, name }) => {
    const axis = pick(x.type.shape.length);
    const count = pick(2) ? (x.type.shape[axis] ?? 1) : 1;
    const constants = [
      s.noise(`${name}.multiplier`, 'int32', [count], 1, 9),
      s.noise(`${name}.addend`, 'int32', [count], -20, 20),
    ];
    const limits = { zeroPoint: 0, inputZeroPoint: 0, min: -100, max: 90, dtype: 'int8' } as const;
    return [s.node(ops.requantize, [x, ...constants], { rule: 'floor', axis, divisor: 4, ...limits }, name)];
  },
  ({ s, x, pick, name }) => [s.quantize(x, 0.125 * (1 + pick(3)), pick(5) - 2, 'int8', name)],
  ({ s, x, pick, name }) => [s.dequantize(x, 0.125 * (1 + pick(3)), pick(3), name)],
  ({ s, x, pick, name }) => {
    const [first = 1, ...rest] = x.type.shape;
    const shape = pick(2)
      ? [first, elementCount(rest)]
      : [first, rest[0] ?? 1, elementCount(rest.slice(1)), 1];
    return [s.node(ops.reshape, [x], { shape }, name)];
  },
  ({ s, x, pick, name }) => {
    const axis = pick(x.type.shape.length);
    return s.nodes(ops.split, [x], { axis, sizes: [1, (x.type.shape[axis] ?? 1) - 1] }, name);
  },
  ({ s, x, name }) => [s.node(ops.cast, [x], { dtype: 'int32', saturate: true }, name)],
  ({ s, x, name }) => {
    const window = {
      kernel: [2, 2],
      strides: [1, 1],
      pads: [0, 0, 1, 0],
      dilations: [1, 1],
      ceilMode: false,
    };
    return [s.node(ops.maxPool2d, [x], window, name)];
  },
  ({ s, x, pick, name }) => {
    if (x.type.dtype !== 'int8' || x.type.shape.length !== 2) return [];
    const weights = s.noise(`${name}.w`, 'int8', [3, x.type.shape[1] ?? 1], -9, 9);
    const attributes = { inputZeroPoint: pick(3), weightZeroPoint: 0, accumulator: 'int32' } as const;
    return [s.node(ops.dense, [x, weights], attributes, name)];
  },
];

/** Integers below a bound, from a linear congruential generator. */
function source(seed: number): Pick {
  let state = (seed * 2654435761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
