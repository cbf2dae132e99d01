import test from 'ava';
import fc from 'fast-check';
import {
  quantizeMultiplier,
  quantizedBinaryRule,
  quantizedSoftmaxRule,
  ops,
  requantizeDouble,
  requantizeSingle,
  requantizeTo,
  evaluateGraph,
  GraphEditor,
  softmaxFixedPointTable,
  softmaxFloatTable,
  softmaxRealTable,
  tensor,
  type QuantizedBinaryAttributes,
  type QuantizedSoftmaxAttributes,
  type RequantizeAttributes,
  type Rounding,
} from 'match-compiler';
import { numbers, run } from './run-operator.ts';

const int8: Omit<RequantizeAttributes, 'rule'> = {
  axis: 0,
  inputZeroPoint: 0,
  zeroPoint: 0,
  min: -128,
  max: 127,
  dtype: 'int8',
};

test('requantize: zero points, bounds, one constant for all or one per channel', (t) => {
  const acc = tensor('int32', [2, 2, 2], [100, -100, 7, -7, 100, -100, 7, -7]);
  const multiplier = tensor('int32', [2], [2 ** 30, 3 * 2 ** 29]);
  const shift = tensor('int8', [2], [0, 1]);
  // Factors 1/2 and 3/2 along axis 1.
  const perChannel = run(ops.requantize, [acc, multiplier, shift], {
    ...int8,
    rule: 'single',
    axis: 1,
    zeroPoint: 3,
  });
  t.deepEqual(numbers(perChannel), [53, -47, 14, -7, 53, -47, 14, -7]);
  const half = [acc, tensor('int32', [1], [2 ** 30]), tensor('int8', [1], [0])];
  t.deepEqual(
    numbers(run(ops.requantize, half, { ...int8, rule: 'single', inputZeroPoint: 1 })),
    [50, -50, 3, -4, 50, -50, 3, -4],
  );
  t.deepEqual(
    numbers(run(ops.requantize, half, { ...int8, rule: 'double', min: -20, max: 30 })),
    [30, -20, 4, -3, 30, -20, 4, -3],
  );
  t.throws(
    () =>
      run(ops.requantize, [acc, multiplier, tensor('int8', [2], [0, 31])], {
        ...int8,
        rule: 'single',
        axis: 1,
      }),
    {
      message: /shift of 31/,
    },
  );
});

test('requantize: real-even rounds the product, then the quotient, ties to even', (t) => {
  const acc = tensor('int32', [5], [1, 3, 5, -1, -3]);
  const attributes = { ...int8, rule: 'real-even', denominator: 4 } as const;
  t.deepEqual(numbers(run(ops.requantize, [acc, tensor('float64', [1], [2])], attributes)), [0, 2, 2, 0, -2]);
  const [x, numerator, denominator] = [1234567, 0.1234567890123, 765.4321];
  const large = run(ops.requantize, [tensor('int32', [1], [x]), tensor('float64', [1], [numerator])], {
    ...int8,
    dtype: 'int16',
    min: -32768,
    max: 32767,
    rule: 'real-even',
    denominator,
  });
  t.deepEqual(numbers(large), [Math.round((x * numerator) / denominator)]);
});

