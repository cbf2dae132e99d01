import type { SourceLocation } from 'match-compiler';
import * as diagnostics from './diagnostics.ts';
import type { Definition, GraphOutput, ModelGraph, ModelNode } from './model.ts';
import type { GraphProto, NodeProto } from './proto.ts';

/** Definitions of the same name, in file order; those before every node have position -1. */
type Positions = Map<string, { readonly definition: Definition; readonly position: number }[]>;

/**
 * Resolves the names of a file's graph and orders its nodes.
 * @param wanted names of tensors to give instead of the graph's own outputs
 * @throws {MatchError} INPUT_UNDEFINED, MODEL_CYCLE, OUTPUT_UNDEFINED, TENSOR_UNKNOWN, MODEL_NO_OUTPUTS
 */
export function resolveGraph(file: string, graph: GraphProto, wanted?: readonly string[]): ModelGraph {
  const recognised: string[] = [];
  const defined: Positions = new Map();
  const define = (definition: Definition, position: number): Definition => {
    const same = defined.get(definition.name);
    if (same) same.push({ definition, position });
    else defined.set(definition.name, [{ definition, position }]);
    return definition;
  };

  for (const tensor of graph.initializer ?? []) {
    const name = tensor.name ?? '';
    if (!defined.has(name)) define({ name, kind: 'initializer', tensor }, -1);
  }
  for (const { values } of graph.sparse_initializer ?? []) {
    throw diagnostics.sparseUnsupported(file, values?.name ?? '');
  }
  // Up to IR version 3 every initializer is listed as an input as well; later the value is its default.
  const inputs = (graph.input ?? [])
    .filter((info) => !defined.has(info.name ?? ''))
    .map((info) => ({ info, definition: define({ name: info.name ?? '', kind: 'input' }, -1) }));

  const protos = graph.node ?? [];
  const outputs = protos.map((proto, index) =>
    (proto.output ?? []).map((name) => (name === '' ? undefined : define({ name, kind: 'node' }, index))),
  );
  const twice = [...defined].filter(([, same]) => same.length > 1).map(([name]) => name);
  if (twice.length > 0) {
    recognised.push(
      `${twice.length} tensor names are defined more than once (${twice.slice(0, 3).join(', ')}${twice.length > 3 ? ', …' : ''}): nodes read the nearest definition before them`,
    );
  }

  const nodes = protos.map((proto, index) => resolveNode(file, proto, index, outputs[index] ?? [], defined));
  const producer = new Map<Definition, ModelNode>();
  for (const node of nodes) for (const output of node.outputs) if (output) producer.set(output, node);

  const sorted = sortNodes(file, nodes, producer);
  if (sorted.some((node, i) => node !== nodes[i])) {
    recognised.push('the nodes of the file were not in order of dependency and have been sorted');
  }
  const graphOutputs = findOutputs(file, graph, defined, wanted);
  const kept = reachable(sorted, graphOutputs, producer);
  if (kept.length < sorted.length) {
    recognised.push(`${sorted.length - kept.length} nodes feed no output and are left out`);
  }
  return {
    file,
    name: graph.name ?? '',
    inputs,
    nodes: kept,
    outputs: graphOutputs,
    producers: producer,
    readers: findReaders(kept),
    recognised,
  };
}

function resolveNode(
  file: string,
  proto: NodeProto,
  index: number,
  outputs: readonly (Definition | undefined)[],
  defined: Positions,
): ModelNode {
  const op = proto.op_type ?? '';
  const firstOutput = outputs.find((output) => output)?.name;
  const loc: SourceLocation = { file, node: proto.name || firstOutput || `#${index}`, op, index };
  const domain = proto.domain === 'ai.onnx' ? '' : (proto.domain ?? '');
  const attributes = new Map((proto.attribute ?? []).map((attribute) => [attribute.name ?? '', attribute]));
  const node: ModelNode = { op, domain, loc, inputs: [], outputs, attributes };
  const inputs = (proto.input ?? []).map((name) => {
    if (name === '') return undefined;
    const same = defined.get(name);
    // The most recent definition before the node; in a file that is out of order, the first after it.
    const found = same?.findLast(({ position }) => position < index) ?? same?.[0];
    if (!found) throw diagnostics.undefinedInput(node, name, defined.keys());
    return found.definition;
  });
  while (inputs.length > 0 && inputs.at(-1) === undefined) inputs.pop();
  return { ...node, inputs };
}

/** Depth-first, without recursion and in file order where the file's order is right. */
function sortNodes(
  file: string,
  nodes: readonly ModelNode[],
  producer: ReadonlyMap<Definition, ModelNode>,
): readonly ModelNode[] {
  const sorted: ModelNode[] = [];
  const state = new Map<ModelNode, 'open' | 'done'>();
  for (const root of nodes) {
    if (state.has(root)) continue;
    const stack = [{ node: root, next: 0 }];
    state.set(root, 'open');
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      if (top.next === top.node.inputs.length) {
        state.set(top.node, 'done');
        sorted.push(top.node);
        stack.pop();
        continue;
      }
      const input = top.node.inputs[top.next++];
      const before = input && producer.get(input);
      if (!before || state.get(before) === 'done') continue;
      if (state.get(before) === 'open') {
        const start = stack.findIndex(({ node }) => node === before);
        throw diagnostics.modelCycle(
          file,
          stack.slice(start).map(({ node }) => node),
        );
      }
      state.set(before, 'open');
      stack.push({ node: before, next: 0 });
    }
  }
  return sorted;
}

function findOutputs(
  file: string,
  graph: GraphProto,
  defined: Positions,
  wanted: readonly string[] | undefined,
): readonly GraphOutput[] {
  if (wanted && wanted.length > 0) {
    return wanted.map((name) => {
      const definition = defined.get(name)?.at(-1)?.definition;
      if (!definition) throw diagnostics.unknownTensor(file, 'outputs', name, [...defined.keys()]);
      const info = graph.output?.find((output) => output.name === name);
      return { definition, ...(info && { info }) };
    });
  }
  const declared = graph.output ?? [];
  if (declared.length === 0) throw diagnostics.noOutputs(file);
  return declared.map((info) => {
    const definition = defined.get(info.name ?? '')?.at(-1)?.definition;
    if (!definition) throw diagnostics.outputMissing(file, info.name ?? '');
    return { definition, info };
  });
}

/** The nodes, in the given order, that the outputs depend on. */
function reachable(
  nodes: readonly ModelNode[],
  outputs: readonly GraphOutput[],
  producer: ReadonlyMap<Definition, ModelNode>,
): readonly ModelNode[] {
  const needed = new Set<ModelNode>();
  const open = outputs.map(({ definition }) => definition);
  for (let definition = open.pop(); definition; definition = open.pop()) {
    const node = producer.get(definition);
    if (!node || needed.has(node)) continue;
    needed.add(node);
    for (const input of node.inputs) if (input) open.push(input);
  }
  return nodes.filter((node) => needed.has(node));
}

function findReaders(nodes: readonly ModelNode[]): ReadonlyMap<Definition, readonly ModelNode[]> {
  const readers = new Map<Definition, ModelNode[]>();
  for (const node of nodes) {
    for (const input of new Set(node.inputs)) {
      if (!input) continue;
      const known = readers.get(input);
      if (known) known.push(node);
      else readers.set(input, [node]);
    }
  }
  return readers;
}
