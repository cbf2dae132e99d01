import test from 'ava';
import { compareSoftmax } from './two-pass-softmax.ts';

test('two passes and three agree within 2 ulp on 10^6 random vectors', async (t) => {
  t.timeout(600_000);
  const found = await compareSoftmax(1_000_000, 2);
  t.log(`${found.vectors} vectors, ${found.elements} elements, at most ${found.worst} ulp apart`);
  t.true(found.vectors >= 1_000_000);
  t.is(found.strays, 0);
  t.true(found.worst <= 2, `${found.worst} ulp on [${found.worstVector.join(', ')}]`);
});
