import test from 'ava';
import { createCompiler, type Mapping, type Target } from 'match-compiler';
import baselineHtvm, {
  htvmRuntime,
  withHtvmRuntime,
  type HtvmOptions,
} from 'match-compiler/plugins/baseline-htvm';
import { gap9Target } from 'match-compiler/plugins/gap9';
import { partition } from 'match-compiler/plugins/partition';
import { tilingSearch } from 'match-compiler/plugins/tiling-search';
import { wholeLayer } from 'match-compiler/plugins/whole-layer';
import { smallNet, type NetSize } from '../baseline-match/small-net.ts';

async function mapped(target: Target, net: NetSize, options?: HtvmOptions): Promise<Mapping> {
  const compiler = createCompiler({
    plugins: [partition(), wholeLayer(), tilingSearch(), ...(options ? [baselineHtvm(options)] : [])],
    report: () => undefined,
  });
  const build = { name: 'small', io: 'model', lineDirectives: false, samples: [], numerics: 'hardware' };
  const context = { target, options: build as never };
  return compiler.select(await compiler.enumerate(smallNet(net), context), context);
}

const net: NetSize = { size: 16, channels: 32, classes: 16 };

test('one region at a time through L2, one buffer per operand', async (t) => {
  const mapping = await mapped(gap9Target({ l1: 12288 }), net, {});
  t.is(mapping.places.size, 0);
  t.true(mapping.stages.every(({ regions, prefetch }) => regions.length === 1 && !prefetch));
  const near = mapping.regions.filter(({ module }) => module.name !== 'master');
  t.true(near.length > 2);
  for (const { schedule } of near) {
    for (const plan of [...schedule.inputs, ...schedule.constants, ...schedule.outputs])
      t.deepEqual(plan, { mode: 'streamed', buffers: 1 });
    t.true((schedule.bytes['l1'] ?? 0) <= 12288);
    t.false(schedule.order.includes('ic'));
  }
  t.true(near.some(({ schedule }) => schedule.order.length > 0));
});

test('layers that fit stay whole; others are cut in multiples of 16', async (t) => {
  const whole = await mapped(gap9Target(), net, {});
  t.true(whole.regions.every(({ schedule }) => schedule.order.length === 0));
  const cut = await mapped(gap9Target({ l1: 12288 }), net, {});
  for (const { schedule } of cut.regions) {
    const { oc, ox } = schedule.tile;
    if (oc !== undefined) t.is(oc % 16, 0);
    if (ox !== undefined) t.is(ox % 16, 0);
  }
});

test('priority decides, not cost', async (t) => {
  const engines = async (priority: readonly string[]): Promise<readonly string[]> => {
    const { regions } = await mapped(gap9Target(), net, { priority });
    return regions
      .filter(({ region }) => region.nodes.some(({ op }) => op.name === 'conv2d'))
      .map(({ module }) => module.name);
  };
  t.true((await engines(['ne16', 'cluster'])).every((name) => name === 'ne16'));
  t.true((await engines(['cluster', 'ne16'])).every((name) => name === 'cluster'));
  t.true((await engines([])).every((name) => name === 'master'));
});

test('patterns that HTVM has no counterpart of are left out', async (t) => {
  const names = ({ regions }: Mapping): string[] =>
    regions.filter(({ module }) => module.name === 'ne16').map(({ pattern }) => pattern.name);
  const all = names(await mapped(gap9Target(), net, {}));
  const [first = ''] = all;
  t.true(all.length > 0);
  const without = names(await mapped(gap9Target(), net, { without: [first] }));
  t.false(without.includes(first));
});

test('500 cycles per tile, and nothing else changes', async (t) => {
  const target = gap9Target({ l1: 12288 });
  const derived = withHtvmRuntime(target);
  t.deepEqual(derived.memories, target.memories);
  for (const module of derived.modules) {
    const before = target.modules.find(({ name }) => name === module.name);
    t.is(module.dispatchCycles, module.name === 'master' ? (before?.dispatchCycles ?? -1) : htvmRuntime.tile);
  }
  const same = await mapped(target, net, {});
  const slow = await mapped(derived, net, {});
  const own = await mapped(target, net);
  t.true(own.predictedCycles < same.predictedCycles);
  t.true(same.predictedCycles < slow.predictedCycles);
});
