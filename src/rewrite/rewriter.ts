import { GraphEditor, type NodeOptions } from '../ir/graph-editor.ts';
import { isOp, type Graph, type Node, type SourceLocation, type Value } from '../ir/graph.ts';
import type { Attributes, OpDefinition } from '../ir/op.ts';
import { sameType } from '../ir/tensor.ts';
import { RangeAnalysis } from './ranges.ts';

/** One way to improve a graph, tried at every node that it could concern until it applies nowhere. */
export interface RewriteRule {
  readonly name: string;
  /** Operators of the nodes that it is tried at; all when absent. */
  readonly at?: readonly OpDefinition[];
  /** Rewrites around `node` and answers true, or leaves everything alone and answers false. */
  readonly apply: (node: Node, rewriter: Rewriter) => boolean;
}

/**
 * A graph while rules rewrite it: producers and readers are kept up to date with every change, nodes
 * show the inputs that they have now, and a node that loses its last reader goes away with it.
 */
export class Rewriter extends GraphEditor {
  /** Bounds of the values; they stay true because rules keep what values mean. */
  readonly ranges = new RangeAnalysis(this);
  readonly #producers = new Map<Value, Node>();
  readonly #users = new Map<Value, Set<Node>>();
  readonly #outputs: Value[];
  /** What the editor knows a node as, by id; the node itself changes when its inputs are replaced. */
  readonly #origins = new Map<number, Node>();
  readonly #alive = new Map<number, Node>();
  readonly #queue: number[] = [];
  readonly #queued = new Set<number>();
  #place: Node | undefined;
  #changes = 0;

  constructor(graph: Graph) {
    super(graph);
    this.#outputs = [...graph.outputs];
    for (const node of graph.nodes) this.#register(node);
  }

  /** Changes made so far. */
  get changes(): number {
    return this.#changes;
  }

  /** The node that makes a value; undefined for graph inputs and constants. */
  producer(value: Value): Node | undefined {
    return this.#producers.get(this.resolve(value));
  }

