import test from 'ava';
import { evaluateGraph, ops, type ModulePattern } from 'match-compiler';
import { clusterPatterns } from 'match-compiler/plugins/gap9';
import { prepareCalls, type PreparedCall } from './kernel-calls.ts';
import { kernelSamples } from './kernel-samples.ts';
import { Random } from './random.ts';
import { runCalls, structFields } from './run-calls.ts';
import { SampleBuilder } from './scaled-graphs.ts';

function patternNamed(name: string): ModulePattern {
  const found = clusterPatterns.find((pattern) => pattern.name === name);
  if (!found) throw new Error(`the cluster has no pattern ${name}`);
  return found;
}

/** Calls of every kernel on random layers, in random tiles, shares and places. */
function randomCalls(): PreparedCall[] {
  return kernelSamples.flatMap(({ pattern, count, make }, kind) =>
    Array.from({ length: count }, (_, i) => {
      const random = new Random(1000 * kind + i);
      const { graph, inputs } = make(random);
      return prepareCalls(graph, patternNamed(pattern), inputs, random, { shares: i % 4 === 0 });
    }).flat(),
  );
}

test('every pattern of the cluster is tried', (t) => {
  const tried = new Set(kernelSamples.map(({ pattern }) => pattern));
  t.deepEqual(
    clusterPatterns.map(({ name }) => name).filter((name) => !tried.has(name)),
    [],
  );
});

test('every kernel equals the interpreter on random tiles, in both orders of 1 to 8 workers', (t) => {
  const calls = randomCalls();
  t.true(calls.length > 2000);
  t.deepEqual(runCalls(calls, 'gcc'), []);
});

test('and is clean under the sanitizers, with memory blocks of the exact size', (t) => {
  t.deepEqual(runCalls(randomCalls(), 'sanitized'), []);
});

test('the harness notices a wrong byte', (t) => {
  const [call] = randomCalls();
  if (!call) throw new Error('no calls');
  const outputs = call.outputs.map((output) =>
    output.kind === 'write' ? { ...output, after: output.after.map((byte) => byte ^ 1) } : output,
  );
  // Forwards and backwards.
  t.is(runCalls([{ ...call, outputs }], 'gcc').length, 2);
});

test('sums of all pairs of bytes are exact under every rule', (t) => {
  const calls = (['single', 'double', 'real-even'] as const).flatMap((rule) =>
    [
      { aScale: 0.0394, bScale: 0.1041, outputScale: 0.0509 },
      { aScale: 0.25, bScale: 0.125, outputScale: 0.25 },
      { aScale: 0.0021, bScale: 0.9, outputScale: 0.4 },
    ]
      .map((scales, i) => {
        const random = new Random(i);
        const b = new SampleBuilder(random);
        const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
        const a = b.random('uint8', [256, 1]);
        const c = b.random('uint8', [1, 256]);
        b.tensors.forEach(({ data }) => (data as Uint8Array).set(all));
        const attributes = {
          aZeroPoint: 9,
          bZeroPoint: 128,
          zeroPoint: 101,
          min: 0,
          max: 255,
          dtype: 'uint8',
        } as const;
        const sample = b.done(b.add1(ops.quantizedAdd, [a, c], { rule, ...scales, ...attributes }));
        return prepareCalls(sample.graph, patternNamed('quantized_pair'), sample.inputs, random, {
          tile: { oy: 256, oc: 256 },
        });
      })
      .flat(),
  );
  t.deepEqual(runCalls(calls, 'gcc'), []);
});

test('patterns of one kernel share one text, so that a function serves all layers', (t) => {
  const texts = new Map<string, string>();
  for (const { kernel, name } of clusterPatterns) {
    if (kernel.kind !== 'job') throw new Error(`${name} is no job`);
    t.is(texts.get(kernel.name) ?? kernel.source.text, kernel.source.text);
    texts.set(kernel.name, kernel.source.text);
    t.true(structFields(kernel).length > 5, kernel.name);
  }
  t.true(texts.size < clusterPatterns.length);
});

test('the interpreter is asked, not the kernels: outputs of the samples vary', (t) => {
  const { graph, inputs } = kernelSamples[0]?.make(new Random(0)) ?? {};
  if (!graph || !inputs) throw new Error('no sample');
  const [output] = evaluateGraph(graph, inputs).outputs;
  t.true(new Set<number | bigint>(Array.from<number | bigint>(output?.data ?? new Uint8Array())).size > 2);
});
