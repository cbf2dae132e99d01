import { ShapeError } from '../ir/op.ts';
import type { Graph, Value } from '../ir/graph.ts';
import { elementCount, formatType, sameType, type Tensor } from '../ir/tensor.ts';

export interface EvaluateOptions {
  /** Names of intermediate values to keep in `values`. */
  readonly keep?: readonly string[];
}

export interface Evaluation {
  /** In the order of the graph's outputs. */
  readonly outputs: readonly Tensor[];
  /** By name: graph inputs, graph outputs and what `keep` asked for. */
  readonly values: ReadonlyMap<string, Tensor>;
}

/** A node whose evaluation failed. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
  readonly node: string;
  constructor(node: string, op: string, options: ErrorOptions & { readonly cause: unknown }) {
    super(
      `${node} (${op}): ${options.cause instanceof Error ? options.cause.message : String(options.cause)}`,
      options,
    );
    this.node = node;
  }
}

/**
 * Runs a graph on input tensors, in the order of the graph's inputs: the meaning that emitted code must keep.
 * Intermediate tensors are dropped after their last use.
 * @throws {ShapeError} when the inputs do not fit the graph
 * @throws {EvaluationError} when an operator fails on the data (an index out of range)
 */
export function evaluateGraph(
  graph: Graph,
  inputs: readonly Tensor[],
  options: EvaluateOptions = {},
): Evaluation {
  checkInputs(graph, inputs);
  const keep = new Set(options.keep);
  const values = new Map<string, Tensor>();
  const live = new Map<Value, Tensor>();
  graph.inputs.forEach((value, i) => {
    const input = inputs[i];
    if (!input) return;
    live.set(value, input);
    values.set(value.name, input);
  });
  const remaining = new Map<Value, number>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) remaining.set(input, (remaining.get(input) ?? 0) + 1);
  }
  for (const output of graph.outputs) remaining.set(output, Infinity);
  const read = (value: Value): Tensor => {
    const found = value.constant ?? live.get(value);
    if (!found) throw new Error(`%${value.name} is read before it is made`);
    return found;
  };
  for (const node of graph.nodes) {
    const operands = node.inputs.map(read);
    const types = node.outputs.map((output) => output.type);
    let results;
    try {
      results = node.op.evaluate(operands, node.attributes, types);
    } catch (error) {
      throw new EvaluationError(node.name, node.op.name, { cause: error });
    }
    node.outputs.forEach((output, i) => {
      const data = results[i];
      if (!data || data.length !== elementCount(output.type.shape)) {
        throw new Error(
          `${node.op.name} gave ${data?.length ?? 'no'} elements for ${formatType(output.type)}`,
        );
      }
      const made: Tensor = { type: output.type, data };
      if (keep.has(output.name)) values.set(output.name, made);
      if (remaining.has(output)) live.set(output, made);
    });
    for (const input of node.inputs) {
      const left = (remaining.get(input) ?? 0) - 1;
      remaining.set(input, left);
      if (left <= 0) live.delete(input);
    }
  }
  const outputs = graph.outputs.map(read);
  graph.outputs.forEach((value, i) => {
    const output = outputs[i];
    if (output) values.set(value.name, output);
  });
  return { outputs, values };
}

function checkInputs(graph: Graph, inputs: readonly Tensor[]): void {
  if (inputs.length !== graph.inputs.length) {
    throw new ShapeError(`${inputs.length} inputs for a graph that takes ${graph.inputs.length}`);
  }
  graph.inputs.forEach((value, i) => {
    const type = inputs[i]?.type;
    if (type && !sameType(type, value.type)) {
      throw new ShapeError(`input %${value.name} is ${formatType(value.type)}, not ${formatType(type)}`);
    }
  });
}