test('requantize: floor is exact in 64 bits, for shifts and for other divisors', (t) => {
  const anyInt32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(
      anyInt32,
      anyInt32,
      fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }),
      fc.oneof(
        fc.integer({ min: 0, max: 40 }).map((bits) => 2 ** bits),
        fc.integer({ min: 1, max: 1000 }),
      ),
      (x, multiplier, addend, divisor) => {
        const sum = BigInt(x) * BigInt(multiplier) + addend;
        const quotient = sum / BigInt(divisor);
        const floor = quotient * BigInt(divisor) > sum ? quotient - 1n : quotient;
        const bounded = floor < -(2n ** 31n) ? -(2n ** 31n) : floor > 2n ** 31n - 1n ? 2n ** 31n - 1n : floor;
        const constants = [tensor('int32', [1], [multiplier]), tensor('int64', [1], [addend])];
        const bounds = { min: -(2 ** 31), max: 2 ** 31 - 1, dtype: 'int32' } as const;
        const attributes = { ...int8, ...bounds, rule: 'floor', divisor } as const;
        const narrow = run(ops.requantize, [tensor('int32', [1], [x]), ...constants], attributes);
        const wide = run(ops.requantize, [tensor('int64', [1], [BigInt(x)]), ...constants], attributes);
        return BigInt(numbers(narrow)[0] ?? 0) === bounded && BigInt(numbers(wide)[0] ?? 0) === bounded;
      },
    ),
    { numRuns: 1000 },
  );
  t.pass();
});

test('requantize: shift is exact in 64 bits, per channel', (t) => {
  const anyInt32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const channel = fc.record({
    x: anyInt32,
    multiplier: anyInt32,
    addend: anyInt32,
    shift: fc.integer({ min: 0, max: 31 }),
  });
  const bounds = { min: -(2 ** 31), max: 2 ** 31 - 1, dtype: 'int32' } as const;
  fc.assert(
    fc.property(fc.array(channel, { minLength: 1, maxLength: 4 }), (channels) => {
      const constants = [
        tensor(
          'int32',
          [channels.length],
          channels.map(({ multiplier }) => multiplier),
        ),
        tensor(
          'int32',
          [channels.length],
          channels.map(({ addend }) => addend),
        ),
        tensor(
          'int8',
          [channels.length],
          channels.map(({ shift }) => shift),
        ),
      ];
      const expected = channels.map(({ x, multiplier, addend, shift }) => {
        const scaled = (BigInt(x) * BigInt(multiplier) + BigInt(addend)) >> BigInt(shift);
        return scaled < -(2n ** 31n) ? -(2 ** 31) : scaled > 2n ** 31n - 1n ? 2 ** 31 - 1 : Number(scaled);
      });
      const attributes = { ...int8, ...bounds, axis: 0, zeroPoint: 0, rule: 'shift' } as const;
      const xs = channels.map(({ x }) => x);
      const narrow = run(ops.requantize, [tensor('int32', [xs.length], xs), ...constants], attributes);
      const wide = run(
        ops.requantize,
        [tensor('int64', [xs.length], xs.map(BigInt)), ...constants],
        attributes,
      );
      const actual = [...numbers(narrow), ...numbers(wide)].map(Number);
      return actual.every((value, i) => value === expected[i % expected.length]);
    }),
    { numRuns: 500, seed: 4 },
  );
  t.pass();
});

test('requantize: a product that breaks its promise is told', (t) => {
  const constants = [tensor('int32', [1], [1000]), tensor('int32', [1], [-5]), tensor('int8', [1], [3])];
  const attributes = { ...int8, zeroPoint: 0, rule: 'shift', productBits: 20 } as const;
  const scaled = (x: number): unknown =>
    numbers(run(ops.requantize, [tensor('int32', [1], [x]), ...constants], attributes));
  t.deepEqual(scaled(1), [124]);
  t.deepEqual(scaled(-1048), [-128]);
  t.throws(() => scaled(1049), { message: /1049·1000 \+ -5 leaves 20 bits/ });
  const shifted = [...constants.slice(0, 2), tensor('int8', [1], [32])];
  t.throws(() => run(ops.requantize, [tensor('int32', [1], [1]), ...shifted], attributes), {
    message: /right shift of 32/,
  });
});

test('change_sign moves by 128 and back', (t) => {
  const values = Array.from({ length: 256 }, (_, i) => i - 128);
  const unsigned = run(ops.changeSign, [tensor('int8', [256], values)], {});
  t.is(unsigned.type.dtype, 'uint8');
  t.deepEqual(
    numbers(unsigned),
    values.map((value) => value + 128),
  );
  const signed = run(ops.changeSign, [unsigned], {});
  t.is(signed.type.dtype, 'int8');
  t.deepEqual(numbers(signed), values);
});

