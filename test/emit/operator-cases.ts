import { ops, tensor, type DataType, type Value } from 'match-compiler';
import type { AnyOp, CaseBuilder, Range } from './network-cases.ts';

const integers: readonly DataType[] = [
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
];
const floats: readonly DataType[] = ['float32', 'float64'];
const all: readonly DataType[] = ['bool', ...integers, ...floats];

const op = (definition: unknown): AnyOp => definition as AnyOp;

/** Constants of a requantize node by rule, per channel or for the whole tensor. */
export function requantizeConstants(
  b: CaseBuilder,
  rule: string,
  channels: number,
  scale: number,
): { readonly values: readonly Value[]; readonly attributes: object } {
  const each = (make: (i: number) => number): number[] => Array.from({ length: channels }, (_, i) => make(i));
  switch (rule) {
    case 'single':
    case 'double': {
      const shift = Math.floor(Math.log2(scale)) + 1;
      return {
        values: [
          b.values(
            'int32',
            each((i) => 2 ** 30 + ((i * 123456789 + 987654321) % 2 ** 30)),
          ),
          b.values(
            'int8',
            each((i) => shift - (i % 3)),
          ),
        ],
        attributes: {},
      };
    }
    case 'real-even':
      return {
        values: [
          b.values(
            'float64',
            each((i) => scale * (1 + i / 7) * 0.03),
          ),
        ],
        attributes: { denominator: 0.03 },
      };
    default:
      return {
        values: [
          b.values(
            'int32',
            each((i) => 3 + 2 * i),
          ),
          b.values(
            'int32',
            each((i) => 1000 - 777 * i),
          ),
        ],
        attributes: {
          divisor: rule === 'floor' ? 2 ** Math.round(Math.log2(4 / scale)) : Math.round(4 / scale) + 1,
        },
      };
  }
}

const rules = ['single', 'double', 'real-even', 'floor', 'floor-division'] as const;