  /** Nodes that read a value, each once. Graph outputs are not counted. */
  consumers(value: Value): readonly Node[] {
    return [...(this.#users.get(this.resolve(value)) ?? [])];
  }

  isOutput(value: Value): boolean {
    return this.#outputs.includes(this.resolve(value));
  }

  /** Read by exactly one node and not a graph output. */
  hasSingleUse(value: Value): boolean {
    return this.#users.get(this.resolve(value))?.size === 1 && !this.isOutput(value);
  }

  /** The node that makes `value` when it is of this operator. */
  from<A extends Attributes>(value: Value | undefined, op: OpDefinition<A>): Node<A> | undefined {
    const node = value && this.producer(value);
    return isOp(node, op) ? node : undefined;
  }

  /** As `from`, and nothing else reads `value`: a rule may absorb the node. */
  sole<A extends Attributes>(value: Value | undefined, op: OpDefinition<A>): Node<A> | undefined {
    return value && this.hasSingleUse(value) ? this.from(value, op) : undefined;
  }

  /**
   * False when replacing would lose the name of a graph output: the other value is a graph input, a
   * constant, or already another output.
   */
  mayReplace(from: Value, to: Value): boolean {
    return (
      sameType(from.type, to.type) && (!this.isOutput(from) || (!!this.producer(to) && !this.isOutput(to)))
    );
  }

  override replace(from: Value, to: Value): void {
    const [old, now] = [this.resolve(from), this.resolve(to)];
    if (old === now) return;
    super.replace(old, now);
    this.#changes++;
    this.#outputs.forEach((output, i) => {
      if (output === old) this.#outputs[i] = now;
    });
    for (const user of this.#users.get(old) ?? []) this.#swap(user, old, now);
    this.#users.delete(old);
    const producer = this.#producers.get(old);
    if (producer) this.#dropIfDead(producer);
    this.#touchAround(now);
  }

  /** A new node whose output takes over the name, the quantization and every use of `old`. */
  substitute<A extends Attributes>(
    old: Value,
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
    options: NodeOptions,
  ): Value {
    const maker = this.producer(old);
    if (maker?.outputs.length === 1) this.releaseName(old);
    const value = this.add1(op, inputs, attributes, {
      types: [old.type],
      outputs: [this.nameOf(old)],
      ...options,
    });
    this.replace(old, value);
    return value;
  }

  /** `substitute` for values made by a function that takes no names of outputs: it is given the name. */
  substituteWith(old: Value, make: (name: string) => Value): Value {
    const maker = this.producer(old);
    if (maker?.outputs.length === 1) this.releaseName(old);
    const value = make(this.nameOf(old));
    this.replace(old, value);
    return value;
  }

  override remove(node: Node): void {
    const current = this.#alive.get(node.id);
    if (!current) return;
    super.remove(this.#origins.get(node.id) ?? node);
    this.#alive.delete(node.id);
    this.#changes++;
    for (const output of current.outputs) this.#producers.delete(output);
    for (const input of new Set(current.inputs)) {
      const users = this.#users.get(input);
      users?.delete(current);
      const producer = this.#producers.get(input);
      if (producer && !this.#dropIfDead(producer)) this.#touchAround(input);
    }
  }

  override add<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
    options: NodeOptions = {},
  ): readonly Value[] {
    return super.add(op, inputs, attributes, this.#place ? { place: this.#place, ...options } : options);
  }

  /** Applies rules until none changes anything. */
  run(rules: readonly RewriteRule[]): void {
    const table = new Map<string, RewriteRule[]>();
    const rulesFor = (name: string): RewriteRule[] => {
      let found = table.get(name);
      if (!found) {
        found = rules.filter((rule) => !rule.at || rule.at.some((op) => op.name === name));
        table.set(name, found);
      }
      return found;
    };
    // A rule set that never comes to rest is a fault of the rules; better told than waited for.
    let left = 1000 + 200 * this.#alive.size;
    let before: number;
    do {
      before = this.#changes;
      for (const id of this.#alive.keys()) this.#touch(id);
      for (let head = 0; head < this.#queue.length; head++) {
        const id = this.#queue[head] ?? -1;
        this.#queued.delete(id);
        const node = this.#alive.get(id);
        if (!node) continue;
        this.#place = node;
        for (const rule of rulesFor(node.op.name)) {
          if (!rule.apply(node, this)) continue;
          if (--left < 0) throw new Error(`rewriting does not end: rule ${rule.name} at ${node.name}`);
          const current = this.#alive.get(id);
          if (current) this.#touch(id);
          break;
        }
      }
      this.#queue.length = 0;
      this.#place = undefined;
    } while (this.#changes !== before);
  }

  protected override added(node: Node): void {
    this.#changes++;
    this.#register(node);
    this.#touch(node.id);
    for (const input of node.inputs) this.#touchAround(input);
  }

  #register(node: Node): void {
    this.#origins.set(node.id, node);
    this.#alive.set(node.id, node);
    for (const output of node.outputs) this.#producers.set(output, node);
    for (const input of node.inputs) {
      const users = this.#users.get(input);
      if (users) users.add(node);
      else this.#users.set(input, new Set([node]));
    }
  }

  /** The node again, with `to` where it read `from`. */
  #swap(node: Node, from: Value, to: Value): void {
    const inputs = node.inputs.map((input) => (input === from ? to : input));
    const now: Node = Object.freeze({ ...node, inputs: Object.freeze(inputs) });
    this.#alive.set(node.id, now);
    for (const output of node.outputs) this.#producers.set(output, now);
    for (const input of new Set(node.inputs)) this.#users.get(input)?.delete(node);
    for (const input of inputs) {
      const users = this.#users.get(input);
      if (users) users.add(now);
      else this.#users.set(input, new Set([now]));
    }
    this.#touch(now.id);
  }

  #dropIfDead(node: Node): boolean {
    if (
      node.outputs.some(
        (output) => (this.#users.get(output)?.size ?? 0) > 0 || this.#outputs.includes(output),
      )
    ) {
      return false;
    }
    this.remove(node);
    return true;
  }

  /** A value's readers changed: rules at its producer and at its readers may apply now. */
  #touchAround(value: Value): void {
    const producer = this.#producers.get(value);
    if (producer) this.#touch(producer.id);
    for (const user of this.#users.get(value) ?? []) this.#touch(user.id);
  }

  #touch(id: number): void {
    if (this.#queued.has(id)) return;
    this.#queued.add(id);
    this.#queue.push(id);
  }
}

/**
 * The graph after rules were applied until nothing changed; the same graph when none applied.
 * @throws {Error} when the rules never come to rest
 */
export function rewriteGraph(graph: Graph, rules: readonly RewriteRule[]): Graph {
  const rewriter = new Rewriter(graph);
  rewriter.run(rules);
  return rewriter.changes === 0 ? graph : rewriter.finish();
}

/** The model nodes that several nodes stand for, each once; the first node's come first. */
export function locationsOf(...nodes: readonly (Node | undefined)[]): readonly SourceLocation[] {
  const all = new Map<string, SourceLocation>();
  for (const node of nodes) {
    for (const loc of node?.loc ?? []) all.set(`${loc.file}\u0000${loc.index}\u0000${loc.node}`, loc);
  }
  return [...all.values()];
}
