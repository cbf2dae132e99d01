import test from 'ava';
import { ops, tensor } from 'match-compiler';
import { compareSoftmax, rowTraffic, threePass, ulps } from './two-pass-softmax.ts';

test('the two-pass softmax in C is within 2 ulp of the three-pass one', async (t) => {
  const found = await compareSoftmax(16_000, 1);
  t.is(found.strays, 0);
  t.true(found.worst <= 2, `${found.worst} ulp on [${found.worstVector.join(', ')}]`);
});

test('it reads every element twice and writes it once; in three passes that is four times and twice', async (t) => {
  t.deepEqual(await rowTraffic('float32', 100), { reads: 200, writes: 100 });
  // Floats of 64 bits are done in three passes.
  t.deepEqual(await rowTraffic('float64', 100), { reads: 400, writes: 200 });
});

const rows: readonly (readonly number[])[] = [
  [0],
  [-Infinity, 0],
  [3e38, 3.2e38],
  [-3e38, -3.2e38, -3e38],
  [1e9, 1e9 + 64, 1e9 - 64],
  [8191.9, 8192.1, 8192],
  [1e-45, -1e-45, 0],
  [-103, 0],
  [-Infinity, -Infinity],
  [Infinity, 0],
  [NaN, 1],
];

for (const row of rows) {
  test(`the reference evaluation of softmax on [${row.join(', ')}]`, (t) => {
    const x = tensor('float32', [row.length], row);
    const [result = []] = ops.softmax.evaluate([x], { axis: 0 }, [x.type]);
    threePass(Float32Array.from(row)).forEach((wanted, i) => {
      const got = Number(result[i]);
      if (Number.isNaN(wanted)) t.true(Number.isNaN(got));
      else t.true(ulps(got, wanted) <= 2, `${got} instead of ${wanted}`);
    });
  });
}
