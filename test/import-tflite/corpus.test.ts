import test from 'ava';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateGraph, tensorFromBytes, type DataType, type Graph, type Rounding } from 'match-compiler';
import { importModel } from './import-model.ts';

/** Every model of the corpus once per arithmetic; `npm run conformance` runs all cases. */

interface CorpusTensor {
  readonly name: string;
  readonly file: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

interface CorpusCase {
  readonly id: string;
  readonly format: string;
  readonly model: string;
  readonly inputs: readonly CorpusTensor[];
  readonly outputs: readonly CorpusTensor[];
  readonly intermediate?: readonly CorpusTensor[];
  readonly arithmetic: Rounding | { readonly rtol: number; readonly atol: number };
}

const corpus = process.env['MATCH_CORPUS'] ?? '';
const manifest = join(corpus, 'manifest.json');
const firstCases = new Map<string, CorpusCase>();
if (corpus !== '' && existsSync(manifest)) {
  for (const entry of JSON.parse(readFileSync(manifest, 'utf8')) as CorpusCase[]) {
    const key = `${entry.model} ${JSON.stringify(entry.arithmetic)}`;
    if (entry.format === 'tflite' && !firstCases.has(key)) firstCases.set(key, entry);
  }
}

const read = (file: string): Uint8Array => new Uint8Array(readFileSync(join(corpus, file)));

function load({ dtype, shape, file }: CorpusTensor) {
  return tensorFromBytes({ dtype, shape }, read(file));
}

/** By name, or by position where the file gives tensors no names. */
function inputOf(entry: CorpusCase, graph: Graph, index: number): CorpusTensor {
  const name = graph.inputs[index]?.name;
  const found = entry.inputs.find((input) => input.name === name) ?? entry.inputs[index];
  if (!found) throw new Error(`no input ${name}`);
  return found;
}

for (const entry of firstCases.values()) {
  test(entry.id, (t) => {
    const { arithmetic } = entry;
    const graph = importModel(
      read(entry.model),
      typeof arithmetic === 'string' ? { rounding: arithmetic } : {},
    );
    const wanted = [...entry.outputs, ...(entry.intermediate ?? [])];
    const inputs = graph.inputs.map((_, i) => load(inputOf(entry, graph, i)));
    const { outputs, values } = evaluateGraph(graph, inputs, { keep: wanted.map(({ name }) => name) });
    for (const [i, expected] of wanted.entries()) {
      const actual = expected.name === '' ? outputs[i] : values.get(expected.name);
      t.deepEqual(actual?.type.shape, expected.shape);
      const numbers = Array.from((actual?.data ?? []) as ArrayLike<number>, Number);
      const different = Array.from(load(expected).data as ArrayLike<number>, Number).filter((value, at) => {
        const distance = Math.abs(value - (numbers[at] ?? NaN));
        return typeof arithmetic === 'string'
          ? distance !== 0
          : !(distance <= arithmetic.atol + arithmetic.rtol * Math.abs(value));
      });
      t.is(different.length, 0, expected.name);
    }
  });
}

if (firstCases.size === 0) test.skip('the corpus is not here (MATCH_CORPUS)', () => undefined);
