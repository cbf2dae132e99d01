import { ops, type Graph, type Value } from 'match-compiler';
import { quantizedConvolution } from './quantized-sketch.ts';
import { layer, Sketch } from './sketch.ts';

/**
 * A small network as trained ones are: convolutions with scales of their own per channel, ReLU, sums of two branches, pools, a
 * dense layer at the end. The same one for a seed.
 */
export function randomLayers(seed: number, size: number): Graph {
  const pick = source(seed);
  const s = new Sketch(`layers-${seed}`);
  const inputZero = pick(2) ? -128 : pick(100) - 50;
  let x: Value = s.input('x', { dtype: 'int8', shape: [1, 4, 8, 8] });
  let zero = inputZero;
  const branches: { readonly value: Value; readonly zero: number }[] = [];
  const convolved = (from: Value, at: number, name: string, relu: boolean): Value => {
    const depthwise = pick(3) === 0;
    const attributes = {
      groups: depthwise ? 4 : 1,
      inputZeroPoint: at,
      pads: pick(3) ? [1, 1, 1, 1] : [0, 0, 2, 2],
    };
    zero = relu ? -128 : pick(60) - 30;
    // Sums of 9 or 36 products of ±127 by about 60: results of both stay well inside the type.
    const [least, most] = depthwise ? [-9, -8] : [-10, -9];
    const shifts = s.noise(`${name}.shifts`, 'int8', [4], least, most);
    return quantizedConvolution(
      s,
      from,
      name,
      4,
      zero,
      attributes,
      { rule: pick(2) ? 'single' : 'double' },
      shifts,
    );
  };
  for (let i = 0; i < size; i++) {
    const [name, kind] = [`n${i}`, pick(8)];
    const same = branches.filter(({ value }) => value.type.shape.join() === x.type.shape.join());
    const other = same[pick(Math.max(1, same.length))];
    if (kind === 0 && other && other.value !== x) {
      const [aZeroPoint, bZeroPoint] = [other.zero, zero];
      zero = pick(2) ? -128 : pick(40) - 20;
      const scales = { aScale: 0.04 + pick(5) / 100, bScale: 0.04 + pick(5) / 100, outputScale: 0.08 };
      x = s.node(
        ops.quantizedAdd,
        [other.value, x],
        {
          rule: 'single',
          ...scales,
          aZeroPoint,
          bZeroPoint,
          zeroPoint: zero,
          min: -128,
          max: 127,
          dtype: 'int8',
        },
        name,
      );
    } else if (kind === 1 && (x.type.shape[2] ?? 1) > 2) {
      const window = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], ceilMode: false };
      x = s.node(ops.maxPool2d, [x], { ...window, dilations: [1, 1] }, name);
    } else {
      x = convolved(x, zero, name, pick(2) === 0);
    }
    branches.push({ value: x, zero });
  }
  const flat = s.node(ops.reshape, [x], { shape: [1, x.type.shape.reduce((a, b) => a * b, 1)] }, 'flat');
  const weights = s.noise('dense.w', 'int8', [5, flat.type.shape[1] ?? 1], -90, 90);
  const sums = s.node(ops.dense, [flat, weights], layer('int32', zero), 'sums');
  const scale = [
    s.fixed('y.multiplier', 'int32', [1], [1_400_000_000]),
    s.fixed('y.shift', 'int8', [1], [-9]),
  ];
  return s.done(
    s.node(
      ops.requantize,
      [sums, ...scale],
      { rule: 'single', axis: 1, inputZeroPoint: 0, zeroPoint: 3, min: -128, max: 127, dtype: 'int8' },
      'y',
    ),
  );
}

/** Integers below a bound, from a linear congruential generator. */
function source(seed: number): (below: number) => number {
  let state = (seed * 2654435761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
