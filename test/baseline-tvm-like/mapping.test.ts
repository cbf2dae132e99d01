import test from 'ava';
import { createCompiler, type Mapping } from 'match-compiler';
import baselineTvmLike from 'match-compiler/plugins/baseline-tvm-like';
import { gap9Target } from 'match-compiler/plugins/gap9';
import { partition } from 'match-compiler/plugins/partition';
import { tilingSearch } from 'match-compiler/plugins/tiling-search';
import { wholeLayer } from 'match-compiler/plugins/whole-layer';
import { smallNet } from '../baseline-match/small-net.ts';

async function mapped(baseline: boolean): Promise<Mapping> {
  const compiler = createCompiler({
    plugins: [partition(), wholeLayer(), tilingSearch(), ...(baseline ? [baselineTvmLike()] : [])],
    report: () => undefined,
  });
  const options = { name: 'small', io: 'model', lineDirectives: false, samples: [], numerics: 'hardware' };
  const context = { target: gap9Target(), options: options as never };
  const candidates = await compiler.enumerate(smallNet({ size: 8, channels: 32, classes: 16 }), context);
  return compiler.select(candidates, context);
}

test('everything on the controlling core, where tensors live, one layer after the other', async (t) => {
  const mapping = await mapped(true);
  t.true(mapping.regions.length > 4);
  t.deepEqual([...new Set(mapping.regions.map(({ module }) => module.name))], ['master']);
  t.is(mapping.places.size, 0);
  for (const { regions, jobs, prefetch } of mapping.stages) {
    t.is(regions.length, 1);
    t.is(jobs.length, 1);
    t.false(prefetch);
  }
  for (const { schedule } of mapping.regions) {
    const plans = [...schedule.inputs, ...schedule.constants, ...schedule.outputs];
    t.true(plans.every(({ mode }) => mode === 'resident'));
  }
  const own = await mapped(false);
  t.true(own.predictedCycles < mapping.predictedCycles);
});
