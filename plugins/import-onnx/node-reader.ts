import { isInteger, type DataType, type MatchError, type Tensor, type Value } from 'match-compiler';
import * as diagnostics from './diagnostics.ts';
import { literalTensor } from './literals.ts';
import type { Definition, ModelGraph, ModelNode } from './model.ts';
import { attributeTypes, toSafeNumber, type AttributeProto } from './proto.ts';
import type { Scope } from './scope.ts';
import { dataTypeOf, elementTypeName, readTensor } from './tensors.ts';

/** A node needs the elements of a graph input that the import option `bind` does not give. */
export class UnboundInput extends Error {
  override readonly name = 'UnboundInput';
  readonly node: ModelNode;
  /** The input's name. */
  readonly input: string;
  /** What it is to the node. */
  readonly role: string;
  /** This input and others of the node that look alike. */
  readonly inputs: readonly string[];

  constructor(node: ModelNode, input: string, role: string, inputs: readonly string[]) {
    super(`${input} is not bound`);
    this.node = node;
    this.input = input;
    this.role = role;
    this.inputs = inputs;
  }
}

/** What a node of the file says: its inputs as values or constants, its attributes with their types checked. */
export class NodeReader {
  readonly node: ModelNode;
  /** Version of the operator set of the node's domain. */
  readonly opset: number;
  readonly graph: ModelGraph;
  readonly #scope: Scope;
  readonly #read = new Set<string>();
  readonly #replaced = new Map<number, Value>();

  constructor(node: ModelNode, opset: number, graph: ModelGraph, scope: Scope) {
    this.node = node;
    this.opset = opset;
    this.graph = graph;
    this.#scope = scope;
  }

  get op(): string {
    return this.node.op;
  }

  // Inputs

  get inputCount(): number {
    return this.node.inputs.length;
  }

  has(index: number): boolean {
    return this.node.inputs[index] !== undefined;
  }

  /** @throws {MatchError} INPUT_MISSING */
  definition(index: number): Definition {
    const definition = this.node.inputs[index];
    if (!definition) throw diagnostics.inputCount(this.node, index);
    return definition;
  }

  /** @throws {MatchError} INPUT_MISSING */
  value(index: number): Value {
    return this.#replaced.get(index) ?? this.#scope.value(this.definition(index));
  }

  /** From now on the input is this value. */
  replaceInput(index: number, value: Value): void {
    this.#replaced.set(index, value);
  }

  optionalValue(index: number): Value | undefined {
    return this.has(index) ? this.value(index) : undefined;
  }

  /** Every input. */
  values(): readonly Value[] {
    return this.node.inputs.map((_, index) => this.value(index));
  }

  /** The elements of an input that is known at import. */
  constantOrUndefined(index: number): Tensor | undefined {
    const definition = this.node.inputs[index];
    return definition && this.#scope.constant(definition);
  }

  /** @throws {MatchError} CONSTANT_REQUIRED when the input is computed at run time, an UnboundInput when it is the graph's */
  constant(index: number, role: string): Tensor {
    const tensor = this.#scope.content(this.definition(index));
    if (tensor) return tensor;
    const definition = this.definition(index);
    if (definition.kind !== 'input') throw diagnostics.constantRequired(this.node, definition.name, role);
    throw new UnboundInput(this.node, definition.name, role, this.#unboundFrom(definition));
  }

  /** An input of the graph and its neighbours of the same kind: lists and numbers that graph inputs give. */
  #unboundFrom(needed: Definition): readonly string[] {
    const others = this.node.inputs.slice(1).filter((definition) => definition?.kind === 'input');
    const lists = others.filter((definition) => {
      const value = definition && this.#scope.value(definition);
      return value && !value.constant && value.type.shape.length <= 1 && isInteger(value.type.dtype);
    });
    return [...new Set([needed, ...lists].map((definition) => definition?.name ?? ''))];
  }

  /** A list of integers given as an input, or undefined where it is left out. */
  integers(index: number, role: string): readonly number[] | undefined {
    const values = this.numbers(index, role);
    if (values?.some((value) => !Number.isInteger(value)))
      throw this.unsupported(`its ${role} are no integers`);
    return values;
  }

  /** A list of numbers given as an input, or undefined where it is left out. */
  numbers(index: number, role: string): readonly number[] | undefined {
    if (!this.has(index)) return undefined;
    return Array.from(this.constant(index, role).data as ArrayLike<number | bigint>, (value) =>
      typeof value === 'bigint' ? clampToSafe(value) : value,
    );
  }

  /** The one number in a constant input, or undefined where it is left out. */
  scalar(index: number, role: string): number | undefined {
    if (!this.has(index)) return undefined;
    const { data } = this.constant(index, role);
    if (data.length !== 1) {
      throw this.unsupported(`its ${role} has ${data.length} elements where one is expected`);
    }
    return Number(data[0]);
  }

