import test from 'ava';
import { ops, ShapeError, type DataType, type OpDefinition, type TensorType } from 'match-compiler';

const type = (dtype: DataType, ...shape: number[]): TensorType => ({ dtype, shape });
const conv = {
  strides: [1, 1],
  dilations: [1, 1],
  pads: [0, 0, 0, 0],
  groups: 1,
  inputZeroPoint: 0,
  weightZeroPoint: 0,
  accumulator: 'int32',
} as const;
const pool = { kernel: [2, 2], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], ceilMode: false };
const average = {
  kernel: [2, 2],
  strides: [1, 1],
  pads: [0, 0, 0, 0],
  ceilMode: false,
  countIncludePad: false,
  rounding: 'float',
} as const;
const scale = { axis: 1, inputZeroPoint: 0, zeroPoint: 0, min: -128, max: 127, dtype: 'int8' } as const;
const binary = {
  rule: 'single',
  aScale: 1,
  aZeroPoint: 0,
  bScale: 1,
  bZeroPoint: 0,
  outputScale: 1,
  zeroPoint: 0,
  min: -128,
  max: 127,
  dtype: 'int8',
} as const;
const x = type('int8', 1, 4, 5, 5);
const w = type('int8', 8, 4, 3, 3);
const constants = [type('int32', 4), type('int8', 4)];
const huge = type('int8', 65536, 65536);

type Row = [name: string, attempt: () => unknown, message: RegExp];
const row = <A extends Parameters<OpDefinition['infer']>[1]>(
  op: OpDefinition<A>,
  inputs: TensorType[],
  attributes: A,
  message: RegExp,
): Row => [op.name, () => op.infer(inputs, attributes), message];