test('requantize: 64-bit accumulators beyond 33 bits', (t) => {
  const acc = tensor('int64', [3], [2n ** 45n + 2n ** 29n, -(2n ** 45n) - 1n, 12345678901234n]);
  const constants = [tensor('int32', [1], [2 ** 30 + 2 ** 16]), tensor('int8', [1], [-30])];
  const attributes = { ...int8, dtype: 'int16', min: -32768, max: 32767, rule: 'single' } as const;
  const expected = Array.from(
    acc.data as BigInt64Array,
    (x) => (x * BigInt(2 ** 30 + 2 ** 16) + (1n << 60n)) >> 61n,
  );
  t.deepEqual(numbers(run(ops.requantize, [acc, ...constants], attributes)), expected.map(Number));
});

test('requantizeTo chooses rule and constants by the rounding and the operator', (t) => {
  const request = (rounding: Rounding, operator: 'conv' | 'depthwise', dtype: 'int32' | 'int64') => {
    const editor = new GraphEditor({
      name: 'g',
      info: { file: 'g', format: 'test', dialect: 'integer', recognised: [] },
    });
    const acc = editor.input('acc', { dtype, shape: [1, 2, 1, 1] });
    const scales = { inputScale: 0.5, weightScales: [0.25, 0.1], outputScale: 0.3, axis: 1, zeroPoint: -4 };
    const value = requantizeTo(editor, acc, { ...scales, dtype: 'int8', operator, min: -4 }, rounding, {
      name: 'y',
      loc: [],
    });
    editor.setOutputs([value]);
    const graph = editor.finish();
    return { graph, node: graph.producer(value) };
  };
  const rows: { rounding: Rounding; conv: string; depthwise: string }[] = [
    { rounding: 'tflite-builtin', conv: 'single', depthwise: 'double' },
    { rounding: 'tflm-double', conv: 'double', depthwise: 'double' },
    { rounding: 'tflite-int16x8', conv: 'single', depthwise: 'single' },
    { rounding: 'real-even', conv: 'real-even', depthwise: 'real-even' },
    { rounding: 'integer-single', conv: 'single', depthwise: 'single' },
  ];
  for (const { rounding, conv, depthwise } of rows) {
    t.is(request(rounding, 'conv', 'int32').node?.attributes['rule'], conv, rounding);
    t.is(request(rounding, 'depthwise', 'int32').node?.attributes['rule'], depthwise, rounding);
  }
  const { graph, node } = request('integer-single', 'conv', 'int32');
  const second = quantizeMultiplier((0.5 * 0.1) / 0.3);
  t.is(node?.inputs[1]?.constant?.data[1], second.multiplier);
  t.is(node?.inputs[2]?.constant?.data[1], second.shift);
  t.deepEqual(
    numbers(evaluateGraph(graph, [tensor('int32', [1, 2, 1, 1], [60, -60])]).outputs[0] ?? acc0),
    [21, -4],
  );
  // 64-bit accumulators: 15 bits of the multiplier, so that the product fits 64 bits.
  const wide = request('tflite-int16x8', 'conv', 'int64').node;
  t.is(Number(wide?.inputs[1]?.constant?.data[1]) % 2 ** 16, 0);
});

const acc0 = tensor('int32', [0]);

const add: QuantizedBinaryAttributes = {
  rule: 'single',
  aScale: 0.1,
  aZeroPoint: 3,
  bScale: 0.07,
  bZeroPoint: -5,
  outputScale: 0.15,
  zeroPoint: 10,
  min: -128,
  max: 127,
  dtype: 'int8',
};