  /** What the file writes down for any tensor of the graph. */
  literal(definition: Definition): Tensor | undefined {
    return literalTensor(this.graph, this.#scope, definition);
  }

  // Outputs

  get outputCount(): number {
    return this.node.outputs.length;
  }

  /** Whether a node or a graph output reads this output. */
  isRead(index: number): boolean {
    const definition = this.node.outputs[index];
    if (!definition) return false;
    return (
      this.graph.readers.has(definition) ||
      this.graph.outputs.some((output) => output.definition === definition)
    );
  }

  // Attributes

  hasAttribute(name: string): boolean {
    return this.node.attributes.has(name);
  }

  int(name: string): number | undefined;
  int(name: string, absent: number): number;
  int(name: string, absent?: number): number | undefined {
    const attribute = this.#attribute(name, 'int');
    return attribute ? toSafeNumber(attribute.i ?? 0) : absent;
  }

  float(name: string): number | undefined;
  float(name: string, absent: number): number;
  float(name: string, absent?: number): number | undefined {
    return this.#attribute(name, 'float')?.f ?? absent;
  }

  string(name: string, absent: string): string {
    const attribute = this.#attribute(name, 'string');
    return attribute ? text(attribute.s) : absent;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#attribute(name, 'ints')?.ints?.map(toSafeNumber);
  }

  floats(name: string): readonly number[] | undefined {
    return this.#attribute(name, 'floats')?.floats;
  }

  strings(name: string): readonly string[] | undefined {
    return this.#attribute(name, 'strings')?.strings?.map(text);
  }

  tensor(name: string): Tensor | undefined {
    const proto = this.#attribute(name, 'tensor')?.t;
    return proto
      ? readTensor(proto, this.node.outputs[0]?.name ?? this.node.loc.node, this.#scope.source)
      : undefined;
  }

  /** One of the given texts. @throws {MatchError} ATTRIBUTE_UNSUPPORTED for any other */
  choice<const T extends string>(name: string, known: readonly T[], absent: T): T {
    const value = this.string(name, absent);
    const found = known.find((entry) => entry === value);
    if (found === undefined)
      throw this.attributeFault(name, `is '${value}'`, `supported: ${known.join(', ')}`);
    return found;
  }

  /** An element type. @throws {MatchError} DTYPE_UNSUPPORTED */
  elementType(name: string): DataType {
    const code = this.int(name, 0);
    const dtype = dataTypeOf(code);
    if (dtype) return dtype;
    const { file, node, op } = this.node.loc;
    throw diagnostics.dtypeUnsupported(
      { file, node, op },
      this.node.outputs[0]?.name ?? '',
      elementTypeName(code),
    );
  }

  /** Attributes that mean nothing here (training, hints). */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#read.add(name);
  }

  /** @throws {MatchError} ATTRIBUTE_UNSUPPORTED when the attribute is there with another value */
  requireInt(name: string, value: number): void {
    const found = this.int(name, value);
    if (found !== value) throw this.attributeFault(name, `is ${found}, which is not supported`);
  }

  /** Attributes that nothing has asked for. */
  unreadAttributes(): readonly string[] {
    return [...this.node.attributes.keys()].filter((name) => !this.#read.has(name));
  }

  // Faults

  attributeFault(name: string, reason: string, hint?: string): MatchError {
    return diagnostics.attributeInvalid(this.node, name, reason, hint);
  }

  /** @throws {MatchError} QUANTIZATION_INVALID unless every scale is positive and finite */
  checkScales(role: string, scales: Iterable<number>): void {
    for (const scale of scales) {
      if (!(scale > 0 && scale < Infinity)) throw diagnostics.scaleInvalid(this.node, role, scale);
    }
  }

  unsupported(what: string, hint?: string): MatchError {
    return diagnostics.notSupported(this.node, what, hint);
  }

  #attribute(name: string, type: keyof typeof attributeTypes): AttributeProto | undefined {
    this.#read.add(name);
    const attribute = this.node.attributes.get(name);
    if (!attribute) return undefined;
    if (attribute.ref_attr_name) throw this.attributeFault(name, 'refers to an attribute of a function');
    // Early files leave the type out; the fields alone tell.
    if (attribute.type && attribute.type !== attributeTypes[type]) {
      throw this.attributeFault(name, `is of type ${attributeType(attribute.type)} where ${type} belongs`);
    }
    return attribute;
  }
}

function attributeType(code: number): string {
  return Object.entries(attributeTypes).find(([, number]) => number === code)?.[0] ?? String(code);
}

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

function clampToSafe(value: bigint): number {
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  if (value > most) return Number.MAX_SAFE_INTEGER;
  return value < -most ? -Number.MAX_SAFE_INTEGER : Number(value);
}
