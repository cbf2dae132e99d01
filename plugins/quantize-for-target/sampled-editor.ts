import { GraphEditor, type Graph, type Node, type Tensor, type Value } from 'match-compiler';

/** An editor that evaluates what it adds on samples, so that later nodes can make up for the errors of earlier ones. */
export class SampledEditor extends GraphEditor {
  readonly #original: readonly ReadonlyMap<string, Tensor>[];
  readonly #made: Map<Value, Tensor>[];

  /** @param original values of the unchanged graph by name, per sample */
  constructor(graph: Graph, original: readonly ReadonlyMap<string, Tensor>[]) {
    super(graph);
    this.#original = original;
    this.#made = original.map(() => new Map<Value, Tensor>());
  }

  get samples(): number {
    return this.#original.length;
  }

  /** A value of the new graph on one sample; what the old graph makes of a value that stays. */
  tensorOf(value: Value, sample: number): Tensor | undefined {
    return value.constant ?? this.#made[sample]?.get(value) ?? this.originalOf(value, sample);
  }

  originalOf(value: Value, sample: number): Tensor | undefined {
    return this.#original[sample]?.get(value.name);
  }

  protected override added(node: Node): void {
    this.#made.forEach((made, sample) => {
      const inputs = node.inputs.flatMap((input) => this.tensorOf(input, sample) ?? []);
      if (inputs.length !== node.inputs.length) return;
      const types = node.outputs.map(({ type }) => type);
      node.op.evaluate(inputs, node.attributes, types).forEach((data, i) => {
        const [output, type] = [node.outputs[i], types[i]];
        if (output && type) made.set(output, { type, data });
      });
    });
  }
}
