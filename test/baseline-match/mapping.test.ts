import test from 'ava';
import { createCompiler, type Mapping, type Target } from 'match-compiler';
import {
  baselineMatch,
  matchRuntime,
  withMatchRuntime,
  type BaselineOptions,
} from 'match-compiler/plugins/baseline-match';
import { dianaTarget } from 'match-compiler/plugins/diana';
import { gap9Target, type Gap9Options } from 'match-compiler/plugins/gap9';
import { partition } from 'match-compiler/plugins/partition';
import { tilingSearch } from 'match-compiler/plugins/tiling-search';
import { wholeLayer } from 'match-compiler/plugins/whole-layer';
import { smallNet, type NetSize } from './small-net.ts';

async function mapped(
  target: Target,
  net: NetSize,
  baseline?: BaselineOptions,
  shifted = false,
): Promise<Mapping> {
  const compiler = createCompiler({
    plugins: [partition(), wholeLayer(), tilingSearch(), ...(baseline ? [baselineMatch(baseline)] : [])],
    report: () => undefined,
  });
  const context = {
    target,
    options: {
      name: 'small',
      io: 'model',
      lineDirectives: false,
      samples: [],
      numerics: 'hardware',
    } as never,
  };
  const candidates = await compiler.enumerate(smallNet({ ...net, shifted }), context);
  return compiler.select(candidates, context);
}

const net: NetSize = { size: 16, channels: 32, classes: 16 };
const options = (l1: number): Gap9Options => ({ l1 });
const enginesOf = ({ regions }: Mapping): string[] => regions.map(({ module }) => module.name);

test('one region at a time, through L2, without prefetch', async (t) => {
  const mapping = await mapped(gap9Target(options(16384)), net, { costs: 'same' });
  t.true(mapping.stages.every(({ regions, prefetch }) => regions.length === 1 && !prefetch));
  t.is(mapping.places.size, 0);
  const cut: string[] = [];
  for (const { module, schedule, region } of mapping.regions) {
    if (module.name === 'master') continue;
    for (const plan of [...schedule.inputs, ...schedule.constants, ...schedule.outputs])
      t.is(plan.mode, 'streamed');
    if (schedule.order.length > 0) cut.push(region.root.name);
    t.false(schedule.order.includes('ic'));
    for (const [name, size] of Object.entries(schedule.tile)) {
      const extent = { oy: 16, ox: 16, oc: 32 }[name] ?? 0;
      t.is(extent % size, 0, `${name} ${size} divides`);
    }
    const plans = [...schedule.inputs, ...schedule.constants, ...schedule.outputs];
    const doubled = plans.some((plan) => plan.mode === 'streamed' && plan.buffers === 2);
    if (module.name === 'ne16') t.false(doubled);
    t.true((schedule.bytes['l1'] ?? 0) <= 16384);
  }
  t.true(cut.length > 0);
});

test('the accelerator takes convolutions, the controller what MATCH has no pattern for', async (t) => {
  const mapping = await mapped(gap9Target(), net, { costs: 'same' });
  const engineOf = (op: string, { regions } = mapping): string | undefined =>
    regions.find(({ region }) => region.nodes.some((node) => node.op.name === op))?.module.name;
  t.is(engineOf('average_pool2d'), 'master');
  t.true(enginesOf(mapping).includes('ne16'));
  // Signs are changed for this compiler's sake: where it costs least.
  t.is(engineOf('change_sign'), 'cluster');
  const anywhere = await mapped(gap9Target(), net, { costs: 'same', others: 'anywhere' });
  t.is(engineOf('average_pool2d', anywhere), 'cluster');
  t.true(anywhere.predictedCycles < mapping.predictedCycles);
});

test('costs more than the whole-graph mapping, and more again with MATCH’s runtime', async (t) => {
  const target = gap9Target();
  const own = await mapped(target, net);
  const same = await mapped(target, net, { costs: 'same' });
  const slow = await mapped(withMatchRuntime(target), net, { costs: 'match' });
  t.true(own.predictedCycles < same.predictedCycles);
  t.true(same.predictedCycles < slow.predictedCycles);
  const total = same.stages.reduce((sum, { cycles }) => sum + cycles, 0);
  t.is(same.predictedCycles, total);
});

test('MATCH’s runtime costs 920 cycles per transfer and 500 per tile, and nothing else changes', (t) => {
  const target = gap9Target();
  const derived = withMatchRuntime(target);
  const link = derived.memories['l2']?.links.find(({ to }) => to === 'l1');
  const plain = target.memories['l2']?.links.find(({ to }) => to === 'l1');
  t.is((link?.enqueueCycles ?? 0) + (link?.startCycles ?? 0), matchRuntime.transfer);
  t.is(link?.bytesPerCycle, plain?.bytesPerCycle);
  t.deepEqual(
    derived.memories['l3']?.links.map(({ to, startCycles }) => [to, startCycles]),
    target.memories['l3']?.links.map(({ to, startCycles }) => [to, startCycles]),
  );
  for (const module of derived.modules) {
    const before = target.modules.find(({ name }) => name === module.name);
    t.is(
      module.dispatchCycles,
      module.name === 'master' ? (before?.dispatchCycles ?? -1) : matchRuntime.tile,
    );
  }
});

test('on DIANA transfers keep their cost, tiles take 500 cycles, pointwise layers no detour', async (t) => {
  const target = dianaTarget();
  const derived = withMatchRuntime(target);
  t.deepEqual(derived.memories, target.memories);
  t.deepEqual(
    derived.modules.map(({ name, dispatchCycles }) => [name, dispatchCycles]),
    [
      ['host', 0],
      ['digital', matchRuntime.tile],
      ['analog', matchRuntime.tile],
    ],
  );
  const shifted = (baseline?: BaselineOptions) => mapped(target, { ...net, size: 12 }, baseline, true);
  const patterns = ({ regions }: Mapping): string[] =>
    regions.filter(({ module }) => module.name === 'digital').map(({ pattern }) => pattern.name);
  const own = await shifted();
  const same = await shifted({ costs: 'same' });
  t.true(patterns(own).includes('conv1x1_flat'));
  t.deepEqual(new Set(patterns(same)), new Set(['change_sign', 'conv2d', 'depthwise', 'dense']));
  t.is(same.places.size, 0);
  t.true(own.predictedCycles < same.predictedCycles);
});
