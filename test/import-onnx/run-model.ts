import type { ExecutionContext } from 'ava';
import {
  evaluateGraph,
  MatchError,
  verifyGraph,
  type Diagnostic,
  type Graph,
  type Tensor,
} from 'match-compiler';
import {
  importBytes,
  importModel,
  onnxFile,
  type ImportSetup,
  type ModelParts,
} from '../support/onnx-model.ts';

/** Imports a model, checks the graph's rules, runs it. */
export async function run(
  t: ExecutionContext,
  parts: ModelParts,
  inputs: readonly Tensor[],
  setup: ImportSetup = {},
): Promise<{ readonly graph: Graph; readonly outputs: readonly Tensor[] }> {
  const graph = await importModel(parts, setup);
  t.deepEqual(verifyGraph(graph), []);
  return { graph, outputs: evaluateGraph(graph, inputs).outputs };
}

/** The elements as numbers. */
export function numbers(tensor: Tensor | undefined): readonly number[] {
  return Array.from(tensor?.data ?? [], Number);
}

/** Names of the graph's operators, in order. */
export function operators(graph: Graph): readonly string[] {
  return graph.nodes.map((node) => node.op.name);
}

/** What the import refuses with. */
export async function refusal(parts: ModelParts | Uint8Array, setup: ImportSetup = {}): Promise<Diagnostic> {
  try {
    await importBytes(parts instanceof Uint8Array ? parts : onnxFile(parts), setup);
  } catch (error) {
    if (MatchError.is(error)) return error.diagnostic;
    throw error;
  }
  throw new Error('imported without an error');
}
