import test from 'ava';
import { evaluateGraph, programTimeline, type Tensor } from 'match-compiler';
import { alteredCombine } from './toy-kernels.ts';
import { toyGraph, toyInputs, toyMapping, type ToyPlan } from './toy-network.ts';
import {
  emitPlaced,
  modes,
  placeProgram,
  runToy,
  sharedWorkbench,
  toyProgram,
  type ToyRun,
} from './toy-build.ts';
import { toyTarget, type ToyOptions } from './toy-target.ts';

const graph = toyGraph();
const shared = sharedWorkbench();
test.after.always(() => shared.release());
const samples = [toyInputs(3), toyInputs(9), toyInputs(3)];

function expectedBytes(inputs: readonly Tensor[]): Uint8Array {
  return Uint8Array.from(evaluateGraph(graph, inputs).outputs[0]?.data as Uint8Array);
}

const expected = samples.map(expectedBytes);

const schedules: Readonly<Record<string, Readonly<Record<string, ToyPlan>>>> = {
  'double buffers, ragged tiles both ways': {
    mix: { module: 'vector', tile: { oy: 5 }, buffers: 2 },
    turn: { module: 'inverter', tile: { oy: 6, ox: 32 }, buffers: 2 },
    mask: { module: 'vector', tile: { oy: 8 }, buffers: 1 },
    join: { module: 'core' },
  },
  'whole layers': {
    mix: { module: 'vector' },
    turn: { module: 'inverter' },
    mask: { module: 'vector' },
    join: { module: 'core' },
  },
  'columns first': {
    mix: { module: 'vector', tile: { ox: 9, oy: 7 }, buffers: 2 },
    turn: { module: 'core' },
    mask: { module: 'core' },
    join: { module: 'core' },
  },
};

for (const [name, plans] of Object.entries(schedules)) {
  test(`${name}: outputs, modes and cycles`, async (t) => {
    const program = await toyProgram(toyMapping(graph, toyTarget(), plans));
    const runs = shared.workbench.run(await emitPlaced(placeProgram(program)), samples, modes);
    const { cycles, regions } = programTimeline(program);
    t.true(cycles > 1000);
    for (const { status, message, outputs, report } of runs) {
      t.is(status, 0, message);
      t.deepEqual(outputs, expected);
      // Not nearly: the two clocks do the same arithmetic.
      t.deepEqual(report.runs, [cycles, cycles, cycles]);
      report.layers.forEach((layer, i) => {
        const own = regions[i];
        t.is(layer.end, own?.end ?? -1);
        t.true(Math.abs(layer.waiting - (own?.waiting ?? 0)) < 1e-6);
        t.true(Math.abs(layer.overhead - (own?.overhead ?? 0)) < 1e-6);
        t.true(Math.abs(layer.calls - (own?.calls ?? 0)) < 1e-6);
        report.engines.forEach((engine, k) => {
          t.true(Math.abs((layer.busy[k] ?? 0) - (own?.busy[engine] ?? 0)) < 1e-6, engine);
        });
      });
      const spent = report.layers.reduce(
        (sum, { waiting, overhead, calls }) => sum + waiting + overhead + calls,
        0,
      );
      t.true(Math.abs(spent - cycles) < 1e-6);
    }
  });
}