function requantized(
  b: CaseBuilder,
  acc: Value,
  rule: (typeof rules)[number],
  channels: number,
  scale: number,
  dtype: DataType,
  axis = 1,
): void {
  const { values, attributes } = requantizeConstants(b, rule, channels, scale);
  const range = { int8: [-128, 127, -5], uint8: [0, 255, 17], int16: [-32768, 32767, 0] } as const;
  const [min, max, zeroPoint] = range[dtype as 'int8'];
  b.check(op(ops.requantize), [acc, ...values], {
    rule: rule.startsWith('floor') ? 'floor' : rule,
    axis,
    inputZeroPoint: 0,
    zeroPoint,
    min: min + 1,
    max,
    dtype,
    ...attributes,
  });
}

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
  ];
  forms.forEach(({ x: shape, w: weights, ...attributes }, f) => {
    types.forEach(({ x, w, zx, zw }, t) => {
      const float = x === 'float32';
      const wide = !float && x !== 'uint8' && (f + t) % 2 === 1;
      const accumulator = float ? 'float32' : wide ? 'int64' : 'int32';
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

/** Fully connected layers and matrix products. */
export function productCases(b: CaseBuilder): void {
  const denses: readonly { readonly x: DataType; readonly w: DataType; readonly zx: number }[] = [
    { x: 'int8', w: 'int8', zx: 4 },
    { x: 'uint8', w: 'int8', zx: 0 },
    { x: 'int16', w: 'int8', zx: 0 },
    { x: 'float32', w: 'float32', zx: 0 },
  ];
  denses.forEach(({ x, w, zx }, i) => {
    for (const [rows, depth, columns] of [
      [1, 17, 5],
      [3, 4, 7],
      [2, 1, 1],
    ] as const) {
      const float = x === 'float32';
      const accumulator = float ? 'float32' : x === 'int16' ? 'int64' : 'int32';
      const result = b.node(
        op(ops.dense),
        [
          b.input(x, [rows, depth]),
          b.randomConstant(w, [columns, depth]),
          ...(rows === 2 ? [] : [b.randomConstant(accumulator, [columns], float ? undefined : [-500, 500])]),
        ],
        { inputZeroPoint: zx, weightZeroPoint: 0, accumulator },
      );
      if (float && rows === 3) b.check(op(ops.clip), [result], { min: -1, max: 2 });
      else if (float || rows === 2) b.outputs.push(result);
      else {
        const rule = rules[(i * 2 + rows) % rules.length] ?? 'single';
        requantized(
          b,
          result,
          x === 'int16' && rule === 'double' ? 'single' : rule,
          columns,
          2 ** -8,
          'int8',
        );
      }
    }
  });
  const matmuls: readonly (readonly [readonly number[], readonly number[]])[] = [
    [
      [3, 4],
      [4, 5],
    ],
    [
      [2, 3, 4],
      [4, 5],
    ],
    [
      [2, 1, 3, 4],
      [3, 4, 2],
    ],
    [[4], [4, 3]],
    [[2, 3, 4], [4]],
    [[5], [5]],
  ];
  matmuls.forEach(([left, right], i) => {
    const integer = { aZeroPoint: i - 2, bZeroPoint: i % 2, accumulator: 'int32' };
    b.check(op(ops.matmul), [b.input('int8', left), b.input('int8', right)], integer);
    b.check(op(ops.matmul), [b.input('uint8', left), b.randomConstant('int8', right)], {
      ...integer,
      aZeroPoint: 0,
    });
    b.check(op(ops.matmul), [b.input('float32', left), b.randomConstant('float32', right)], {
      aZeroPoint: 0,
      bZeroPoint: 0,
      accumulator: 'float32',
    });
    b.check(op(ops.matmul), [b.input('int16', left), b.input('int16', right)], {
      aZeroPoint: 0,
      bZeroPoint: 0,
      accumulator: 'int64',
    });
    b.check(op(ops.matmul), [b.input('int32', left), b.input('int32', right)], {
      aZeroPoint: 0,
      bZeroPoint: 0,
      accumulator: i % 2 === 0 ? 'int32' : 'int64',
    });
  });
  const scaled = b.node(op(ops.matmul), [b.input('int8', [2, 3, 4]), b.randomConstant('int8', [4, 6])], {
    aZeroPoint: 0,
    bZeroPoint: 0,
    accumulator: 'int32',
  });
  requantized(b, scaled, 'single', 6, 2 ** -6, 'uint8', 2);
}

/** Requantization alone and behind other producers, all rules, many accumulator types. */
export function requantizeCases(b: CaseBuilder): void {
  const accumulators: readonly (readonly [DataType, number])[] = [
    ['int32', 2 ** -20],
    ['int32', 3],
    ['int8', 0.7],
    ['uint8', 1.3],
    ['int16', 2 ** -9],
    ['int64', 2 ** -30],
    ['uint32', 2 ** -25],
  ];
  for (const [dtype, scale] of accumulators) {
    for (const rule of rules) {
      if (rule === 'double' && (dtype === 'int64' || dtype === 'uint32')) continue;
      const range: Range | undefined =
        dtype === 'int64' ? [-(2 ** 38), 2 ** 38] : scale === 3 ? [-100, 100] : undefined;
      for (const channels of [1, 5]) {
        requantized(
          b,
          b.input(dtype, [2, 5, 3], range),
          rule,
          channels,
          scale,
          channels === 1 ? 'uint8' : 'int8',
        );
      }
      const { values, attributes } = requantizeConstants(b, rule, 1, scale);
      b.check(op(ops.requantize), [b.input(dtype, [7], range), ...values], {
        rule: rule.startsWith('floor') ? 'floor' : rule,
        axis: 0,
        inputZeroPoint: 113,
        zeroPoint: -1000,
        min: -30000,
        max: 30000,
        dtype: 'int16',
        ...attributes,
      });
    }
  }
  // Values at the ends of the type, and exact ties.
  const ends = tensor('int32', [10], [-(2 ** 31), 2 ** 31 - 1, -1, 0, 1, 2 ** 30, -(2 ** 30), 3, -3, 5]);
  for (const [multiplier, shift] of [
    [2 ** 30, 0],
    [2 ** 30, 1],
    [2 ** 31 - 1, 0],
    [2 ** 30, -31],
    [2 ** 30 + 1, 30],
    [0, 0],
  ] as const) {
    for (const rule of ['single', 'double']) {
      b.check(
        op(ops.requantize),
        [b.given(ends), b.values('int32', [multiplier]), b.values('int8', [shift])],
        {
          rule,
          axis: 0,
          inputZeroPoint: 0,
          zeroPoint: 3,
          min: -(2 ** 31),
          max: 2 ** 31 - 1,
          dtype: 'int32',
        },
      );
    }
  }
  const ties = b.input('int32', [2, 3], [-9, 9]);
  b.check(op(ops.requantize), [ties, b.values('float64', [0.5, 0.25, 1.5])], {
    rule: 'real-even',
    axis: 1,
    inputZeroPoint: 1,
    zeroPoint: 2,
    min: 0,
    max: 4294967295,
    dtype: 'uint32',
    denominator: 1,
  });
  const sum = b.node(op(ops.add), [b.input('int32', [1, 4, 3, 2]), b.input('int32', [1, 4, 3, 2])], {
    dtype: 'int32',
  });
  requantized(b, sum, 'floor', 4, 2 ** -25, 'uint8');
  const small = b.node(op(ops.add), [b.input('int8', [1, 4, 3, 2]), b.input('int8', [4, 1, 1])], {
    dtype: 'int32',
  });
  requantized(b, small, 'single', 1, 0.4, 'int8');
}

/** Quantized sums, products and softmax. */
export function quantizedCases(b: CaseBuilder): void {
  const limits = { int8: [-128, 127], uint8: [0, 255], int16: [-32768, 32767] } as const;
  for (const rule of ['single', 'double', 'real-even']) {
    for (const dtype of ['int8', 'uint8', 'int16'] as const) {
      const [min, max] = limits[dtype];
      const zero = dtype === 'int16' ? 0 : dtype === 'int8' ? -11 : 130;
      const attributes = {
        rule,
        aScale: 0.0213,
        aZeroPoint: zero,
        bScale: 0.037,
        bZeroPoint: dtype === 'int16' ? 0 : 5,
        outputScale: 0.05,
        zeroPoint: zero,
        min,
        max: max - 3,
        dtype,
      };
      for (const [left, right] of [
        [
          [1, 3, 4, 2],
          [1, 3, 4, 2],
        ],
        [
          [2, 3, 2, 2],
          [3, 1, 1],
        ],
        [[1], [5]],
      ] as const) {
        b.check(op(ops.quantizedAdd), [b.input(dtype, left), b.input(dtype, right)], attributes);
        b.check(op(ops.quantizedMul), [b.input(dtype, left), b.randomConstant(dtype, right)], {
          ...attributes,
          outputScale: dtype === 'int16' ? 0.9 : 0.05,
        });
      }
      const shifted = { ...attributes, aZeroPoint: min, bZeroPoint: max, outputScale: 0.9 };
      b.check(op(ops.quantizedMul), [b.input(dtype, [9]), b.input(dtype, [9])], shifted);
    }
  }
  for (const rule of ['float-table', 'gemmlowp', 'real-even']) {
    for (const dtype of ['int8', 'uint8'] as const) {
      for (const [shape, axis] of [
        [[2, 12], 1],
        [[1, 5, 3, 2], 1],
        [[2, 3, 4], 2],
      ] as const) {
        for (const inputScale of [0.0431, 0.5]) {
          b.check(op(ops.quantizedSoftmax), [b.input(dtype, shape)], {
            axis,
            rule,
            inputScale,
            outputScale: 1 / 256,
            zeroPoint: dtype === 'int8' ? -128 : 0,
            dtype,
          });
        }
      }
    }
    b.check(op(ops.quantizedSoftmax), [b.input('int8', [3, 7])], {
      axis: 1,
      rule,
      inputScale: 0.1,
      outputScale: 1 / 32768,
      zeroPoint: rule === 'gemmlowp' ? -32768 : 0,
      dtype: 'int16',
    });
  }
}

/** Pooling of every kind and element type. */
export function poolingCases(b: CaseBuilder): void {
  const forms = [
    { x: [1, 3, 6, 5], kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], ceilMode: false },
    { x: [2, 2, 5, 5], kernel: [3, 3], strides: [1, 2], pads: [1, 1, 1, 1], ceilMode: true },
    { x: [1, 4, 7, 4], kernel: [3, 2], strides: [2, 2], pads: [1, 0, 0, 1], ceilMode: true },
    { x: [1, 5, 4, 3], kernel: [4, 3], strides: [1, 1], pads: [0, 0, 0, 0], ceilMode: false },
  ];
  for (const { x: shape, ...form } of forms) {
    for (const dtype of ['int8', 'uint8', 'int16', 'uint16', 'int32', 'float32', 'float64'] as const) {
      b.check(op(ops.maxPool2d), [b.input(dtype, shape)], { ...form, dilations: [1, 1] });
    }
    for (const dtype of ['int8', 'uint8', 'int16', 'uint16', 'int32'] as const) {
      for (const rounding of ['half-away', 'floor']) {
        for (const countIncludePad of [false, true]) {
          b.check(op(ops.averagePool2d), [b.input(dtype, shape)], { ...form, countIncludePad, rounding });
        }
      }
      const sum = b.node(op(ops.sumPool2d), [b.input(dtype, shape)], {
        ...form,
        inputZeroPoint: dtype.startsWith('u') ? 9 : -2,
      });
      if (dtype.endsWith('32')) b.outputs.push(sum);
      else
        requantized(
          b,
          sum,
          dtype === 'int8' ? 'single' : 'real-even',
          1,
          dtype.endsWith('16') ? 2 ** -9 : 0.11,
          'int8',
        );
    }
    for (const countIncludePad of [false, true]) {
      b.check(op(ops.averagePool2d), [b.input('float32', shape)], {
        ...form,
        countIncludePad,
        rounding: 'float',
      });
    }
  }
  const dilated = { kernel: [2, 3], strides: [1, 1], pads: [1, 2, 1, 2], dilations: [2, 2], ceilMode: false };
  b.check(op(ops.maxPool2d), [b.input('int8', [1, 2, 5, 5])], dilated);
  const odd = tensor('float32', [1, 1, 3, 3], [1, NaN, -Infinity, 4, 5, Infinity, -0, 0, -2]);
  b.check(op(ops.maxPool2d), [b.given(odd)], {
    kernel: [2, 2],
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    dilations: [1, 1],
    ceilMode: false,
  });
}

/** Element-wise operators of two operands. */
export function binaryCases(b: CaseBuilder): void {
  const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
    [
      [2, 3, 4, 5],
      [2, 3, 4, 5],
    ],
    [
      [1, 3, 2, 4],
      [3, 1, 1],
    ],
    [
      [4, 1, 3],
      [5, 1],
    ],
    [[], [6]],
  ];
  const operators = { add: ops.add, sub: ops.sub, mul: ops.mul, minimum: ops.minimum, maximum: ops.maximum };
  for (const dtype of [...integers, ...floats]) {
    shapes.forEach(([left, right], i) => {
      for (const operator of Object.values(operators)) {
        const second = i % 2 === 1 ? b.randomConstant(dtype, right) : b.input(dtype, right);
        b.check(op(operator), [b.input(dtype, left), second], { dtype });
      }
    });
    for (const rounding of ['floor', 'truncate']) {
      b.check(
        op(ops.div),
        [
          b.input(dtype, [3, 40]),
          b.input(
            dtype,
            [40],
            [-3, 3].map((x) => (dtype.startsWith('u') ? Math.max(0, x) : x)) as unknown as Range,
          ),
        ],
        { dtype, rounding },
      );
      b.check(op(ops.div), [b.input(dtype, [50]), b.input(dtype, [50])], { dtype, rounding });
    }
    const exponents: Range = dtype.startsWith('u') ? [0, 9] : dtype.startsWith('int') ? [-2, 9] : [0.5, 2];
    const bases: Range = dtype.startsWith('u') ? [0, 9] : dtype.startsWith('int') ? [-4, 9] : [0.1, 3];
    b.check(op(ops.pow), [b.input(dtype, [3, 20], bases), b.input(dtype, [20], exponents)], { dtype });
  }
  const least = tensor('int32', [3], [-(2 ** 31), -(2 ** 31), 7]);
  for (const rounding of ['floor', 'truncate']) {
    b.check(op(ops.div), [b.given(least), b.given(tensor('int32', [3], [-1, 1, 0]))], {
      dtype: 'int32',
      rounding,
    });
    const wide = new BigInt64Array([-(2n ** 63n), -(2n ** 63n), 7n]);
    b.check(
      op(ops.div),
      [
        b.given({ type: { dtype: 'int64', shape: [3] }, data: wide }),
        b.given(tensor('int64', [3], [-1n, 1n, 0n])),
      ],
      { dtype: 'int64', rounding },
    );
  }
  // Operands of other types than the result.
  b.check(op(ops.add), [b.input('int8', [2, 3]), b.input('uint8', [3])], { dtype: 'int32' });
  b.check(op(ops.mul), [b.input('int8', [2, 3]), b.input('int8', [3])], { dtype: 'int32' });
  b.check(op(ops.mul), [b.input('uint16', [2, 3]), b.input('uint16', [3])], { dtype: 'int32' });
  b.check(op(ops.sub), [b.input('int32', [2, 3]), b.input('uint8', [3])], { dtype: 'int16' });
  b.check(op(ops.mul), [b.input('int64', [4]), b.input('int32', [4])], { dtype: 'uint32' });
  b.check(op(ops.add), [b.input('int32', [4]), b.input('float32', [4])], { dtype: 'float32' });
  b.check(op(ops.sub), [b.input('int64', [4]), b.input('uint64', [4])], { dtype: 'float32' });
  const same = b.input('int16', [6]);
  b.check(op(ops.mul), [same, same], { dtype: 'int16' });
}

/** Element-wise operators of one operand, conversions and tables. */
export function unaryCases(b: CaseBuilder): void {
  const specials = [
    0, -0, 0.5, -0.5, 1.5, 2.5, -1.5, 0.3, -0.3, 1e-9, 8388607.5, -8388607.5, 3e9, -3e9, 1e20, -1e20,
  ];
  const shapes = [[1, 3, 4, 2], [7]] as const;
  for (const dtype of floats) {
    for (const shape of shapes) {
      const plain = [
        ops.abs,
        ops.neg,
        ops.floor,
        ops.ceil,
        ops.round,
        ops.exp,
        ops.tanh,
        ops.sigmoid,
        ops.erf,
        ops.softplus,
        ops.hardSwish,
      ];
      for (const operator of plain) b.check(op(operator), [b.input(dtype, shape)], {});
      for (const operator of [ops.sqrt, ops.log])
        b.check(op(operator), [b.input(dtype, shape, [0.01, 50])], {});
      b.check(op(ops.clip), [b.input(dtype, shape)], { min: 0, max: Infinity });
      b.check(op(ops.clip), [b.input(dtype, shape)], { min: -0.1, max: 0.7 });
      b.check(op(ops.clip), [b.input(dtype, shape)], { min: -Infinity, max: 6 });
      b.check(op(ops.leakyRelu), [b.input(dtype, shape)], { alpha: 0.1 });
      b.check(op(ops.elu), [b.input(dtype, shape)], { alpha: 1.3 });
      b.check(op(ops.hardSigmoid), [b.input(dtype, shape)], { alpha: 0.2, beta: 0.5 });
      b.check(op(ops.gelu), [b.input(dtype, shape)], {});
      b.check(op(ops.gelu), [b.input(dtype, shape)], { approximate: 'tanh' });
    }
    b.check(op(ops.prelu), [b.input(dtype, [2, 3, 2, 2]), b.randomConstant(dtype, [3, 1, 1])], {});
    b.check(op(ops.prelu), [b.input(dtype, [4]), b.input(dtype, [4])], {});
    const odd = b.given(tensor(dtype, [specials.length], specials));
    for (const operator of [ops.floor, ops.ceil, ops.round, ops.abs, ops.neg])
      b.check(op(operator), [odd], {});
  }
  for (const dtype of integers) {
    for (const operator of [ops.abs, ops.neg]) b.check(op(operator), [b.input(dtype, [1, 3, 4, 2])], {});
    b.check(op(ops.clip), [b.input(dtype, [1, 3, 4, 2])], { min: dtype.startsWith('u') ? 3 : -3, max: 100 });
  }
  b.check(op(ops.abs), [b.given(tensor('int32', [2], [-(2 ** 31), 5]))], {});
  b.check(op(ops.neg), [b.given(tensor('int8', [2], [-128, 5]))], {});
  for (const from of all) {
    for (const to of all) {
      for (const saturate of [false, true]) {
        const range: Range | undefined = from.startsWith('float') ? [-70000, 70000] : undefined;
        b.check(op(ops.cast), [b.input(from, [23], range)], { dtype: to, saturate });
        if (!from.startsWith('float')) continue;
        const extremes = [
          ...specials,
          NaN,
          Infinity,
          -Infinity,
          127.5,
          -128.5,
          2147483647,
          -2147483649,
          4294967296,
          1.8e19,
          9.3e18,
          -9.3e18,
        ];
        b.check(op(ops.cast), [b.given(tensor(from, [extremes.length], extremes))], { dtype: to, saturate });
      }
    }
  }
  for (const dtype of ['int8', 'uint8'] as const) {
    for (const table of ['bool', 'int8', 'uint8', 'float32', 'float64'] as const) {
      b.check(op(ops.lookup), [b.input(dtype, [1, 4, 5, 3]), b.randomConstant(table, [256])], {});
    }
    b.check(op(ops.lookup), [b.input(dtype, [9]), b.input('uint8', [256])], {});
  }
}

/** Floats to integers and back, normalisation, reductions, softmax. */
export function floatCases(b: CaseBuilder): void {
  for (const dtype of ['int8', 'uint8', 'int16', 'uint16', 'int32'] as const) {
    const scale = dtype === 'int32' ? [1e-8, 2e-8, 3e-9] : [0.01, 0.03, 0.5];
    const zero = b.values(dtype, [3, 5, 0]);
    b.check(
      op(ops.quantize),
      [b.input('float32', [2, 3, 4, 2], [-50, 50]), b.values('float32', scale), zero],
      { axis: 1, dtype },
    );
    b.check(
      op(ops.quantize),
      [b.input('float32', [5, 7], [-9, 9]), b.values('float32', [0.25]), b.values(dtype, [1])],
      { axis: 0, dtype },
    );
    b.check(
      op(ops.quantize),
      [
        b.given(tensor('float32', [6], [NaN, Infinity, -Infinity, 0.5, 1.5, -2.5])),
        b.values('float32', [1]),
        b.values('int32', [0]),
      ],
      { axis: 0, dtype },
    );
    b.check(op(ops.dequantize), [b.input(dtype, [2, 3, 4, 2]), b.values('float32', scale), zero], {
      axis: 1,
    });
    b.check(op(ops.dequantize), [b.input(dtype, [11]), b.values('float32', [0.1]), b.values('int32', [-7])], {
      axis: 0,
    });
  }
  for (const shape of [
    [2, 3, 4, 2],
    [3, 4],
    [1, 5, 6],
  ]) {
    const channels = [shape[1] ?? 1];
    const vector = (): Value => b.randomConstant('float32', channels, [0.1, 2]);
    b.check(op(ops.batchNorm), [b.input('float32', shape), vector(), vector(), vector(), vector()], {
      epsilon: 1e-3,
    });
  }
  for (const dtype of floats) {
    for (const [shape, axes] of [
      [
        [2, 3, 4, 5],
        [2, 3],
      ],
      [[2, 3, 4, 5], [1]],
      [
        [3, 4],
        [0, 1],
      ],
      [[5], [0]],
      [[2, 3, 4], []],
    ] as const) {
      for (const keepDims of [false, true]) {
        for (const operator of [ops.reduceMean, ops.reduceSum, ops.reduceMax]) {
          b.check(op(operator), [b.input(dtype, shape)], { axes, keepDims });
        }
      }
    }
    for (const [shape, axis] of [
      [[2, 7], 1],
      [[1, 4, 3, 2], 1],
      [[3, 5], 0],
      [[2, 3, 4], 2],
    ] as const) {
      b.check(op(ops.softmax), [b.input(dtype, shape)], { axis });
      b.check(op(ops.logSoftmax), [b.input(dtype, shape)], { axis });
    }
  }
  for (const dtype of integers) {
    for (const [shape, axes] of [
      [
        [2, 3, 4, 5],
        [2, 3],
      ],
      [
        [2, 3, 4, 5],
        [0, 2],
      ],
    ] as const) {
      b.check(op(ops.reduceSum), [b.input(dtype, shape)], { axes, keepDims: false });
      b.check(op(ops.reduceMax), [b.input(dtype, shape)], { axes, keepDims: true });
    }
  }
}

/** Operators that move elements, for every element type. */
export function movementCases(b: CaseBuilder): void {
  for (const dtype of all) {
    b.check(op(ops.transpose), [b.input(dtype, [2, 3, 4])], { perm: [2, 0, 1] });
    b.check(op(ops.slice), [b.input(dtype, [1, 4, 5, 6])], {
      starts: [0, 3, 0, 5],
      ends: [1, 0, 5, -1],
      steps: [1, -1, 2, -2],
    });
    b.check(
      op(ops.concat),
      [b.input(dtype, [2, 3]), b.randomConstant(dtype, [2, 1]), b.input(dtype, [2, 4])],
      { axis: 1 },
    );
    b.check(
      op(ops.gather),
      [b.input(dtype, [3, 5, 2]), b.constant(tensor('int64', [2, 2], [0n, -1n, 3n, 1n]))],
      { axis: 1 },
    );
    b.check(op(ops.identity), [b.input(dtype, [2, 5])], {});
    const value = dtype === 'float32' ? -Infinity : dtype.startsWith('float') ? 0.5 : 1;
    b.check(op(ops.pad), [b.input(dtype, [1, 2, 3, 4])], {
      pads: [0, 1, 2, 0, 0, 0, 1, 3],
      value,
      mode: 'constant',
    });
  }
  const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
    [
      [1, 3, 4, 5],
      [0, 2, 3, 1],
    ],
    [
      [2, 3, 4, 5],
      [3, 1, 0, 2],
    ],
    [
      [4, 5],
      [1, 0],
    ],
    [
      [2, 1, 3, 1, 2],
      [4, 3, 2, 1, 0],
    ],
    [
      [2, 2, 2, 3, 2, 2],
      [5, 0, 3, 1, 4, 2],
    ],
  ];
  for (const [shape, perm] of shapes) b.check(op(ops.transpose), [b.input('int16', shape)], { perm });
  b.check(op(ops.reshape), [b.input('int8', [2, 3, 4, 2])], { shape: [6, 8] });
  b.check(op(ops.reshape), [b.input('float32', [6, 8])], { shape: [2, 3, 4, 2] });
  b.check(op(ops.reshape), [b.input('float32', [1, 6, 4, 2])], { shape: [1, 3, 4, 4] });
  b.check(op(ops.identity), [b.input('float32', [1, 3, 2, 5])], {});
  b.check(op(ops.concat), [b.input('int8', [1, 2, 3, 4]), b.input('int8', [1, 3, 3, 4])], { axis: 1 });
  const twice = b.input('int8', [1, 2, 3, 4]);
  b.check(op(ops.concat), [twice, twice], { axis: 3 });
  b.check(op(ops.split), [b.input('int8', [1, 6, 3, 2])], { axis: 1, sizes: [1, 3, 2] });
  b.check(op(ops.split), [b.input('float32', [5, 2])], { axis: 0, sizes: [4, 1] });
  for (const mode of ['reflect', 'edge']) {
    b.check(op(ops.pad), [b.input('int8', [1, 2, 4, 5])], { pads: [0, 0, 2, 3, 0, 1, 1, 0], value: 0, mode });
    b.check(op(ops.pad), [b.input('float32', [6])], { pads: [2, 5], value: 0, mode });
  }
  for (const dtype of ['int8', 'float32'] as const) {
    b.check(op(ops.resizeNearest), [b.input(dtype, [2, 3, 2, 3])], { scales: [2, 3] });
    b.check(op(ops.resizeNearest), [b.input(dtype, [1, 1, 1, 4])], { scales: [3, 1] });
  }
  b.check(op(ops.gather), [b.input('float32', [4, 3]), b.input('int32', [5], [-4, 3])], { axis: 0 });
  b.check(op(ops.gather), [b.input('float32', [4, 3]), b.constant(tensor('int32', [], [2]))], { axis: 1 });
  const order = (axes: readonly number[]): readonly number[] => axes;
  b.check(op(ops.layoutTransform), [b.input('int8', [1, 3, 4, 5])], {
    from: order([0, 1, 2, 3]),
    to: order([0, 1, 2, 3]),
  });
}

/** All groups by name. */
export const caseGroups: Readonly<Record<string, (builder: CaseBuilder) => void>> = {
  convolution: convolutionCases,
  product: productCases,
  requantize: requantizeCases,
  quantized: quantizedCases,
  pooling: poolingCases,
  binary: binaryCases,
  unary: unaryCases,
  float: floatCases,
  movement: movementCases,
};
