import test from 'ava';
import fc from 'fast-check';
import {
  floorDivide,
  quantizeMultiplier,
  requantizeDouble,
  requantizeSingle,
  roundHalfAway,
  roundHalfEven,
} from 'match-compiler';

const int32Ends = [-(2 ** 31), 2 ** 31 - 1, -1, 0, 1, 2 ** 30, -(2 ** 30)];
const anyInt32 = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(...int32Ends),
  fc.integer({ min: -5000, max: 5000 }),
);
const anyMultiplier = fc.oneof(
  fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 }),
  fc.constantFrom(0, 2 ** 30, 2 ** 30 + 1, 2 ** 31 - 1, 3 * 2 ** 29),
);
const anyShift = fc.oneof(fc.integer({ min: -31, max: 30 }), fc.constantFrom(-31, 30, 0, -1, 1));

function singleReference(x: number, q: number, s: number): bigint {
  return (BigInt(x) * BigInt(q) + (1n << BigInt(30 - s))) >> BigInt(31 - s);
}

/** Written after gemmlowp's definition, with its truncating divisions, in 64-bit integers. */
function doubleReference(x: number, q: number, s: number): bigint {
  const shifted = BigInt.asIntN(32, BigInt(x) << BigInt(Math.max(s, 0)));
  const product = shifted * BigInt(q);
  const high = (product + (product >= 0n ? 1n << 30n : 1n - (1n << 30n))) / (1n << 31n);
  const right = BigInt(Math.max(-s, 0));
  const magnitude = high < 0n ? -high : high;
  const rounded = right === 0n ? magnitude : (magnitude + (1n << (right - 1n))) >> right;
  return high < 0n ? -rounded : rounded;
}

const runs = { numRuns: 3000 };

test('single rounding equals the 64-bit formula for every int32, multiplier and shift', (t) => {
  fc.assert(
    fc.property(anyInt32, anyMultiplier, anyShift, (x, q, s) => {
      const expected = singleReference(x, q, s);
      const actual = requantizeSingle(x, q, s);
      if (expected >= -(2n ** 53n) && expected <= 2n ** 53n) return BigInt(actual) === expected;
      // Beyond the safe integers only the order of magnitude matters: every bound is nearer.
      return Math.abs(actual) >= 2 ** 52 && actual < 0 === expected < 0n;
    }),
    runs,
  );
  t.pass();
});

test('double rounding equals gemmlowp for every int32, multiplier and shift', (t) => {
  fc.assert(
    fc.property(
      anyInt32,
      anyMultiplier,
      anyShift,
      (x, q, s) => BigInt(requantizeDouble(x, q, s)) === doubleReference(x, q, s),
    ),
    runs,
  );
  t.pass();
});

test('both roundings at the ends of the range, at every shift', (t) => {
  let checked = 0;
  for (let s = -31; s <= 30; s++) {
    for (const x of int32Ends) {
      for (const q of [2 ** 30, 2 ** 30 + 1, 2 ** 31 - 1]) {
        const single = singleReference(x, q, s);
        if (single >= -(2n ** 53n) && single <= 2n ** 53n)
          t.is(BigInt(requantizeSingle(x, q, s)), single, `${x} ${q} ${s}`);
        t.is(BigInt(requantizeDouble(x, q, s)), doubleReference(x, q, s), `${x} ${q} ${s}`);
        checked++;
      }
    }
  }
  t.is(checked, 62 * int32Ends.length * 3);
});

test('the two roundings part at ties', (t) => {
  // The factor 1/4 as 2^30·2^(−1 − 31): single rounding takes ties up, double rounding away from zero.
  const rows = [
    { x: 2, single: 1, double: 1 },
    { x: -2, single: 0, double: -1 },
    { x: -6, single: -1, double: -2 },
    { x: 6, single: 2, double: 2 },
    { x: 1, single: 0, double: 1 },
    { x: -1, single: 0, double: 0 },
  ];
  for (const { x, single, double } of rows) {
    t.is(requantizeSingle(x, 2 ** 30, -1), single, `single of ${x}`);
    t.is(requantizeDouble(x, 2 ** 30, -1), double, `double of ${x}`);
  }
});

test('quantizeMultiplier: within half a step, normalised, zero when tiny', (t) => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -31, max: 2 ** 29, noNaN: true }), (real) => {
      const { multiplier, shift } = quantizeMultiplier(real);
      const step = 2 ** (shift - 31);
      return multiplier >= 2 ** 30 && multiplier < 2 ** 31 && Math.abs(multiplier * step - real) <= step / 2;
    }),
    runs,
  );
  t.deepEqual(quantizeMultiplier(0), { multiplier: 0, shift: 0 });
  t.deepEqual(quantizeMultiplier(1), { multiplier: 2 ** 30, shift: 1 });
  t.deepEqual(quantizeMultiplier(0.5), { multiplier: 2 ** 30, shift: 0 });
  t.deepEqual(quantizeMultiplier(1 - 2 ** -33), { multiplier: 2 ** 30, shift: 1 });
  t.deepEqual(quantizeMultiplier(2 ** -32), { multiplier: 2 ** 30, shift: -31 });
  t.deepEqual(quantizeMultiplier(2 ** -33), { multiplier: 0, shift: 0 });
  for (const real of [-1, NaN, Infinity, 2 ** 30])
    t.throws(() => quantizeMultiplier(real), { instanceOf: RangeError });
});

test('floorDivide equals the floor of the quotient', (t) => {
  const integer = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: -100, max: 100 }));
  fc.assert(
    fc.property(
      integer,
      integer.filter((b) => b !== 0),
      (a, b) => {
        const [wideA, wideB] = [BigInt(a), BigInt(b)];
        const quotient = wideA / wideB;
        const floor = quotient * wideB !== wideA && wideA < 0n !== wideB < 0n ? quotient - 1n : quotient;
        return BigInt(floorDivide(a, b)) === floor;
      },
    ),
    runs,
  );
  t.throws(() => floorDivide(1, 0), { instanceOf: RangeError });
});

test('rounding to integers: ties', (t) => {
  const values = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999999999999994, -0.49999999999999994];
  t.deepEqual(
    values.map((value) => roundHalfEven(value) + 0),
    [-2, -2, 0, 0, 2, 2, 0, 0],
  );
  t.deepEqual(
    values.map((value) => roundHalfAway(value) + 0),
    [-3, -2, -1, 1, 2, 3, 0, 0],
  );
});
