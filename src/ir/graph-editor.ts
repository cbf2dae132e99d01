import { Graph, type ModelInfo, type Node, type SourceLocation, type Value } from './graph.ts';
import type { Attributes, OpDefinition } from './op.ts';
import { sameType, formatType, type Tensor, type TensorType } from './tensor.ts';

export interface NodeOptions {
  readonly name?: string;
  readonly loc?: readonly SourceLocation[];
  /** Names of the outputs; made from the node's name when absent. */
  readonly outputs?: readonly string[];
  /** Types that replace the inferred ones where they say more (quantization). Element type and shape must agree. */
  readonly types?: readonly TensorType[];
  /** Takes the place of this node in the order of execution, as far as dependencies allow; last when absent. */
  readonly place?: Node;
}

/**
 * The one way to make a graph: from nothing (importers) or from another graph (passes). Nodes may be
 * added in any order; `finish` sorts them, keeping the order of addition where dependencies allow.
 */
export class GraphEditor {
  readonly #name: string;
  readonly #info: ModelInfo;
  #inputs: Value[];
  #outputs: { readonly value: Value; readonly name: string }[];
  readonly #nodes: Node[];
  readonly #removed = new Set<Node>();
  readonly #replacements = new Map<Value, Value>();
  readonly #names = new Set<string>();
  /** The last number tried behind a name, so that a thousand values of one name stay cheap. */
  readonly #suffixes = new Map<string, number>();
  /** Names that values asked for and did not get, because another had them at that time. */
  readonly #wanted = new Map<Value, string>();
  /** Place of a node, by its id: where it stands among the others when dependencies leave a choice. */
  readonly #places = new Map<number, number>();
  #nextValue = 0;
  #nextNode = 0;

  constructor(from: Graph | { readonly name: string; readonly info: ModelInfo }) {
    this.#name = from.name;
    this.#info = from.info;
    if (from instanceof Graph) {
      this.#inputs = [...from.inputs];
      this.#outputs = from.outputs.map((value) => ({ value, name: value.name }));
      this.#nodes = [...from.nodes];
      for (const value of from.values()) {
        this.#nextValue = Math.max(this.#nextValue, value.id + 1);
        this.#names.add(value.name);
      }
      for (const node of from.nodes) {
        this.#nextNode = Math.max(this.#nextNode, node.id + 1);
        this.#places.set(node.id, this.#places.size);
      }
    } else {
      this.#inputs = [];
      this.#outputs = [];
      this.#nodes = [];
    }
  }

  input(name: string, type: TensorType): Value {
    const value = this.#value(name, type);
    this.#inputs.push(value);
    return value;
  }

  constant(name: string, data: Tensor): Value {
    return this.#value(name, data.type, data);
  }

