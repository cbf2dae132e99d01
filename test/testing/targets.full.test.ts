import test from 'ava';
import { testTarget, type Plugin, type Target } from 'match-compiler';
import { builtinTargets } from 'match-compiler/build';
import { mySocTarget } from './my-soc.ts';

async function passes(
  t: { readonly deepEqual: (a: unknown, b: unknown) => unknown },
  target: Target | Plugin,
) {
  const checks = await testTarget(target);
  t.deepEqual(
    checks.filter(({ ok }) => !ok),
    [],
  );
}

for (const bundle of builtinTargets()) {
  test.serial(`${bundle.name} passes every check`, async (t) => {
    t.timeout(1_800_000);
    await passes(t, bundle);
  });
}

test.serial('my-soc passes every check', async (t) => {
  t.timeout(1_800_000);
  await passes(t, await mySocTarget());
});
