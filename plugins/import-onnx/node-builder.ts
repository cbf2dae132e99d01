import {
  elementCount,
  type Attributes,
  type DataType,
  type OpDefinition,
  type Quantization,
  type Rounding,
  type SourceLocation,
  type Tensor,
  type TensorType,
  type Value,
} from 'match-compiler';
import type { ModelNode } from './model.ts';
import type { Scope } from './scope.ts';

/** Results of at most this many elements are computed at import when every input is constant. */
const largestFolded = 4096;

/** Not computed at import: passes look for them in front of weights. */
const neverFolded: ReadonlySet<string> = new Set(['dequantize', 'quantize']);

export interface EmitOptions {
  /** What the result's integers stand for. */
  readonly quantization?: Quantization;
  /** Which output of the node it is; the first when absent. */
  readonly output?: number;
}

/** Adds to the graph what a node of the file means. Values take the names of the file's tensors. */
export class NodeBuilder {
  readonly scope: Scope;
  /** Rule for scales that become integer multipliers. */
  readonly rounding: Rounding;
  readonly loc: readonly SourceLocation[];
  readonly #node: ModelNode;
  readonly #outputName: (index: number, dtype: DataType) => string;
  #steps = 0;

  /** @param outputName name of the value for an output of the node, given its element type */
  constructor(
    node: ModelNode,
    scope: Scope,
    rounding: Rounding,
    outputName: (index: number, dtype: DataType) => string,
  ) {
    this.#node = node;
    this.scope = scope;
    this.rounding = rounding;
    this.loc = [node.loc];
    this.#outputName = outputName;
  }

  /** A result of the node. */
  emit<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
    options: EmitOptions = {},
  ): Value {
    const index = options.output ?? 0;
    return this.#one(
      this.#add(op, inputs, attributes, (_, dtype) => this.#outputName(index, dtype), options.quantization),
    );
  }

  /** The node's results, one per output of the operator. */
  emitAll<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
  ): readonly Value[] {
    return this.#add(op, inputs, attributes, (i, dtype) => this.#outputName(i, dtype));
  }

  /** A result on the way, named after the node's with a suffix. */
  step<A extends Attributes>(op: OpDefinition<A>, inputs: readonly Value[], attributes: A): Value {
    const name = this.stepName(op.name);
    return this.#one(this.#add(op, inputs, attributes, (i) => (i === 0 ? name : `${name}.${i}`)));
  }

  /** All results on the way of an operator with several. */
  steps<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
  ): readonly Value[] {
    const name = this.stepName(op.name);
    return this.#add(op, inputs, attributes, (i) => (i === 0 ? name : `${name}.${i}`));
  }

  /** Name of the node's first result, for what adds its own nodes. */
  resultName(dtype: DataType): string {
    return this.#outputName(0, dtype);
  }

  stepName(suffix: string): string {
    const base = this.#node.outputs.find((output) => output)?.name ?? this.#node.loc.node;
    return this.scope.freeName(`${base}.${suffix}${this.#steps++ || ''}`);
  }

  /** The node's result as a constant. */
  result(tensor: Tensor): Value {
    return this.scope.editor.constant(this.#outputName(0, tensor.type.dtype), tensor);
  }

  /** A constant that the file does not hold. */
  constant(suffix: string, tensor: Tensor): Value {
    return this.scope.editor.constant(this.stepName(suffix), tensor);
  }

  #one(values: readonly Value[]): Value {
    const [value] = values;
    if (!value) throw new TypeError('the operator has no output');
    return value;
  }

  #add<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
    nameOf: (index: number, dtype: DataType) => string,
    quantization?: Quantization,
  ): readonly Value[] {
    const { editor } = this.scope;
    const inferred = op.infer(
      inputs.map((input) => input.type),
      attributes,
    );
    const names = inferred.map((type, i) => nameOf(i, type.dtype));
    const known = this.#evaluate(op, inputs, attributes, inferred);
    if (known && !neverFolded.has(op.name)) {
      return known.map((tensor, i) => editor.constant(names[i] ?? op.name, tensor));
    }
    const outputs = editor.add(op, inputs, attributes, {
      name: this.#node.loc.node,
      loc: this.loc,
      outputs: names,
      ...(quantization && { types: inferred.map((type) => ({ ...type, quantization })) }),
    });
    outputs.forEach((value, i) => known?.[i] && this.scope.noteContent(value, known[i]));
    if (inputs.every((input) => this.scope.isFixed(input)))
      outputs.forEach((value) => this.scope.markFixed(value));
    return outputs;
  }

  /** The results, where they follow from constants and are small. */
  #evaluate<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
    types: readonly TensorType[],
  ): readonly Tensor[] | undefined {
    if (inputs.length === 0) return undefined;
    if (!op.view && types.some((type) => elementCount(type.shape) > largestFolded)) return undefined;
    const tensors = inputs.map((input) => input.constant).filter((tensor) => tensor !== undefined);
    if (tensors.length < inputs.length) return undefined;
    const data = op.evaluate(tensors, attributes, types);
    return types.map((type, i) => {
      const elements = data[i];
      if (!elements) throw new TypeError(`${op.name} evaluates to too few results`);
      return { type, data: elements };
    });
  }
}
