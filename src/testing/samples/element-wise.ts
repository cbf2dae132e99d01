import type { DataType } from '../../ir/data-type.ts';
import type { Attributes, OpDefinition } from '../../ir/op.ts';
import type { Shape } from '../../ir/tensor.ts';
import * as ops from '../../ops/index.ts';
import type { Sample } from '../sample-builder.ts';
import { epilogues, scaled } from './scaling.ts';

/** One element, odd shapes, whole blocks, ranks 1 to 4. */
export const edgeShapes: readonly Shape[] = [
  [1, 3, 4, 5],
  [1, 16, 8, 8],
  [1, 1, 1, 1],
  [2, 7],
  [5],
  [1, 17, 3, 3],
  [1, 8, 4],
  [1, 64],
];

const integers = ['int8', 'uint8', 'int16', 'int32'] as const;
const types = [...integers, 'float32'] as const;

function each(
  name: string,
  make: (shape: Shape, dtype: DataType) => Omit<Sample, 'name' | 'features'>,
  dtypes: readonly DataType[],
): Sample[] {
  return edgeShapes.flatMap((shape, i) =>
    dtypes
      .filter((_, k) => (i + k) % 2 === 0 || k === 0)
      .map((dtype) => ({
        name: `${name} ${dtype}[${shape.join()}]`,
        features: [name, dtype, shape.join()],
        ...make(shape, dtype),
      })),
  );
}

const binary = [ops.add, ops.sub, ops.mul, ops.minimum, ops.maximum];
const logic = [ops.equal, ops.less, ops.bitwiseAnd, ops.bitwiseOr, ops.bitwiseXor];
const plain = [ops.abs, ops.neg] as unknown as OpDefinition<Attributes>[];
const curves = [
  ops.exp,
  ops.tanh,
  ops.sigmoid,
  ops.erf,
  ops.floor,
  ops.round,
] as unknown as OpDefinition<Attributes>[];

