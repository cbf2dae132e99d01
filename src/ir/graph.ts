import type { Attributes, OpDefinition } from './op.ts';
import type { Tensor, TensorType } from './tensor.ts';

/** Where a node comes from: the model's own names, kept through every rewrite. */
export interface SourceLocation {
  /** Model file, as the user named it. */
  readonly file: string;
  /** The model's name of the node, or of its first output where nodes have no names. */
  readonly node: string;
  /** The model's operator type. */
  readonly op: string;
  /** Position in the model's node list. */
  readonly index: number;
}

export interface Value {
  readonly id: number;
  readonly name: string;
  readonly type: TensorType;
  /** Data known at compile time. */
  readonly constant?: Tensor;
}

export interface Node<A extends Attributes = Attributes> {
  readonly id: number;
  readonly op: OpDefinition<A>;
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: A;
  /** The model nodes that this one stands for, the one that names it first. */
  readonly loc: readonly SourceLocation[];
}

/** What the importer recognised in the file. */
export interface ModelInfo {
  /** Model file, as the user named it. */
  readonly file: string;
  readonly format: string;
  /** `float`, `qdq`, `qoperator`, `tflite`, `integer`, … */
  readonly dialect: string;
  /** One line each: what was recognised and on what evidence. */
  readonly recognised: readonly string[];
}

/** A node of this operator? Narrows the attributes. */
export function isOp<A extends Attributes>(node: Node | undefined, op: OpDefinition<A>): node is Node<A> {
  return node !== undefined && node.op.name === op.name;
}

/**
 * A network in SSA form: nodes in an order in which every value is made before it is used.
 * Immutable; `GraphEditor` makes the next one.
 */
export class Graph {
  readonly name: string;
  readonly info: ModelInfo;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly #producers = new Map<Value, Node>();
  readonly #consumers = new Map<Value, Node[]>();

  constructor(parts: {
    name: string;
    info: ModelInfo;
    inputs: readonly Value[];
    outputs: readonly Value[];
    nodes: readonly Node[];
  }) {
    this.name = parts.name;
    this.info = parts.info;
    this.inputs = Object.freeze([...parts.inputs]);
    this.outputs = Object.freeze([...parts.outputs]);
    this.nodes = Object.freeze([...parts.nodes]);
    for (const node of this.nodes) {
      for (const output of node.outputs) this.#producers.set(output, node);
      for (const input of new Set(node.inputs)) {
        const users = this.#consumers.get(input);
        if (users) users.push(node);
        else this.#consumers.set(input, [node]);
      }
    }
    Object.freeze(this);
  }

  /** The node that makes a value; undefined for graph inputs and constants. */
  producer(value: Value): Node | undefined {
    return this.#producers.get(value);
  }

  /** Nodes that read a value, each once, in execution order. Graph outputs are not counted. */
  consumers(value: Value): readonly Node[] {
    return this.#consumers.get(value) ?? [];
  }

  isOutput(value: Value): boolean {
    return this.outputs.includes(value);
  }

  /** Read by exactly one node and not a graph output, so that a rewrite may absorb it. */
  hasSingleUse(value: Value): boolean {
    return this.consumers(value).length === 1 && !this.isOutput(value);
  }

  /** Every value: graph inputs, then constants and results in the order of their first appearance. */
  values(): readonly Value[] {
    const seen = new Set<Value>(this.inputs);
    for (const node of this.nodes) {
      for (const input of node.inputs) seen.add(input);
      for (const output of node.outputs) seen.add(output);
    }
    for (const output of this.outputs) seen.add(output);
    return [...seen];
  }
}
