import test from 'ava';
import { evaluateGraph, MatchError, programTimeline, type Compilation } from 'match-compiler';
import { everySimulatorMode, simulate } from 'match-compiler/build';
import { emitPlaced, placeProgram, runToy, toyProgram } from './toy-build.ts';
import { toyGraph, toyInputs, toyMapping } from './toy-network.ts';
import { toyTarget } from './toy-target.ts';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly cat: string;
  readonly args: { readonly name?: string; readonly layer?: number };
}

const graph = toyGraph();
const mapping = toyMapping(graph, toyTarget());
const program = await toyProgram(mapping);
const placed = placeProgram(program);
const bundle = await emitPlaced(placed);

test('the trace: one track per engine, work on each in order, as the clock has it', async (t) => {
  const [run] = await runToy(bundle, [toyInputs(1)]);
  const { traceEvents } = JSON.parse(run?.trace ?? '') as { traceEvents: TraceEvent[] };
  const tracks = traceEvents.filter(({ name }) => name === 'thread_name').map(({ args }) => args.name);
  t.deepEqual(tracks, ['controller', 'core', 'vector', 'inverter', 'dma-out', 'dma-in']);
  const work = traceEvents.filter(({ ph }) => ph === 'X');
  const timeline = programTimeline(program);
  tracks.forEach((engine, track) => {
    const own = work.filter(({ tid }) => tid === track);
    t.true(own.length > 0, engine);
    own.slice(1).forEach(({ ts }, i) => {
      const before = own[i];
      t.true(ts >= (before?.ts ?? 0) + (before?.dur ?? 0) - 1e-6, engine);
    });
    if (track === 0) return;
    const events = timeline.events.filter((event) => event.engine === engine);
    t.deepEqual(
      own.map(({ ts, args }) => [ts, String(args.layer)]),
      events.map(({ start, label }) => [start, label]),
    );
  });
  const last = Math.max(...work.map(({ ts, dur }) => ts + dur));
  t.true(Math.abs(last - timeline.cycles) < 1e-6);
});

test('simulate: outputs, cycles by layer and stage, modes', async (t) => {
  const compilation: Compilation = {
    graph,
    candidates: { graph, target: mapping.target, candidates: [], refusals: [] },
    mapping,
    program,
    placed,
    bundle,
  };
  const samples = [toyInputs(4), toyInputs(6)];
  const result = await simulate(compilation, samples, { modes: everySimulatorMode, trace: true });
  t.true(result.agrees);
  t.is(result.modes.length, 4);
  const { cycles, stages } = programTimeline(program);
  t.is(result.cycles, cycles);
  t.deepEqual(
    result.stages.map((stage) => stage.cycles),
    stages.map((stage) => stage.cycles),
  );
  t.is(result.predicted, 4000);
  t.deepEqual(
    result.layers.map(({ node, module, busy }) => [node, module, Object.keys(busy).sort()]),
    [
      ['mix', 'vector', ['dma-in', 'dma-out', 'vector']],
      ['turn', 'inverter', ['dma-in', 'dma-out', 'inverter']],
      ['mask', 'vector', ['dma-in', 'dma-out', 'vector']],
      ['join', 'core', ['core']],
    ],
  );
  t.deepEqual(
    result.outputs.map(([output]) => output?.data),
    samples.map((inputs) => evaluateGraph(graph, inputs).outputs[0]?.data),
  );
  t.notThrows(() => JSON.parse(result.trace ?? '') as unknown);
});

test('simulate: a trap is an error with a code', async (t) => {
  const body = program.body.filter(({ kind }, i) => kind !== 'wait' || i !== 3);
  const broken = { ...program, body };
  const error = await t.throwsAsync(
    simulate(
      {
        graph,
        candidates: { graph, target: mapping.target, candidates: [], refusals: [] },
        mapping,
        program: broken,
        placed: { ...placed, program: broken },
        bundle: await emitPlaced({ ...placed, program: broken }),
      },
      [toyInputs(1)],
    ),
    { message: /the simulated hardware stopped: race: job of layer 0, mix, on vector/ },
  );
  t.is(error instanceof MatchError && error.diagnostic.code, 'SIMULATOR_TRAPPED');
});
