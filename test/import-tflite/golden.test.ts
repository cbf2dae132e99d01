import test from 'ava';
import type { Rounding } from 'match-compiler';
import { goldenModels } from './golden-models.ts';
import { goldenOutputs } from './golden-outputs.ts';
import { evaluate, importModel } from './import-model.ts';

// TFLite has a second kernel for the mean of an image with kept dimensions, which TFLite Micro has not.
const onlyMicro = new Set(['mean of an image, kept']);

for (const [name, { bytes, inputs }] of Object.entries(goldenModels)) {
  const roundings: readonly Rounding[] = onlyMicro.has(name)
    ? ['tflm-double']
    : ['tflite-builtin', 'tflm-double'];
  for (const rounding of roundings) {
    test(`${name} equals TFLite under ${rounding}`, (t) => {
      const expected = goldenOutputs[name] ?? [];
      const actual = evaluate(importModel(bytes, { rounding }), inputs);
      t.is(actual.length, expected.length);
      actual.forEach((value, i) => {
        const wanted = expected[i] ?? NaN;
        t.true(
          Number.isInteger(wanted)
            ? value === wanted
            : Math.abs(value - wanted) <= 1e-6 * Math.max(1, Math.abs(wanted)),
          `element ${i} is ${value}, not ${wanted}`,
        );
      });
    });
  }
}

test('one rounding instead of two changes sums at ties', (t) => {
  const { bytes, inputs } = goldenModels['add ties'] ?? { bytes: new Uint8Array(), inputs: [] };
  const single = evaluate(importModel(bytes, { rounding: 'integer-single' }), inputs);
  const expected = goldenOutputs['add ties'] ?? [];
  t.true(single.some((value, i) => value !== expected[i]));
  t.true(single.every((value, i) => Math.abs(value - (expected[i] ?? NaN)) <= 1));
});
