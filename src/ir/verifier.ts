import type { Graph, Node, Value } from './graph.ts';
import { elementCount, formatType, sameType } from './tensor.ts';

/** One broken rule of a graph. */
export interface GraphFault {
  readonly node?: Node;
  readonly message: string;
}

/** The rules that every graph keeps between passes; an empty list when all hold. */
export function verifyGraph(graph: Graph): readonly GraphFault[] {
  const faults: GraphFault[] = [];
  const defined = new Set<Value>(graph.inputs);
  const ids = new Map<number, Value>();
  const names = new Map<string, Value>();
  for (const value of graph.values()) {
    const twin = ids.get(value.id);
    if (twin) faults.push({ message: `values %${twin.name} and %${value.name} share the id ${value.id}` });
    ids.set(value.id, value);
    if (names.has(value.name)) faults.push({ message: `two values are named %${value.name}` });
    names.set(value.name, value);
    if (!value.type.shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
      faults.push({ message: `%${value.name} has the shape [${value.type.shape.join(',')}]` });
    }
    if (value.constant && value.constant.data.length !== elementCount(value.type.shape)) {
      faults.push({
        message: `%${value.name} has ${value.constant.data.length} elements for ${formatType(value.type)}`,
      });
    }
  }
  for (const node of graph.nodes) verifyNode(node, defined, faults);
  for (const output of graph.outputs) {
    if (!output.constant && !defined.has(output))
      faults.push({ message: `output %${output.name} is never made` });
  }
  return faults;
}

function verifyNode(node: Node, defined: Set<Value>, faults: GraphFault[]): void {
  const fault = (message: string): void => void faults.push({ node, message });
  for (const input of node.inputs) {
    if (!input.constant && !defined.has(input)) fault(`reads %${input.name} before it is made`);
  }
  for (const output of node.outputs) {
    if (defined.has(output)) fault(`makes %${output.name} a second time`);
    if (output.constant) fault(`makes %${output.name}, which is a constant`);
    defined.add(output);
  }
  try {
    const types = node.op.infer(
      node.inputs.map((input) => input.type),
      node.attributes,
    );
    if (types.length !== node.outputs.length) {
      fault(`has ${node.outputs.length} outputs where ${node.op.name} has ${types.length}`);
      return;
    }
    types.forEach((type, i) => {
      const output = node.outputs[i];
      if (output && !sameType(type, output.type)) {
        fault(
          `%${output.name} is ${formatType(output.type)} where ${node.op.name} gives ${formatType(type)}`,
        );
      }
    });
  } catch (error) {
    fault(error instanceof Error ? error.message : String(error));
  }
}
