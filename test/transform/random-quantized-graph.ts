import { ops, sameShape, ShapeError, type Graph, type Value } from 'match-compiler';
import { int8, quantizedConvolution } from './quantized-sketch.ts';
import { layer, Sketch } from './sketch.ts';

type Pick = (below: number) => number;

/** A graph of int8 layers, of operators between them and of some that must stay signed: the same one for a seed. */
export function randomQuantizedGraph(seed: number, size: number): Graph {
  const pick = source(seed);
  const s = new Sketch(`quantized-${seed}`);
  const values = [
    s.input('x', { dtype: 'int8', shape: [1, 4, 6, 6] }),
    s.quantize(s.input('image', { dtype: 'float32', shape: [1, 4, 6, 6] }), 0.03, pick(9) - 4, 'int8', 'q'),
  ];
  for (let i = 0; i < size; i++) {
    const x = values[values.length - 1 - pick(Math.min(4, values.length))];
    const make = makers[pick(makers.length)];
    if (!x || x.type.dtype !== 'int8' || !make) continue;
    try {
      values.push(...make({ s, x, values, pick, name: `n${i}` }));
    } catch (error) {
      // Not every operator takes every operand: then the graph has one node less.
      if (!(error instanceof ShapeError)) throw error;
    }
  }
  const last = values.at(-1);
  const outputs = new Set([last, values[2 + pick(Math.max(1, values.length - 2))] ?? last]);
  outputs.delete(values[0]);
  return s.done(...[...outputs].filter((value) => value !== undefined));
}

interface Drawing {
  readonly s: Sketch;
  readonly x: Value;
  readonly values: readonly Value[];
  readonly pick: Pick;
  readonly name: string;
}

type Maker = (drawing: Drawing) => readonly Value[];

const rules = ['single', 'double'] as const;

const convolved: Maker = ({ s, x, pick, name }) => {
  const groups = pick(3) === 0 ? 4 : 1;
  const changes = { groups, inputZeroPoint: pick(256) - 128, pads: [pick(2), 1, 1, pick(2)] };
  const zeroPoint = pick(2) ? -128 : pick(256) - 128;
  return [quantizedConvolution(s, x, name, 4, zeroPoint, changes, { rule: rules[pick(2)] ?? 'single' })];
};

const pooling = ({ pick }: Drawing) => ({
  kernel: [1 + pick(3), 2],
  strides: [1, 1 + pick(2)],
  pads: [0, pick(2), 0, 1],
  ceilMode: pick(2) === 0,
});

const makers: readonly Maker[] = [
  convolved,
  convolved,
  convolved,
  ({ s, x, values, pick, name }) => {
    const same = values.filter((y) => y.type.dtype === 'int8' && sameShape(y.type.shape, x.type.shape));
    const other = pick(4) ? same[pick(same.length)] : s.noise(`${name}.k`, 'int8', [1, 4, 1, 1], -128, 127);
    if (!other) return [];
    const scales = { aScale: 0.05, bScale: 0.04, outputScale: 0.06, zeroPoint: pick(256) - 128, ...int8 };
    const zeros = { aZeroPoint: pick(256) - 128, bZeroPoint: pick(256) - 128 };
    const rule = (['single', 'double', 'real-even'] as const)[pick(3)] ?? 'single';
    return [
      s.node(pick(2) ? ops.quantizedAdd : ops.quantizedMul, [x, other], { rule, ...scales, ...zeros }, name),
    ];
  },
  (drawing) => {
    const { s, x, pick, name } = drawing;
    const rounding = pick(3) ? 'half-away' : 'floor';
    return [
      s.node(ops.averagePool2d, [x], { ...pooling(drawing), countIncludePad: pick(2) === 0, rounding }, name),
    ];
  },
  (drawing) => {
    const { s, x, name } = drawing;
    return [s.node(ops.maxPool2d, [x], { ...pooling(drawing), dilations: [1, 1] }, name)];
  },
  ({ s, x, pick, name }) => [
    s.node(ops.lookup, [x, s.noise(`${name}.table`, 'int8', [256], -128, 127)], {}, `${name}.${pick(9)}`),
  ],
  ({ s, x, pick, name }) => {
    const pads = x.type.shape.flatMap(() => [pick(2), 0]);
    return [
      s.node(ops.pad, [x], { pads, value: pick(256) - 128, mode: pick(2) ? 'constant' : 'edge' }, name),
    ];
  },
  ({ s, x, values, pick, name }) => {
    const same = values.filter((y) => y.type.dtype === 'int8' && sameShape(y.type.shape, x.type.shape));
    const joined = s.node(ops.concat, [x, same[pick(same.length)] ?? x], { axis: 1 }, name);
    const [first] = s.nodes(
      ops.split,
      [joined],
      { axis: 1, sizes: [4, (joined.type.shape[1] ?? 8) - 4] },
      `${name}.parts`,
    );
    return first ? [first] : [];
  },
  ({ s, x, pick, name }) => [s.node(ops.clip, [x], { min: -pick(100), max: pick(100) }, name)],
  ({ s, x, pick, name }) => {
    const zeros = { inputZeroPoint: pick(256) - 128, zeroPoint: pick(256) - 128 };
    const numerator = s.fixed(`${name}.numerator`, 'float64', [1], [0.5 + pick(9) / 8]);
    return [
      s.node(
        ops.requantize,
        [x, numerator],
        { rule: 'real-even', axis: 0, denominator: 0.75, ...zeros, ...int8 },
        name,
      ),
    ];
  },
  ({ s, x, name }) => [s.node(ops.transpose, [x], { perm: [0, 1, 3, 2] }, name)],
  // These know no zero point.
  ({ s, x, pick, name }) => [s.node(pick(2) ? ops.abs : ops.neg, [x], {}, name)],
  ({ s, x, name }) => {
    const flat = s.node(
      ops.reshape,
      [x],
      { shape: [1, x.type.shape.reduce((a, b) => a * b, 1)] },
      `${name}.flat`,
    );
    const weights = s.noise(`${name}.w`, 'int8', [3, flat.type.shape[1] ?? 1], -99, 99);
    return [s.node(ops.dense, [flat, weights], layer('int32', -5), name)];
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
