import test from 'ava';
import { linkBetween, transferCycles } from 'match-compiler';
import { gap9Target } from 'match-compiler/plugins/gap9';

test('a transfer of 1 kB takes 50 cycles and its bytes at 8 per cycle, out with one more per burst', (t) => {
  const target = gap9Target();
  const [into, out] = [linkBetween(target, 'l2', 'l1'), linkBetween(target, 'l1', 'l2')];
  if (!into || !out) throw new Error('no links');
  t.is(into.enqueueCycles + transferCycles(into, 1, 1024), 50 + 128);
  t.is(out.enqueueCycles + transferCycles(out, 1, 1024), 50 + 128 + 4);
  t.is(transferCycles(out, 16, 64), 38 + 16 * (8 + 1));
  t.not(into.channel, out.channel);
});

test('memory sizes and scale bits are options', (t) => {
  const target = gap9Target({ l1: 16384, l3: 4 * 2 ** 20, scaleBits: 8 });
  t.is(target.memories['l1']?.bytes, 16384);
  t.is(target.memories['l2']?.bytes, 1_400_000);
  t.is(target.memories['l3']?.bytes, 4 * 2 ** 20);
  t.is(target.requantization?.scaleBits, 8);
  t.deepEqual(target.homes, { activations: 'l2', constants: 'l2', overflow: 'l3' });
});

test('every figure of the target names its source, once', (t) => {
  for (const costs of ['measured', 'published'] as const) {
    const { assumptions = [] } = gap9Target({ costs });
    t.true(assumptions.length > 20);
    t.is(new Set(assumptions.map(({ name }) => name)).size, assumptions.length);
    for (const { name, value, source } of assumptions)
      t.true(Number.isFinite(value) && source.length > 4, name);
  }
});

test('the published figures differ for products alone', (t) => {
  const cycles = (costs: 'measured' | 'published') =>
    new Map(
      gap9Target({ costs })
        .modules.find(({ name }) => name === 'cluster')
        // eslint-disable-next-line @typescript-eslint/unbound-method -- compared, never called
        ?.patterns.map((pattern) => [pattern.name, pattern.cycles]),
    );
  const [measured, published] = [cycles('measured'), cycles('published')];
  const changed = [...measured.keys()].filter((name) => measured.get(name) !== published.get(name));
  t.deepEqual(changed, ['convolution', 'pointwise', 'depthwise']);
});