test('quantized_add: TFLite scheme on every pair of a grid, near the real sum', (t) => {
  const axis = Array.from({ length: 52 }, (_, i) => i * 5 - 128);
  const a = tensor('int8', [52, 1], axis);
  const b = tensor('int8', [1, 52], axis);
  for (const rule of ['single', 'double'] as const) {
    const requantizeBy = rule === 'single' ? requantizeSingle : requantizeDouble;
    const scale = (real: number) => {
      const { multiplier, shift } = quantizeMultiplier(real);
      return (x: number) => requantizeBy(x, multiplier, shift);
    };
    const [scaleA, scaleB, scaleSum] = [scale(0.5), scale(0.07 / 0.2), scale(0.2 / (2 ** 20 * 0.15))];
    const expected = axis.flatMap((x) =>
      axis.map((y) =>
        Math.max(-128, Math.min(127, scaleSum(scaleA((x - 3) * 2 ** 20) + scaleB((y + 5) * 2 ** 20)) + 10)),
      ),
    );
    t.deepEqual(numbers(run(ops.quantizedAdd, [a, b], { ...add, rule })), expected);
  }
  const exact = numbers(run(ops.quantizedAdd, [a, b], { ...add, rule: 'real-even' }));
  const single = numbers(run(ops.quantizedAdd, [a, b], add));
  t.true(exact.every((value, i) => Math.abs(value - (single[i] ?? 0)) <= 1));
});

test('quantized_mul: one multiplier on the product', (t) => {
  const a = tensor('int8', [4], [-128, 127, 3, 50]);
  const b = tensor('int8', [1], [40]);
  const { multiplier, shift } = quantizeMultiplier((0.1 * 0.07) / 0.15);
  const expected = [-128, 127, 3, 50].map((x) =>
    Math.max(-128, Math.min(127, requantizeSingle((x - 3) * 45, multiplier, shift) + 10)),
  );
  t.deepEqual(numbers(run(ops.quantizedMul, [a, b], add)), expected);
  const real = [-128, 127, 3, 50].map((x) =>
    Math.max(-128, Math.min(127, Math.round(((x - 3) * 0.1 * (45 * 0.07)) / 0.15) + 10)),
  );
  t.deepEqual(numbers(run(ops.quantizedMul, [a, b], { ...add, rule: 'real-even' })), real);
});

const softmax: Omit<QuantizedSoftmaxAttributes, 'rule'> = {
  axis: 1,
  inputScale: 0.14469251036643982,
  outputScale: 1 / 256,
  zeroPoint: -128,
  dtype: 'int8',
};

test('softmax tables: e^(−scale·d)', (t) => {
  const scale = softmax.inputScale;
  const [float, real, fixed] = [
    softmaxFloatTable(scale),
    softmaxRealTable(scale),
    softmaxFixedPointTable(scale),
  ];
  t.is(float[0], 1);
  t.is(real[0], 1);
  t.is(fixed.exponentials[0], 2 ** 31 - 1);
  t.is(fixed.terms[0], 2 ** 19);
  for (let d = 0; d < 256; d++) {
    const exact = Math.exp(-scale * d);
    t.true(Math.abs((float[d] ?? NaN) - exact) <= exact * 1e-5);
    t.is(real[d], exact);
    t.true(Math.abs((fixed.exponentials[d] ?? NaN) / 2 ** 31 - exact) < 1e-6, `d = ${d}`);
  }
  t.true([...fixed.exponentials].every((value, d) => d === 0 || value <= (fixed.exponentials[d - 1] ?? 0)));
  // Differences of more than 31 are out of the format's range.
  t.is(softmaxFixedPointTable(1).exponentials[32], 0);
  t.is(softmaxFixedPointTable(1000).exponentials[2], 0);
});

