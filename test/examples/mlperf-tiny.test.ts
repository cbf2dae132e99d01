import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { elementCount, evaluateGraph, tensor, type Graph, type Tensor } from 'match-compiler';
import {
  build,
  compareTensors,
  compileBundle,
  findToolchain,
  interpreterTolerance,
  runNetwork,
  withTemporaryFolder,
  type BuildResult,
} from 'match-compiler/build';
import { modelFiles } from '../../examples/mlperf-tiny/models.ts';
import { topologies } from '../../examples/mlperf-tiny/topologies.ts';

/** Multiply-accumulates of the reference models, and the arena that their QDQ form with float inputs needs. */
const known: Readonly<Record<string, { readonly macs: number; readonly arena: number }>> = {
  autoencoder: { macs: 264_192, arena: 3200 },
  'ds-cnn': { macs: 2_656_768, arena: 10_048 },
  resnet8: { macs: 12_501_632, arena: 33_312 },
  mobilenet: { macs: 7_489_664, arena: 110_592 },
};

for (const [net, make] of Object.entries(topologies)) {
  test(`${net}: integers that use their range, and C that equals the interpreter`, async (t) => {
    const { layers, memory, info, compilation } = await built(net, make());
    t.is(info.dialect, 'qdq');
    t.is(
      layers.reduce((sum, layer) => sum + layer.macs, 0),
      known[net]?.macs ?? 0,
    );
    t.is(Math.max(...memory.map(({ arenaBytes }) => arenaBytes)), known[net]?.arena ?? 0);
    const { graph, bundle, mapping } = compilation;
    const inputs = randomInputs(graph, 7);
    const keep = graph.nodes.flatMap(({ outputs }) => outputs).filter(({ type }) => type.dtype === 'int8');
    const { outputs, values } = evaluateGraph(graph, inputs, { keep: keep.map(({ name }) => name) });
    for (const { name } of keep) {
      const elements = Array.from(values.get(name)?.data as Int8Array);
      const saturated = elements.filter((value) => value === 127).length / elements.length;
      t.true(saturated < 0.15, `${name}: ${saturated} of the elements are at the upper end`);
      t.true(elements.length < 100 || new Set(elements).size > 30, `${name} has few distinct values`);
    }
    const toolchain = findToolchain(mapping.target);
    const [actual = []] = await withTemporaryFolder(async (folder) =>
      runNetwork(await compileBundle(bundle, toolchain, folder, false), graph, [inputs], toolchain, folder),
    );
    graph.outputs.forEach((value, i) => {
      const [a, b] = [actual[i], outputs[i]];
      t.is(a && b && compareTensors(a, b, interpreterTolerance(graph, value)).differing, 0, value.name);
    });
  });

  test(`${net}: the same seed gives the same file, another one does not`, (t) => {
    t.deepEqual(make(5), make(5));
    t.notDeepEqual(make(5), make(6));
  });
}

test('trained models are taken where they are, the others are written once', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'match-mlperf-'));
  try {
    const trained = join(folder, 'kws_ref_model.tflite');
    writeFileSync(trained, 'trained');
    const files = modelFiles(join(folder, 'models'), folder);
    t.deepEqual(
      files.map(({ name }) => name),
      ['autoencoder', 'ds_cnn', 'resnet8', 'mobilenet'],
    );
    t.is(files[1]?.file, trained);
    t.is(files[2]?.file, join(folder, 'models', 'resnet8.onnx'));
    writeFileSync(files[2]?.file ?? '', 'kept');
    t.deepEqual(modelFiles(join(folder, 'models'), folder), files);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function built(net: string, bytes: Uint8Array): Promise<BuildResult> {
  return withTemporaryFolder(async (folder) => {
    const file = join(folder, `${net}.onnx`);
    writeFileSync(file, bytes);
    const [result] = await build({ config: false, model: file, target: 'host', write: false });
    if (!result) throw new Error('nothing was built');
    return result;
  });
}

/** Sums of uniform numbers: close enough to the normal distribution that the networks are made for. */
function randomInputs(graph: Graph, seed: number): Tensor[] {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return graph.inputs.map(({ type }) =>
    tensor(
      type.dtype,
      type.shape,
      Array.from(
        { length: elementCount(type.shape) },
        () => Array.from({ length: 12 }, uniform).reduce((sum, value) => sum + value, 0) - 6,
      ),
    ),
  );
}
