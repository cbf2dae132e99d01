import {
  evaluateGraph,
  Graph,
  MatchError,
  tensor,
  verifyGraph,
  type Diagnostic,
  type ImportOptions,
  type PluginContext,
} from 'match-compiler';
import { importTflite } from 'match-compiler/plugins/import-tflite';

/** What the plugin answers, thrown errors included. */
export function answer(bytes: Uint8Array, options: ImportOptions = {}, file = 'model.tflite'): unknown {
  const { importModel: hook } = importTflite();
  const handler = typeof hook === 'function' ? hook : hook?.handler;
  const readBeside = (): never => {
    throw new Error('TFLite files refer to no others');
  };
  return handler?.call({} as PluginContext, { file, bytes, options, readBeside });
}

/** The imported graph, checked by the verifier. */
export function importModel(bytes: Uint8Array, options: ImportOptions = {}): Graph {
  const graph = answer(bytes, options);
  if (!(graph instanceof Graph)) throw new Error('the plugin passed on');
  const [fault] = verifyGraph(graph);
  if (fault) throw new Error(fault.message);
  return graph;
}

/** The diagnostic that importing ends in. */
export function diagnosticOf(bytes: Uint8Array, options: ImportOptions = {}, file?: string): Diagnostic {
  try {
    answer(bytes, options, file);
  } catch (error) {
    if (MatchError.is(error)) return error.diagnostic;
    throw error;
  }
  throw new Error('the model was imported');
}

/** The elements of the first output. */
export function evaluate(graph: Graph, inputs: readonly (readonly number[])[]): number[] {
  const values = graph.inputs.map(({ type }, i) => tensor(type.dtype, type.shape, inputs[i]));
  const [output] = evaluateGraph(graph, values).outputs;
  return Array.from((output?.data ?? []) as ArrayLike<number | bigint>, Number);
}

/** The operators of a graph, in order. */
export function operatorsOf(graph: Graph): string[] {
  return graph.nodes.map((node) => node.op.name);
}
