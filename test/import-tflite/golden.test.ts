import test from 'ava';
import type { Rounding } from 'match-compiler';
import { goldenModels } from './golden-models.ts';
import { goldenOutputs } from './golden-outputs.ts';
import { evaluate, importModel } from './import-model.ts';

const roundings: readonly Rounding[] = ['tflite-builtin', 'tflm-double'];

/** The mean of an image with kept dimensions has a kernel of its own in TFLite, which TFLite Micro has not. */
function expectedOf(name: string, rounding: Rounding): readonly number[] {
  const optimized = rounding === 'tflite-builtin' ? goldenOutputs[`${name}, optimized kernel`] : undefined;
  return optimized ?? goldenOutputs[name] ?? [];
}

for (const [name, { bytes, inputs }] of Object.entries(goldenModels)) {
  for (const rounding of roundings) {
    test(`${name} equals TFLite under ${rounding}`, (t) => {
      const expected = expectedOf(name, rounding);
      const actual = evaluate(importModel(bytes, { rounding }), inputs);
      t.is(actual.length, expected.length);
      actual.forEach((value, i) => {
        const wanted = expected[i] ?? NaN;
        const tolerance = Number.isInteger(wanted) ? 0 : 1e-6 * Math.max(1, Math.abs(wanted));
        t.true(Math.abs(value - wanted) <= tolerance, `element ${i} is ${value}, not ${wanted}`);
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