test('on memory of the caller, with sanitizers', async (t) => {
  const program = await toyProgram(toyMapping(graph, toyTarget()));
  const bundle = await emitPlaced(placeProgram(program, { inputs: 'caller', outputs: 'caller' }));
  const sanitized = ['clang', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  for (const { status, message, outputs } of await runToy(bundle, samples, modes, sanitized)) {
    t.is(status, 0, message);
    t.deepEqual(outputs, expected);
  }
});

test('outputs that have no memory of their own', async (t) => {
  const odd = toyGraph(true);
  const program = await toyProgram(toyMapping(odd, toyTarget()));
  const wanted = samples.map((inputs) =>
    Buffer.concat(evaluateGraph(odd, inputs).outputs.map(({ data }) => Buffer.from(data as Uint8Array))),
  );
  for (const io of ['arena', 'caller'] as const) {
    const bundle = await emitPlaced(placeProgram(program, { inputs: io, outputs: io }));
    const [run] = shared.workbench.run(bundle, samples);
    t.is(run?.status, 0, run?.message);
    t.deepEqual(
      run?.outputs.map((output) => Buffer.from(output)),
      wanted,
    );
  }
});

test('jobs that the controller waits for', async (t) => {
  const program = await toyProgram(toyMapping(graph, toyTarget({ synchronous: true })));
  const { cycles, regions } = programTimeline(program);
  t.true((regions[0]?.calls ?? 0) > 0);
  for (const { status, message, outputs, report } of shared.workbench.run(
    await emitPlaced(placeProgram(program)),
    samples,
    modes,
  )) {
    t.is(status, 0, message);
    t.deepEqual(outputs, expected);
    t.deepEqual(report.runs, [cycles, cycles, cycles]);
  }
});

async function withKernel(options: ToyOptions): Promise<readonly ToyRun[]> {
  const program = await toyProgram(toyMapping(graph, toyTarget(options)));
  return shared.workbench.run(await emitPlaced(placeProgram(program)), [toyInputs(3)], modes);
}

test('a job may report its cycles', async (t) => {
  const spends = alteredCombine(
    'const struct',
    'match_spent(worker == 2 ? 500.0 : 100.0);\n    const struct',
  );
  const [run] = await withKernel({ combine: spends });
  t.is(run?.status, 0);
  const vector = run?.report.engines.indexOf('vector') ?? -1;
  // Three jobs, each as long as its longest worker; nothing contends with it in this layer.
  const busy = run?.report.layers[2]?.busy[vector] ?? 0;
  t.true(busy >= 1500 && busy < 1800, String(busy));
});

test('a job that writes beyond its outputs is stopped', async (t) => {
  const runs = await withKernel({
    combine: alteredCombine('i < job->columns', 'i <= job->columns'),
  });
  for (const { status, message } of runs) {
    t.is(status, 99);
    t.regex(
      message,
      /^match simulator: trap: stray: job of layer 0, mix, on vector: it writes byte \d+ of l1/,
    );
  }
});

test('what a job reads beyond its inputs is no input', async (t) => {
  const peeks = alteredCombine('a[i] ^ b[i]', 'a[i] ^ b[i] ^ (i + 1 == job->columns ? a[i + 1] : 0)');
  const outputs = (await withKernel({ combine: peeks })).map((run) => Buffer.from(run.outputs[0] ?? []));
  t.false(outputs[0]?.equals(Buffer.from(expected[0] ?? [])));
  const [eager, , lazy] = outputs;
  t.false(eager?.equals(lazy ?? Buffer.alloc(0)));
});

test('workers that need each other give other outputs in the other order', async (t) => {
  const needs = alteredCombine(
    'uint8_t *out = job->out + row * job->out_stride;',
    'uint8_t *out = job->out + row * job->out_stride;\n        const uint8_t before = row > 0 ? out[-job->out_stride] : 0;',
  );
  const uses = needs.source.text.replace('a[i] ^ b[i]', 'a[i] ^ b[i] ^ before');
  const runs = await withKernel({ combine: { ...needs, source: { ...needs.source, text: uses } } });
  const [forward, backward] = runs.map((run) => Buffer.from(run.outputs[0] ?? []));
  t.is(runs[0]?.status, 0);
  t.false(forward?.equals(backward ?? Buffer.alloc(0)));
});

test('rows that a job leaves out do not come out right', async (t) => {
  const lacks = alteredCombine('row < job->rows', 'row + 1 < job->rows');
  for (const { status, outputs } of await withKernel({ combine: lacks })) {
    t.is(status, 0);
    t.notDeepEqual(outputs[0], expected[0]);
  }
});

test('settings that are none are refused', async (t) => {
  const program = await toyProgram(toyMapping(graph, toyTarget()));
  const [mode, workers] = shared.workbench.run(
    await emitPlaced(placeProgram(program)),
    [toyInputs(3)],
    [{ MATCH_SIM: 'early' }, { MATCH_SIM_WORKERS: 'up' }],
  );
  t.is(mode?.status, 1);
  t.is(mode?.message, "match simulator: MATCH_SIM cannot be 'early'; it is eager or lazy\n");
  t.is(workers?.status, 1);
});
