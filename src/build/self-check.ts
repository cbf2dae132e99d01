import type { CompileOptions } from '../compiler/options.ts';
import { evaluateGraph } from '../interpreter/evaluate.ts';
import { bytesOf } from '../ir/data-type.ts';
import type { Graph } from '../ir/graph.ts';
import { byteSize, type Tensor } from '../ir/tensor.ts';
import { nodeMacs } from '../ir/work.ts';
import { randomTensor, randomWords } from '../run/random.ts';

/** Beyond these the sample would make a file that nobody opens, or a build that somebody waits for. */
const largestBytes = 128 * 1024;
const largestMacs = 50e6;

/** Inputs for a network nobody gave any: the same ones for the same seed. */
export function randomInputs(graph: Graph, seed: number): readonly Tensor[] {
  const next = randomWords(seed);
  return graph.inputs.map((input) => randomTensor(input.type, next));
}

/** One random sample with what the interpreter makes of it; none for large networks. */
export function selfCheckSamples(graph: Graph): CompileOptions['samples'] {
  const bytes = [...graph.inputs, ...graph.outputs].reduce((sum, { type }) => sum + byteSize(type), 0);
  const macs = graph.nodes.reduce((sum, node) => sum + nodeMacs(node), 0);
  if (bytes > largestBytes || macs > largestMacs) return [];
  const inputs = randomInputs(graph, 0);
  const { outputs } = evaluateGraph(graph, inputs);
  return [
    { inputs: inputs.map(({ data }) => bytesOf(data)), expected: outputs.map(({ data }) => bytesOf(data)) },
  ];
}
