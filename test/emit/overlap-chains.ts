import { ops, type DataType, type Value } from 'match-compiler';
import { CaseBuilder, randomNumbers, type AnyOp } from './network-cases.ts';
import { requantizeConstants } from './operator-cases/shared.ts';

const op = (definition: unknown): AnyOp => definition as AnyOp;

/** Chains of a negation, an operator that may overlap its input, and another negation. */
export function chains(seed: number): CaseBuilder {
  const b = new CaseBuilder(seed);
  const random = randomNumbers(seed);
  const pick = (most: number, least = 1): number => least + Math.floor(random() * (most - least + 1));
  const through = (dtype: DataType, shape: readonly number[], use: (x: Value) => Value): void => {
    const x = b.node(op(ops.neg), [b.input(dtype, shape)], {});
    b.check(op(ops.neg), [use(x)], {});
  };
  const requantized = (acc: Value, channels: number, scale: number): Value => {
    const { values, attributes } = requantizeConstants(b, 'single', channels, scale);
    return b.node(op(ops.requantize), [acc, ...values], {
      rule: 'single',
      axis: 1,
      inputZeroPoint: 0,
      zeroPoint: 3,
      min: -128,
      max: 127,
      dtype: 'int8',
      ...attributes,
    });
  };
  for (let i = 0; i < 24; i++) {
    const depthwise = i % 3 === 0;
    const channels = pick(5);
    const kernel = [pick(3), pick(4)] as const;
    const [height, width] = [pick(8, 3), pick(9, 4)];
    const filters = depthwise ? channels * pick(2) : pick(6);
    const pads = [0, 1, 2, 3].map((side) => pick(kernel[side % 2] ?? 1) - 1);
    const strides = [pick(2), pick(3)];
    const float = i % 4 === 3;
    const dtype: DataType = float ? 'float32' : 'int8';
    through(dtype, [1, channels, height, width], (x) => {
      const accumulator = float ? 'float32' : 'int32';
      const acc = b.node(
        op(ops.conv2d),
        [x, b.randomConstant(dtype, [filters, depthwise ? 1 : channels, ...kernel])],
        {
          strides,
          dilations: [1, 1],
          pads,
          groups: depthwise ? channels : 1,
          inputZeroPoint: 0,
          weightZeroPoint: 0,
          accumulator,
        },
      );
      return float ? acc : requantized(acc, filters, 2 ** -8);
    });
    const pool = { kernel, strides, pads, ceilMode: i % 2 === 1 };
    through(dtype, [1, channels, height, width], (x) =>
      i % 2 === 0
        ? b.node(op(ops.maxPool2d), [x], { ...pool, dilations: [1, 1] })
        : b.node(op(ops.averagePool2d), [x], {
            ...pool,
            countIncludePad: false,
            rounding: float ? 'float' : 'half-away',
          }),
    );
    through('int32', [2, channels, height, 2], (x) => requantized(x, channels, 2 ** -24));
    through('int8', [pick(6, 2), pick(9)], (x) => {
      const depth = x.type.shape[1] ?? 1;
      const attributes = { inputZeroPoint: 1, weightZeroPoint: 0, accumulator: 'int32' };
      const acc = b.node(op(ops.dense), [x, b.randomConstant('int8', [filters, depth])], attributes);
      return requantized(acc, filters, 2 ** -7);
    });
    through('float32', [1, channels, height, width], (x) =>
      b.node(op(ops.softmax), [x], { axis: pick(3, 1) }),
    );
    through('int16', [1, channels, height, width], (x) =>
      b.node(op(ops.cast), [x], { dtype: 'int8', saturate: true }),
    );
  }
  return b;
}
