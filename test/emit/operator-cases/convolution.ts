import { ops, type DataType } from 'match-compiler';
import type { CaseBuilder } from '../network-cases.ts';
import { op, requantized, rules } from './shared.ts';

/** Convolutions: element types, groups, strides, dilations, pads, epilogues. */
export function convolutionCases(b: CaseBuilder): void {
  const forms = [
    { x: [1, 3, 7, 6], w: [4, 3, 3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 1 },
    { x: [2, 4, 5, 5], w: [6, 2, 2, 3], strides: [2, 1], dilations: [1, 1], pads: [0, 2, 1, 0], groups: 2 },
    { x: [1, 5, 6, 7], w: [5, 1, 3, 3], strides: [1, 2], dilations: [1, 1], pads: [1, 0, 0, 1], groups: 5 },
    { x: [1, 3, 5, 4], w: [6, 1, 2, 2], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], groups: 3 },
    { x: [1, 4, 3, 5], w: [3, 4, 1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], groups: 1 },
    { x: [2, 2, 5, 6], w: [3, 2, 1, 1], strides: [2, 3], dilations: [1, 1], pads: [0, 0, 0, 0], groups: 1 },
    { x: [1, 2, 9, 9], w: [3, 2, 3, 2], strides: [2, 1], dilations: [2, 3], pads: [3, 1, 2, 3], groups: 1 },
    { x: [1, 1, 1, 8], w: [1, 1, 1, 3], strides: [1, 1], dilations: [1, 1], pads: [0, 1, 0, 1], groups: 1 },
    { x: [1, 3, 4, 4], w: [2, 3, 4, 4], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], groups: 1 },
  ];
  const types: readonly {
    readonly x: DataType;
    readonly w: DataType;
    readonly zx: number;
    readonly zw: number;
  }[] = [
    { x: 'int8', w: 'int8', zx: -3, zw: 0 },
    { x: 'uint8', w: 'uint8', zx: 128, zw: 7 },
    { x: 'uint8', w: 'int8', zx: 0, zw: 0 },
    { x: 'int16', w: 'int8', zx: 0, zw: 0 },
    { x: 'int16', w: 'int16', zx: 5, zw: -9 },
    { x: 'int32', w: 'int8', zx: 2, zw: 1 },
    { x: 'float32', w: 'float32', zx: 0, zw: 0 },
    { x: 'float64', w: 'float64', zx: 0, zw: 0 },
  ];
  forms.forEach(({ x: shape, w: weights, ...attributes }, f) => {
    types.forEach(({ x, w, zx, zw }, t) => {
      const float = x === 'float32' || x === 'float64';
      const wide = !float && x !== 'uint8' && (f + t) % 2 === 1;
      const accumulator = float ? x : wide ? 'int64' : 'int32';
      const bias = (f + t) % 3 !== 0;
      const value = b.input(x, shape);
      const convolved = b.node(
        op(ops.conv2d),
        [
          value,
          (f + t) % 5 === 4 ? b.input(w, weights) : b.randomConstant(w, weights),
          ...(bias
            ? [b.randomConstant(accumulator, [weights[0] ?? 1], float ? undefined : [-1000, 1000])]
            : []),
        ],
        { ...attributes, inputZeroPoint: zx, weightZeroPoint: zw, accumulator },
      );
      if (float && f % 2 === 0)
        b.check(op(ops.clip), [convolved], { min: 0, max: f % 4 === 0 ? Infinity : 6 });
      else if (float || (f + t) % 4 === 3) b.outputs.push(convolved);
      else {
        const rule = rules[(f + t) % rules.length] ?? 'single';
        const scale = 2 ** -(x === 'int32' ? 26 : x === 'int16' ? 13 : 7);
        const channels = f % 2 === 0 ? (weights[0] ?? 1) : 1;
        requantized(b, convolved, wide && rule === 'double' ? 'single' : rule, channels, scale, 'int8');
      }
    });
  });
}