/** Element by element, of one, two or three operands. */
export const elementWiseSamples: readonly Sample[] = [
  ...epilogues
    .filter((epilogue) => epilogue !== 'none' && epilogue !== 'clip')
    .flatMap((epilogue) =>
      edgeShapes
        .filter((shape) => shape.length > 1)
        .map((shape, i): Sample => ({
          name: `requantize ${epilogue} [${shape.join()}]`,
          features: [epilogue, shape.join()],
          build: (b) => {
            const dtype = b.pick(['int8', 'uint8']);
            const x = b.input('int32', shape, { min: -40_000, max: 40_000 });
            return [
              scaled(b, x, epilogue, {
                axis: shape.length > 2 && i % 2 === 0 ? 1 : shape.length - 1,
                reach: 30_000,
                dtype,
              }),
            ];
          },
        })),
    ),
  ...epilogues
    .filter((epilogue) => epilogue !== 'none' && epilogue !== 'clip')
    .flatMap((epilogue, e) =>
      edgeShapes
        .filter((shape) => shape.length > 1)
        .map((shape): Sample => ({
          name: `add of int8, ${epilogue} [${shape.join()}]`,
          features: ['add', epilogue, shape.join()],
          build: (b) => {
            const dtype = e % 2 === 0 ? 'int8' : b.pick(['int8', 'uint8']);
            const sum = b.node(ops.add, [b.input(dtype, shape), b.input(dtype, shape)], { dtype: 'int32' });
            return [scaled(b, sum, epilogue, { axis: 1, reach: 250, dtype })];
          },
        })),
    ),
  ...binary.flatMap((op) =>
    each(
      op.name,
      (shape, dtype) => ({
        build: (b) => [b.node(op, [b.input(dtype, shape), b.input(dtype, shape)], { dtype })],
      }),
      types,
    ),
  ),
  ...each(
    'broadcast add',
    (shape) => ({
      build: (b) => [
        b.node(
          ops.add,
          [
            b.input('int16', shape),
            b.input(
              'int16',
              shape.map((extent, i) => (i === 1 ? extent : 1)),
            ),
          ],
          {
            dtype: 'int32',
          },
        ),
      ],
    }),
    ['int16'],
  ),
  ...(['single', 'double', 'real-even'] as const).flatMap((rule) =>
    [ops.quantizedAdd, ops.quantizedMul].flatMap((op) =>
      each(
        `${op.name} ${rule}`,
        (shape, dtype) => ({
          build: (b) => {
            const unsigned = dtype === 'uint8';
            const zero = (): number => b.integer(-20, 20) + (unsigned ? 128 : 0);
            const low = b.pick([0, 9]);
            return [
              b.node(op, [b.input(dtype, shape), b.input(dtype, shape)], {
                rule,
                aScale: 0.0213,
                aZeroPoint: zero(),
                bScale: 0.037,
                bZeroPoint: zero(),
                outputScale: op === ops.quantizedMul ? 0.09 : 0.05,
                zeroPoint: zero(),
                min: (unsigned ? 0 : -128) + low,
                max: (unsigned ? 255 : 127) - low,
                dtype: dtype,
              }),
            ];
          },
        }),
        ['int8', 'uint8'],
      ),
    ),
  ),
  ...each(
    'quantized_add of equal scales',
    (shape, dtype) => ({
      build: (b) => [
        b.node(ops.quantizedAdd, [b.input(dtype, shape), b.input(dtype, shape)], {
          rule: 'single',
          ...{ aScale: 0.02, aZeroPoint: 0, bScale: 0.02, bZeroPoint: 0, outputScale: 0.04, zeroPoint: 0 },
          ...{
            min: dtype === 'uint8' ? 0 : -128,
            max: dtype === 'uint8' ? 255 : 127,
            dtype: dtype,
          },
        }),
      ],
    }),
    ['int8', 'uint8'],
  ),
  // Every other result lies halfway between two integers, where rules of rounding differ.
  ...(['single', 'double', 'real-even'] as const).flatMap((rule) =>
    [ops.quantizedAdd, ops.quantizedMul].map((op): Sample => ({
      name: `${op.name} ${rule}, with ties`,
      features: [rule, 'ties'],
      always: true,
      build: (b) => [
        b.node(op, [b.input('int8', [1, 6, 5, 8]), b.input('int8', [1, 6, 5, 8])], {
          rule,
          ...{ aScale: 0.25, aZeroPoint: 3, bScale: 0.25, bZeroPoint: -4 },
          ...{ outputScale: op === ops.quantizedMul ? 8 : 0.5, zeroPoint: 1 },
          ...{ min: -128, max: 127, dtype: 'int8' },
        }),
      ],
    })),
  ),
  ...(['broadcast', 'of int16', 'of one operand'] as const).map((odd): Sample => ({
    name: `quantized_add ${odd}`,
    features: [odd],
    always: true,
    build: (b) => {
      const dtype = odd === 'of int16' ? 'int16' : 'int8';
      const x = b.input(dtype, [1, 8, 4, 4]);
      const y =
        odd === 'of one operand' ? x : b.input(dtype, odd === 'broadcast' ? [1, 8, 1, 1] : [1, 8, 4, 4]);
      return [
        b.node(ops.quantizedAdd, [x, y], {
          rule: 'single',
          ...{ aScale: 0.0213, aZeroPoint: 0, bScale: 0.037, bZeroPoint: 0, outputScale: 0.05, zeroPoint: 0 },
          ...{ min: -100, max: 100, dtype },
        }),
      ];
    },
  })),
  ...logic.flatMap((op) =>
    each(
      op.name,
      (shape, dtype) => ({
        build: (b) => [b.node(op, [b.input(dtype, shape), b.input(dtype, shape)], {})],
      }),
      ['int8', 'uint8', 'int32'],
    ),
  ),
  ...plain.flatMap((op) =>
    each(op.name, (shape, dtype) => ({ build: (b) => [b.node(op, [b.input(dtype, shape)], {})] }), types),
  ),
  ...curves.flatMap((op) =>
    each(op.name, (shape, dtype) => ({ build: (b) => [b.node(op, [b.input(dtype, shape)], {})] }), [
      'float32',
    ]),
  ),
  ...each(
    'clip',
    (shape, dtype) => ({
      build: (b) => [
        b.node(ops.clip, [b.input(dtype, shape)], { min: dtype.startsWith('u') ? 3 : -3, max: 100 }),
      ],
    }),
    types,
  ),
  ...each(
    'cast',
    (shape, dtype) => ({
      build: (b) => {
        const to = b.pick(['int8', 'uint8', 'int16', 'int32', 'float32']);
        const range = dtype === 'float32' ? { min: -100, max: 100 } : undefined;
        return [b.node(ops.cast, [b.input(dtype, shape, range)], { dtype: to, saturate: true })];
      },
    }),
    types,
  ),
  ...each(
    'change_sign',
    (shape, dtype) => ({
      build: (b) => [b.node(ops.changeSign, [b.input(dtype, shape)], {})],
    }),
    ['int8', 'uint8'],
  ),
  ...each(
    'lookup',
    (shape, dtype) => ({
      build: (b) => [b.node(ops.lookup, [b.input(dtype, shape), b.constant('int8', [256])], {})],
    }),
    ['int8', 'uint8'],
  ),
  ...each(
    'select',
    (shape, dtype) => ({
      build: (b) => [
        b.node(ops.select, [b.input('bool', shape), b.input(dtype, shape), b.input(dtype, shape)], {}),
      ],
    }),
    ['int8', 'float32'],
  ),
  ...each(
    'prelu',
    (shape, dtype) => ({
      build: (b) => [b.node(ops.prelu, [b.input(dtype, shape), b.constant(dtype, shape)], {})],
    }),
    ['float32'],
  ),
  ...each(
    'leaky_relu',
    (shape, dtype) => ({
      build: (b) => [b.node(ops.leakyRelu, [b.input(dtype, shape)], { alpha: 0.1 })],
    }),
    ['float32'],
  ),
  ...integers.flatMap((dtype): Sample[] => [
    {
      name: `quantize to ${dtype}`,
      features: [dtype],
      build: (b) => [
        b.node(
          ops.quantize,
          [
            b.input('float32', [2, 3, 4, 2], { min: -50, max: 50 }),
            b.values('float32', [0.1, 0.3, 0.5]),
            b.values(dtype, [3, 5, 0]),
          ],
          { axis: 1, dtype },
        ),
      ],
    },
    {
      name: `quantize an image to ${dtype}`,
      features: [dtype, 'whole'],
      build: (b) => [
        b.node(
          ops.quantize,
          [
            b.input('float32', [1, 3, 8, 5], { min: -50, max: 50 }),
            b.values('float32', [0.25]),
            b.values(dtype, [1]),
          ],
          {
            axis: 0,
            dtype,
          },
        ),
      ],
    },
    {
      name: `dequantize ${dtype}`,
      features: [dtype],
      build: (b) => [
        b.node(
          ops.dequantize,
          [b.input(dtype, [1, 3, 4, 2]), b.values('float32', [0.1]), b.values(dtype, [1])],
          { axis: 1 },
        ),
      ],
    },
  ]),
];