  /**
   * Adds a node and returns its outputs.
   * @throws {ShapeError} when the inputs do not fit the operator
   */
  add<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
    options: NodeOptions = {},
  ): readonly Value[] {
    const resolved = inputs.map((input) => this.resolve(input));
    const inferred = op.infer(
      resolved.map((input) => input.type),
      attributes,
    );
    const name = options.name ?? options.loc?.[0]?.node ?? op.name;
    const outputs = inferred.map((type, i) => {
      const wanted = options.types?.[i];
      if (wanted && !sameType(wanted, type)) {
        throw new TypeError(`${op.name} gives ${formatType(type)}, not ${formatType(wanted)}`);
      }
      return this.#value(options.outputs?.[i] ?? (i === 0 ? name : `${name}.${i}`), wanted ?? type);
    });
    const node: Node = Object.freeze({
      id: this.#nextNode++,
      op: op,
      name,
      inputs: Object.freeze(resolved),
      outputs: Object.freeze(outputs),
      attributes: Object.freeze({ ...attributes }),
      loc: Object.freeze([...(options.loc ?? [])]),
    });
    const place = options.place && this.#places.get(options.place.id);
    this.#places.set(node.id, place ?? this.#places.size);
    this.#nodes.push(node);
    this.added(node);
    return outputs;
  }

  /** Told of every node that `add` makes: for editors that keep books of their own. */
  protected added(_node: Node): void {}

  /** `add` for operators with one output. */
  add1<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
    options: NodeOptions = {},
  ): Value {
    const [output] = this.add(op, inputs, attributes, options);
    if (!output) throw new TypeError(`${op.name} has no output`);
    return output;
  }

  /** Every later and earlier use of `from` becomes a use of `to`; a graph output keeps its own name. */
  replace(from: Value, to: Value): void {
    if (!sameType(from.type, to.type)) {
      throw new TypeError(`cannot replace ${formatType(from.type)} by ${formatType(to.type)}`);
    }
    const target = this.resolve(to);
    if (target !== from) this.#replacements.set(from, target);
  }

  /** Gives one node other inputs of the same types; its outputs and every other reader stay. */
  rewire(node: Node, inputs: readonly Value[]): void {
    const at = this.#nodes.indexOf(node);
    const agree =
      inputs.length === node.inputs.length && inputs.every((input, i) => sameInput(input, node.inputs[i]));
    if (at < 0 || !agree) throw new TypeError(`cannot rewire ${node.name}`);
    this.#nodes[at] = Object.freeze({ ...node, inputs: Object.freeze([...inputs]) });
  }

  remove(node: Node): void {
    this.#removed.add(node);
  }

  /** The name that a value will have if nothing else holds it in the end. */
  nameOf(value: Value): string {
    return this.#wanted.get(value) ?? value.name;
  }

  /** Gives a value's name up for the next one to ask for it. The value itself must not survive. */
  releaseName(value: Value): void {
    this.#names.delete(value.name);
  }

  /** What a value has been replaced by so far. */
  resolve(value: Value): Value {
    let current = value;
    for (let next = this.#replacements.get(current); next; next = this.#replacements.get(current))
      current = next;
    return current;
  }

  /** Makes these the graph's outputs, under the given names (their own when absent). */
  setOutputs(outputs: readonly Value[], names: readonly string[] = outputs.map((value) => value.name)): void {
    this.#outputs = outputs.map((value, i) => ({ value, name: names[i] ?? value.name }));
  }

  /**
   * The finished graph.
   * @throws {CycleError} when nodes depend on each other in a circle
   */
  finish(): Graph {
    const kept = this.#nodes
      .filter((node) => !this.#removed.has(node))
      .sort((a, b) => (this.#places.get(a.id) ?? 0) - (this.#places.get(b.id) ?? 0))
      .map((node) => {
        const inputs = node.inputs.map((input) => this.resolve(input));
        return inputs.every((input, i) => input === node.inputs[i])
          ? node
          : Object.freeze({ ...node, inputs: Object.freeze(inputs) });
      });
    return this.#rename(
      new Graph({
        name: this.#name,
        info: this.#info,
        inputs: this.#inputs,
        outputs: this.#outputs.map(({ value }) => this.resolve(value)),
        nodes: sortByDependency(kept),
      }),
    );
  }

  /**
   * Users know outputs by name: what stands there now gets the name, and what had it before another. A name
   * whose holder has vanished goes to the first value that asked for it.
   */
  #rename(graph: Graph): Graph {
    const renamed = new Map<Value, Value>();
    const rename = (value: Value, name: string, type = value.type): void => {
      renamed.set(value, Object.freeze({ ...value, name, type }));
    };
    const byName = new Map(graph.values().map((value) => [value.name, value]));
    this.#outputs.forEach(({ value: old, name }, i) => {
      const now = graph.outputs[i];
      if (!now || now.name === name || renamed.has(now) || graph.inputs.includes(now)) return;
      // A value that is an output twice keeps the name it has.
      if (this.#outputs.some((other) => other.value === now && other.name === now.name)) return;
      const holder = byName.get(name);
      if (holder && !renamed.has(holder)) rename(holder, this.#uniqueName(name));
      rename(now, name, {
        ...now.type,
        ...(old.type.quantization && { quantization: old.type.quantization }),
      });
    });
    const taken = new Set(
      this.#wanted.size > 0 ? graph.values().map((value) => (renamed.get(value) ?? value).name) : [],
    );
    for (const value of this.#wanted.size > 0 ? graph.values() : []) {
      const wanted = this.#wanted.get(value);
      if (wanted === undefined || renamed.has(value) || taken.has(wanted)) continue;
      taken.add(wanted);
      rename(value, wanted);
    }
    if (renamed.size === 0) return graph;
    const swap = (value: Value): Value => renamed.get(value) ?? value;
    return new Graph({
      name: graph.name,
      info: graph.info,
      inputs: graph.inputs.map(swap),
      outputs: graph.outputs.map(swap),
      nodes: graph.nodes.map((node) =>
        Object.freeze({ ...node, inputs: node.inputs.map(swap), outputs: node.outputs.map(swap) }),
      ),
    });
  }

  #value(wanted: string, type: TensorType, constant?: Tensor): Value {
    const name = this.#uniqueName(wanted);
    const value = Object.freeze({
      id: this.#nextValue++,
      name,
      type: Object.freeze(type),
      ...(constant && { constant }),
    });
    if (name !== wanted) this.#wanted.set(value, wanted);
    return value;
  }

  #uniqueName(wanted: string): string {
    let name = wanted;
    let suffix = this.#suffixes.get(wanted) ?? 0;
    while (this.#names.has(name)) name = `${wanted}.${++suffix}`;
    if (suffix > 0) this.#suffixes.set(wanted, suffix);
    this.#names.add(name);
    return name;
  }
}

function sameInput(a: Value, b: Value | undefined): boolean {
  return b !== undefined && sameType(a.type, b.type);
}

/** Nodes that depend on each other in a circle. */
export class CycleError extends Error {
  override readonly name = 'CycleError';
  readonly nodes: readonly Node[];
  constructor(nodes: readonly Node[]) {
    super(`a cycle through ${nodes.map((node) => node.name).join(' → ')}`);
    this.nodes = nodes;
  }
}

function sortByDependency(nodes: readonly Node[]): Node[] {
  const producer = new Map<Value, Node>();
  for (const node of nodes) for (const output of node.outputs) producer.set(output, node);
  const sorted: Node[] = [];
  const state = new Map<Node, 'open' | 'done'>();
  for (const root of nodes) {
    // Iterative depth-first search: a hostile model must not overflow the stack.
    const stack: { node: Node; next: number }[] = [];
    const open = (node: Node): void => {
      state.set(node, 'open');
      stack.push({ node, next: 0 });
    };
    if (!state.has(root)) open(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input === undefined) {
        state.set(top.node, 'done');
        sorted.push(top.node);
        stack.pop();
        continue;
      }
      const before = producer.get(input);
      if (!before || state.get(before) === 'done') continue;
      if (state.get(before) === 'open') {
        const start = stack.findIndex((entry) => entry.node === before);
        throw new CycleError(stack.slice(start).map((entry) => entry.node));
      }
      open(before);
    }
  }
  return sorted;
}