test('quantized_softmax: every rule is within a step of the real value, on any axis', (t) => {
  const logits = [14, 30, -20, 14, 15, 127, -128, 0, 99, 98, 97, 96];
  const x = tensor('int8', [2, 6], logits);
  const transposed = tensor(
    'int8',
    [6, 2],
    logits.map((_, i) => logits[(i % 2) * 6 + Math.floor(i / 2)] ?? 0),
  );
  const expected = [logits.slice(0, 6), logits.slice(6)].flatMap((row) => {
    const powers = row.map((value) => Math.exp((value - Math.max(...row)) * softmax.inputScale));
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => Math.min(127, (power / total) * 256 - 128));
  });
  for (const rule of ['float-table', 'gemmlowp', 'real-even'] as const) {
    const actual = numbers(run(ops.quantizedSoftmax, [x], { ...softmax, rule }));
    t.true(
      actual.every((value, i) => Math.abs(value - (expected[i] ?? 0)) <= (rule === 'gemmlowp' ? 1 : 0.501)),
      rule,
    );
    const across = numbers(run(ops.quantizedSoftmax, [transposed], { ...softmax, axis: 0, rule }));
    t.deepEqual(
      actual,
      actual.map((_, i) => across[(i % 6) * 2 + Math.floor(i / 6)] ?? 0),
      rule,
    );
  }
  // One element: the probability 1 saturates.
  for (const rule of ['float-table', 'gemmlowp', 'real-even'] as const) {
    t.deepEqual(
      numbers(run(ops.quantizedSoftmax, [tensor('uint8', [1, 1], [7])], { ...softmax, rule })),
      [127],
    );
  }
  // A long flat row: the fixed-point sum needs more bits than the rounding shift has.
  const flat = tensor('int8', [1, 1000], new Array<number>(1000).fill(5));
  t.deepEqual(
    new Set(numbers(run(ops.quantizedSoftmax, [flat], { ...softmax, rule: 'gemmlowp' }))),
    new Set([-128]),
  );
});

test('rules of the named roundings', (t) => {
  const rows: [Rounding, string, string][] = [
    ['tflite-builtin', 'double', 'float-table'],
    ['tflm-double', 'double', 'gemmlowp'],
    ['tflite-int16x8', 'double', 'float-table'],
    ['real-even', 'real-even', 'real-even'],
    ['integer-single', 'single', 'float-table'],
    ['plinio-int', 'single', 'float-table'],
  ];
  for (const [rounding, binary, rule] of rows) {
    t.is(quantizedBinaryRule(rounding), binary as never);
    t.is(quantizedSoftmaxRule(rounding), rule as never);
  }
});

test('quantize and dequantize: ties to even, saturation, channels', (t) => {
  const x = tensor('float32', [2, 3], [0.5, 1.5, -0.5, 1000, -1000, 2.5]);
  const scale = tensor('float32', [1], [1]);
  const zero = tensor('int8', [1], [3]);
  t.deepEqual(
    numbers(run(ops.quantize, [x, scale, zero], { axis: 0, dtype: 'int8' })),
    [3, 5, 3, 127, -128, 5],
  );
  const perChannel = [tensor('float32', [2], [0.5, 2]), tensor('int8', [2], [0, 1])];
  t.deepEqual(
    numbers(run(ops.quantize, [x, ...perChannel], { axis: 0, dtype: 'int16' })),
    [1, 3, -1, 501, -499, 2],
  );
  const q = tensor('int8', [2, 2], [-128, 127, 0, 5]);
  t.deepEqual(numbers(run(ops.dequantize, [q, ...perChannel], { axis: 1 })), [-64, 252, 0, 8]);
  t.deepEqual(
    numbers(run(ops.dequantize, [q, tensor('float32', [], [0.1]), tensor('int8', [], [7])], { axis: 0 })).map(
      Math.fround,
    ),
    [
      Math.fround(-135 * Math.fround(0.1)),
      Math.fround(120 * Math.fround(0.1)),
      Math.fround(-7 * Math.fround(0.1)),
      Math.fround(-2 * Math.fround(0.1)),
    ],
  );
});
