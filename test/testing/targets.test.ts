import test from 'ava';
import {
  assertTarget,
  MatchError,
  ops,
  testTarget,
  type Region,
  type Sample,
  type Target,
} from 'match-compiler';
import { builtinTargets } from 'match-compiler/build';
import { mySocTarget } from './my-soc.ts';

test.serial('my-soc: vector unit and accelerator pass every check', async (t) => {
  t.timeout(240_000);
  const checks = await testTarget(await mySocTarget(), {
    patterns: ['vector', 'matrix'],
    samplesPerPattern: 5,
  });
  t.deepEqual(
    checks.filter(({ ok }) => !ok),
    [],
  );
  const names = checks.map(({ name }) => name);
  for (const part of ['reached', 'constraints', 'layouts', 'tiling', 'packing', 'cost model', 'kernel'])
    t.true(names.includes(`matrix.conv2d: ${part}`), part);
  t.true(names.includes('matrix.conv2d: as the interpreter, cut or in other layouts'));
  const cut = checks.find(({ name }) => name === 'matrix.conv2d: cut');
  for (const dimension of ['oy', 'ox', 'oc', 'all dimensions'])
    t.true(cut?.message.includes(dimension), `${dimension} in ${cut?.message}`);
});

/** Of every bundle a few patterns of each kind; the full run has them all. */
const some: Readonly<Record<string, readonly string[]>> = {
  host: ['cpu.conv2d', 'cpu.matmul', 'cpu.softmax'],
  gap9: ['cluster.pointwise', 'ne16.conv1x1'],
  diana: ['digital.conv2d', 'analog', 'host.diana_to_planar'],
  'pulp-open': ['cluster.depthwise'],
};

for (const bundle of builtinTargets()) {
  const { name } = bundle;
  test.serial(`${name}: some patterns pass`, async (t) => {
    t.timeout(240_000);
    const patterns = some[name] ?? [];
    const checks = await testTarget(bundle, { patterns, samplesPerPattern: 2 });
    t.deepEqual(
      checks.filter(({ ok }) => !ok),
      [],
    );
    for (const pattern of patterns)
      t.true(
        checks.some((check) => check.name.startsWith(pattern) && check.name.endsWith('as the interpreter')),
        `${pattern} ran`,
      );
  });
}

test.serial('a broken target is an error with a code, and a note for each check that failed', async (t) => {
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

/** my-soc with a vector unit that takes tensors of one odd shape alone. */
async function choosy(): Promise<Target> {
  const target = await mySocTarget();
  const onlyOne = ({ outputs: [out] }: Region): true | string =>
    out?.type.shape.join() === '1,7,11,13' || 'has another shape';
  const modules = target.modules.map((module) => ({
    ...module,
    patterns: module.patterns.map((pattern) => ({
      ...pattern,
      constraints: [onlyOne, ...(pattern.constraints ?? [])],
    })),
  }));
  return { ...target, modules };
}

test.serial('a pattern that no sample reaches fails, and passes with a sample of its own', async (t) => {
  t.timeout(240_000);
  const options = { patterns: ['vector'], failFast: true } as const;
  const without = await testTarget(await choosy(), options);
  t.regex(without.find(({ ok }) => !ok)?.message ?? '', /no sample/);
  const own: Sample = {
    name: 'an odd sum',
    features: [],
    build: (b) => {
      const operand = () => b.input('int8', [1, 7, 11, 13]);
      const zero = { aZeroPoint: 1, bZeroPoint: -2, zeroPoint: 3 };
      const scales = { aScale: 0.02, bScale: 0.03, outputScale: 0.05 };
      const limits = { rule: 'single', min: -128, max: 127, dtype: 'int8' } as const;
      return [b.node(ops.quantizedAdd, [operand(), operand()], { ...limits, ...scales, ...zero })];
    },
  };
  t.deepEqual(
    (await testTarget(await choosy(), { ...options, samples: [own] })).filter(({ ok }) => !ok),
    [],
  );
});

test.serial('a pattern whose tiling allows cuts that none of its memory ever fits fails', async (t) => {
  const target = await mySocTarget();
  const modules = target.modules.map((module) => ({
    ...module,
    // However small the tile, the window beside it takes most of the scratchpad.
    patterns: module.patterns.map((pattern) => ({
      ...pattern,
      ...(pattern.tiling && {
        scratch: () => [{ memory: 'spad', bytes: 2 ** 15 - 64, alignment: 4 }],
      }),
    })),
  }));
  const checks = await testTarget({ ...target, modules }, { patterns: ['matrix'], failFast: true });
  t.regex(checks.find(({ name }) => name === 'matrix.conv2d: cut')?.message ?? '', /no sample could be cut/);
});