const rows: Row[] = [
  row(ops.conv2d, [x], conv, /2 to 3 inputs, not 1/),
  row(ops.conv2d, [type('int8', 4, 5, 5), w], conv, /rank 3, not 4/),
  row(ops.conv2d, [x, type('int8', 8, 3, 3, 3)], conv, /4 channels, the weights take 3 in each of 1/),
  row(ops.conv2d, [x, w], { ...conv, groups: 2 }, /4 channels, the weights take 4 in each of 2/),
  row(ops.conv2d, [x, type('int8', 7, 2, 3, 3)], { ...conv, groups: 2 }, /7 filters in 2 groups/),
  row(ops.conv2d, [x, w], { ...conv, groups: 0 }, /groups is \[0\]/),
  row(ops.conv2d, [x, w], { ...conv, strides: [0, 1] }, /strides is \[0,1\]/),
  row(ops.conv2d, [x, w], { ...conv, strides: [1] }, /strides is \[1\], not 2/),
  row(ops.conv2d, [x, w], { ...conv, dilations: [1, -1] }, /dilations is \[1,-1\]/),
  row(ops.conv2d, [x, w], { ...conv, pads: [0, 0, -1, 0] }, /pads is \[0,0,-1,0\]/),
  row(ops.conv2d, [x, w], { ...conv, dilations: [3, 1] }, /window of 7 positions does not fit in 5/),
  row(ops.conv2d, [x, type('float32', 8, 4, 3, 3)], conv, /int8 times float32 into int32/),
  row(ops.conv2d, [x, w], { ...conv, accumulator: 'float32' }, /int8 times int8 into float32/),
  row(ops.conv2d, [x, w], { ...conv, inputZeroPoint: 128 }, /is 128, outside int8/),
  row(ops.conv2d, [x, w, type('int32', 7)], conv, /bias of shape \[7\] for 8 filters/),
  row(ops.conv2d, [x, w, type('int64', 8)], conv, /bias is int64, not int32/),
  row(ops.conv2d, [x, w], { ...conv, pads: [2 ** 30, 0, 2 ** 30, 0] }, /elements, the limit is/),
  row(ops.conv2d, [type('int8', 1, 4, 0, 5), w], conv, /input is empty/),
  row(
    ops.dense,
    [type('int8', 2, 3), type('int8', 4, 5)],
    { inputZeroPoint: 0, weightZeroPoint: 0, accumulator: 'int32' },
    /3 features, the weights take 5/,
  ),
  row(
    ops.matmul,
    [type('int8', 2, 3), type('int8', 2, 3)],
    { aZeroPoint: 0, bZeroPoint: 0, accumulator: 'int32' },
    /3 columns against 2 rows/,
  ),
  row(
    ops.matmul,
    [type('int8'), type('int8', 2, 3)],
    { aZeroPoint: 0, bZeroPoint: 0, accumulator: 'int32' },
    /scalar/,
  ),
  row(
    ops.matmul,
    [type('int8', 2, 1, 3), type('int8', 3, 3, 1)],
    { aZeroPoint: 0, bZeroPoint: 0, accumulator: 'int32' },
    /2 against 3/,
  ),
  row(ops.maxPool2d, [type('float32', 1, 2, 3)], pool, /rank 3/),
  row(ops.maxPool2d, [x], { ...pool, kernel: [6, 1] }, /window of 6 positions does not fit in 5/),
  row(ops.maxPool2d, [x], { ...pool, pads: [2, 0, 0, 0] }, /pads 2 and 0 hide a window of 2/),
  row(ops.averagePool2d, [x], average, /input is int8, not float32/),
  row(ops.averagePool2d, [type('float32', 1, 1, 2, 2)], { ...average, rounding: 'floor' }, /float32/),
  row(
    ops.sumPool2d,
    [x],
    { kernel: [2, 2], strides: [1, 1], pads: [0, 0, 0, 0], ceilMode: false, inputZeroPoint: -129 },
    /outside int8/,
  ),
  row(
    ops.requantize,
    [type('int32', 1, 4), ...constants],
    { ...scale, rule: 'real-even' },
    /2 constants for the rule real-even/,
  ),
  row(
    ops.requantize,
    [type('int32', 1, 5), ...constants],
    { ...scale, rule: 'single' },
    /\[4\], not 1 or 5 elements/,
  ),
  row(
    ops.requantize,
    [type('int32', 1, 4), ...constants],
    { ...scale, rule: 'single', axis: 2 },
    /axis 2 of a tensor of rank 2/,
  ),
  row(
    ops.requantize,
    [type('float32', 1, 4), ...constants],
    { ...scale, rule: 'single' },
    /accumulator is float32/,
  ),
  row(
    ops.requantize,
    [type('int64', 1, 4), ...constants],
    { ...scale, rule: 'double' },
    /accumulator is int64/,
  ),
  row(
    ops.requantize,
    [type('int32', 1, 4), ...constants],
    { ...scale, rule: 'single', max: 128 },
    /bounds -128\.\.128 on int8/,
  ),
  row(
    ops.requantize,
    [type('int32', 1, 4), type('int32', 4), type('int64', 4)],
    { ...scale, rule: 'floor' },
    /divisor is undefined/,
  ),
  row(
    ops.requantize,
    [type('int32', 1, 4), type('float64', 4)],
    { ...scale, rule: 'real-even' },
    /denominator is NaN/,
  ),
  row(
    ops.requantize,
    [type('int32', 1, 4), type('int32', 4), type('int32', 4), type('int8', 1)],
    { ...scale, zeroPoint: 3, rule: 'shift' },
    /zero points 0 and 3 where the addend holds them/,
  ),
  row(
    ops.requantize,
    [type('int32', 1, 4), type('int32', 4), type('int64', 4), type('int8', 1)],
    { ...scale, rule: 'shift' },
    /addend is int64/,
  ),
  row(ops.requantize, [type('int32', 1, 4), ...constants], { ...scale, rule: 'shift' }, /2 constants for/),
  row(ops.changeSign, [type('int16', 4)], {}, /input is int16/),
  row(ops.quantizedAdd, [x, x], { ...binary, outputScale: 0 }, /output scale is 0/),
  row(ops.quantizedAdd, [x, x], { ...binary, outputScale: 1e-30 }, /factor of/),
  row(ops.quantizedAdd, [x, type('int16', 1)], binary, /int8 with int16/),
  row(
    ops.quantizedAdd,
    [type('int16', 1), type('int16', 1)],
    { ...binary, aZeroPoint: 1 },
    /zero points 1 and 0 on int16/,
  ),
  row(ops.quantizedMul, [x, type('int8', 3)], binary, /do not broadcast \(5 against 3\)/),
  row(ops.quantizedMul, [x, x], { ...binary, aScale: 1e200, bScale: 1e200 }, /factor of Infinity/),
  row(
    ops.quantizedSoftmax,
    [x],
    { axis: 4, rule: 'gemmlowp', inputScale: 1, outputScale: 1, zeroPoint: 0, dtype: 'int8' },
    /axis 4/,
  ),
  row(
    ops.quantizedSoftmax,
    [type('int8', 4096)],
    { axis: 0, rule: 'gemmlowp', inputScale: 1, outputScale: 1, zeroPoint: 0, dtype: 'int8' },
    /rows of 4096/,
  ),
  row(ops.add, [type('int8', 2), type('int8', 3)], { dtype: 'int8' }, /2 against 3/),
  row(
    ops.add,
    [type('float32', 2), type('int8', 2)],
    { dtype: 'int8' },
    /operand is float32 where the result is int8/,
  ),
  row(ops.add, [type('int8', 65536, 1), type('int8', 1, 65536)], { dtype: 'int8' }, /4294967296 elements/),
  row(ops.sigmoid, [x], {}, /input is int8/),
  row(ops.clip, [x], { min: -Infinity, max: 6 }, /bounds -Infinity\.\.6 on int8/),
  row(ops.clip, [type('float32', 1)], { min: 1, max: 0 }, /bounds 1\.\.0/),
  row(ops.prelu, [type('float32', 2), type('float32', 3, 2)], {}, /slope of shape \[3,2\] for \[2\]/),
  row(ops.lookup, [x, type('int8', 255)], {}, /\[255\], not \[256\]/),
  row(ops.quantize, [x, type('float32', 1), type('int8', 1)], { axis: 0, dtype: 'int8' }, /input is int8/),
  row(ops.dequantize, [x, type('float32', 4), type('int8', 1)], { axis: 1 }, /4 scales with 1 zero points/),
  row(ops.dequantize, [x, type('float32', 4), type('int8', 4)], { axis: 2 }, /\[4\], not 1 or 5/),
  row(ops.reshape, [x], { shape: [3, 33] }, /100 elements, \[3,33\] has 99/),
  row(ops.reshape, [x], { shape: [-1, 100] }, /shape \[-1,100\]/),
  row(ops.transpose, [x], { perm: [0, 1, 1, 2] }, /permutes no tensor of rank 4/),
  row(ops.concat, [x, type('int8', 1, 4, 5, 6)], { axis: 1 }, /along axis 1/),
  row(ops.concat, [x, type('uint8', 1, 4, 5, 5)], { axis: 1 }, /uint8, not int8/),
  row(ops.concat, [], { axis: 0 }, /at least 1 inputs, not 0/),
  row(ops.split, [x], { axis: 1, sizes: [1, 2] }, /\[1,2\] of an axis of 4/),
  row(ops.pad, [x], { pads: [0, 0, 0, 1], value: 0, mode: 'constant' }, /not 8 integers/),
  row(
    ops.pad,
    [type('int8', 3)],
    { pads: [3, 0], value: 0, mode: 'reflect' },
    /reflect by 3 and 0 on an axis of 3/,
  ),
  row(ops.pad, [type('int8', 3)], { pads: [1, 0], value: 300, mode: 'constant' }, /value 300 on int8/),
  row(
    ops.pad,
    [type('int8', 3)],
    { pads: [2 ** 31 - 1, 0], value: 0, mode: 'constant' },
    /elements, the limit/,
  ),
  row(ops.slice, [type('int8', 3)], { starts: [0], ends: [4], steps: [1] }, /0\.\.4 by 1 on axis 0 of 3/),
  row(ops.slice, [type('int8', 3)], { starts: [0], ends: [3], steps: [0] }, /by 0/),
  row(ops.slice, [type('int8', 3)], { starts: [3], ends: [0], steps: [-1] }, /3\.\.0 by -1/),
  row(ops.gather, [x, type('float32', 1)], { axis: 0 }, /index is float32/),
  row(ops.gather, [type('int8', 2, 65536), type('int32', 65536)], { axis: 0 }, /4294967296 elements/),
  row(ops.batchNorm, [x, x, x, x, x], { epsilon: 0 }, /input is int8/),
  row(ops.reduceMean, [type('float32', 2, 2)], { axes: [1, 1], keepDims: false }, /axes \[1,1\] repeat/),
  row(ops.reduceMean, [type('float32', 0)], { axes: [0], keepDims: false }, /nothing to reduce/),
  row(ops.softmax, [type('float32', 2)], { axis: -1 }, /axis -1/),
  row(ops.resizeNearest, [x], { scales: [0, 2] }, /scales is \[0,2\]/),
  row(ops.resizeNearest, [x], { scales: [65536, 65536] }, /elements, the limit/),
  row(ops.identity, [huge], {}, /4294967296 elements/),
  row(ops.identity, [type('int8', 1.5)], {}, /shape \[1\.5\]/),
  row(ops.identity, [type('int8', NaN)], {}, /shape \[NaN\]/),
  row(ops.identity, [type('int8', ...new Array<number>(65).fill(1))], {}, /rank 65/),
  row(ops.cast, [x], { dtype: 'float16' as DataType, saturate: false }, /float16/),
];

for (const [i, [name, attempt, message]] of rows.entries()) {
  test(`${i + 1}. ${name} refuses: ${message.source}`, (t) => {
    const error = t.throws(attempt, { instanceOf: ShapeError });
    t.regex(error.message, message);
  });
}

test('every operator has its own name and refuses to work on nothing', (t) => {
  const names = ops.builtinOps.map((op) => op.name);
  t.is(new Set(names).size, names.length);
  for (const op of ops.builtinOps) {
    t.throws(() => op.infer([], {}), { message: new RegExp(`^${op.name} takes|rule`) }, op.name);
    t.regex(op.summary, /\S/);
  }
});
