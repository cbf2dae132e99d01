import test from 'ava';
import { assertTarget, MatchError, testTarget } from 'match-compiler';
import gap9 from 'match-compiler/plugins/gap9';
import { hostTarget } from 'match-compiler/plugins/host';
import { mySocTarget } from './my-soc.ts';

test('my-soc passes every check, portable kernels of its core included in the full run', async (t) => {
  t.timeout(240_000);
  const checks = await testTarget(await mySocTarget(), { patterns: ['vector', 'matrix'] });
  t.deepEqual(
    checks.filter(({ ok }) => !ok),
    [],
  );
  const names = checks.map(({ name }) => name);
  for (const part of ['reached', 'constraints', 'layouts', 'tiling', 'packing', 'cost model', 'kernel'])
    t.true(names.includes(`matrix.conv2d: ${part}`), part);
  t.true(names.includes('matrix.conv2d: as the interpreter, cut or in other layouts'));
});

test('some patterns of the host and of GAP9 pass', async (t) => {
  t.timeout(240_000);
  await t.notThrowsAsync(assertTarget(hostTarget(), { patterns: ['cpu.conv2d', 'cpu.matmul'] }));
  await t.notThrowsAsync(
    assertTarget(gap9(), { patterns: ['cluster.pointwise', 'ne16.conv1x1'], samplesPerPattern: 3 }),
  );
});

test('a broken target is an error with a code, and a note for each check that failed', async (t) => {
  const target = await mySocTarget();
  const modules = target.modules.map((module) => ({
    ...module,
    patterns: module.patterns.map((pattern) => ({ ...pattern, cycles: () => -1 })),
  }));
  const error = await t.throwsAsync(
    assertTarget({ ...target, modules }, { patterns: ['vector'], failFast: true }),
  );
  t.true(MatchError.is(error));
  if (!MatchError.is(error)) return;
  t.is(error.diagnostic.code, 'TARGET_CONTRACT_BROKEN');
  t.regex(error.diagnostic.notes?.join('\n') ?? '', /vector\.add: cost model: .*costs -1 cycles/);
});

test('a pattern that no sample reaches fails, and passes with a sample of its own', async (t) => {
  const target = await mySocTarget();
  const modules = target.modules.map((module) => ({
    ...module,
    patterns: module.patterns.map((pattern) => ({
      ...pattern,
      constraints: [
        (region: { readonly outputs: readonly { readonly type: { readonly shape: readonly number[] } }[] }) =>
          region.outputs[0]?.type.shape.join() === '1,7,11,13' || 'has another shape',
        ...(pattern.constraints ?? []),
      ],
    })),
  }));
  const options = { patterns: ['vector'], failFast: true } as const;
  const checks = await testTarget({ ...target, modules }, options);
  t.regex(checks.find(({ ok }) => !ok)?.message ?? '', /no sample/);
});
