import {
  elementCount,
  isInteger,
  isWide,
  ops,
  requantizeTo,
  sameShape,
  ShapeError,
  type Attributes,
  type DataType,
  type OpDefinition,
  type RequantizeRequest,
  type Rounding,
  type SourceLocation,
  type Tensor,
  type TensorType,
  type Value,
} from 'match-compiler';
import {
  attributeInvalid,
  constantRequired,
  inputMissing,
  operatorQuantization,
  outputMissing,
  shapeFault,
  tensorLabel,
  undefinedInput,
  type OperatorPlace,
} from './diagnostics.ts';
import type { Table } from './file/flatbuffer.ts';
import type { FileOperator, FileTensor } from './file/model.ts';
import { optionsTypes } from './file/schema.ts';
import type { ImportState } from './import-state.ts';
import { numbersOf } from './tensors.ts';

/** real = scale·(q − zeroPoint), one for the whole tensor. */
export interface TensorScale {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly dtype: DataType;
}

/** One operator of the file on its way into the graph: its operands, and the nodes that it becomes. */
export class OperatorImport implements OperatorPlace {
  readonly file: string;
  readonly node: string;
  readonly operator: FileOperator;
  readonly loc: readonly SourceLocation[];
  readonly #state: ImportState;

  constructor(state: ImportState, operator: FileOperator) {
    const [first = -1] = operator.outputs;
    this.file = state.file;
    this.node = state.names[first] ?? operator.name;
    this.operator = operator;
    this.loc = [{ file: state.file, node: this.node, op: operator.name, index: operator.index }];
    this.#state = state;
  }

  get rounding(): Rounding {
    return this.#state.rounding;
  }

  get inputCount(): number {
    return this.operator.inputs.length;
  }

  get outputCount(): number {
    return this.operator.outputs.length;
  }

  /** Adds a line to what the import recognised. */
  note(line: string): void {
    this.#state.recognised.add(line);
  }

  /** Optional inputs are left out at the end of the list or given as −1. */
  hasInput(index: number): boolean {
    return (this.operator.inputs[index] ?? -1) >= 0;
  }

  /** @throws {MatchError} INPUT_MISSING, TENSOR_INDEX */
  inputTensor(index: number): FileTensor {
    if (!this.hasInput(index)) throw inputMissing(this, index);
    return this.#tensor(this.operator.inputs[index] ?? -1);
  }

  /** @throws {MatchError} OUTPUT_MISSING, TENSOR_INDEX */
  outputTensor(index = 0): FileTensor {
    const tensor = this.operator.outputs[index];
    if (tensor === undefined) throw outputMissing(this, index);
    return this.#tensor(tensor);
  }

  outputType(index = 0): DataType {
    return this.#state.tensors.dtype(this.outputTensor(index));
  }

  /** @throws {MatchError} INPUT_UNDEFINED when nothing before this operator makes it, and those of constants */
  input(index: number): Value {
    const tensor = this.inputTensor(index);
    const known = this.#state.values.get(tensor.index);
    if (known) return known;
    if (!this.#state.tensors.hasData(tensor)) throw undefinedInput(this, this.#label(tensor));
    const constant = this.#constantData(tensor);
    const value = this.#state.editor.constant(this.#label(tensor), constant);
    this.#state.values.set(tensor.index, value);
    return value;
  }

  optionalInput(index: number): Value | undefined {
    return this.hasInput(index) ? this.input(index) : undefined;
  }

  /**
   * An input that must be known now, without adding it to the graph.
   * @throws {MatchError} CONSTANT_REQUIRED
   */
  constantInput(index: number, role: string): Tensor {
    const tensor = this.inputTensor(index);
    const known = this.#state.values.get(tensor.index);
    const constant = known ? known.constant : this.#state.tensors.hasData(tensor) && this.#constantData(tensor);
    if (!constant) throw constantRequired(this, this.#label(tensor), role);
    return constant;
  }

  isConstantInput(index: number): boolean {
    const tensor = this.inputTensor(index);
    const known = this.#state.values.get(tensor.index);
    return known ? known.constant !== undefined : this.#state.tensors.hasData(tensor);
  }

  /** A constant list of integers: axes, shapes, pads. @throws {MatchError} CONSTANT_REQUIRED, FEATURE_UNSUPPORTED */
  integers(index: number, role: string): number[] {
    const constant = this.constantInput(index, role);
    if (!isInteger(constant.type.dtype)) {
      throw attributeInvalid(this, `its ${role}`, `is ${constant.type.dtype}, not integer`);
    }
    return numbersOf(constant);
  }

  /** An axis counted from the end where negative. @throws {MatchError} ATTRIBUTE_UNSUPPORTED */
  axis(axis: number, rank: number, role = 'axis'): number {
    const resolved = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(resolved) || resolved < 0 || resolved >= rank) {
      throw attributeInvalid(this, role, `${axis} is none of a tensor of ${rank} dimensions`);
    }
    return resolved;
  }

  /** @throws {MatchError} QUANTIZATION_INVALID unless the tensor is quantized as a whole */
  inputScale(index: number): TensorScale {
    return this.#scaleOf(this.inputTensor(index));
  }

  outputScale(index = 0): TensorScale {
    return this.#scaleOf(this.outputTensor(index));
  }

  /** Scales and zero points of weights, one or one per channel along `axis`. @throws {MatchError} QUANTIZATION_INVALID */
  channelScales(index: number, axis: number): { readonly scale: readonly number[]; readonly zeroPoint: readonly number[] } {
    const tensor = this.inputTensor(index);
    const quantization = this.#state.tensors.quantization(tensor, this.#state.tensors.dtype(tensor));
    const label = this.#label(tensor);
    if (!quantization) throw operatorQuantization(this, label, 'has no scale');
    if (quantization.axis !== undefined && quantization.axis !== axis) {
      throw operatorQuantization(this, label, `is quantized along axis ${quantization.axis} instead of ${axis}`);
    }
    return quantization;
  }

  isQuantized(tensor: FileTensor): boolean {
    return tensor.quantization !== undefined && isInteger(this.#state.tensors.dtype(tensor));
  }

  /**
   * The operator's options; undefined where the file has none, so that defaults apply.
   * @throws {MatchError} ATTRIBUTE_UNSUPPORTED when they belong to another operator
   */
  options(kind: keyof typeof optionsTypes): Table | undefined {
    const { options, optionsType } = this.operator;
    if (!options || optionsType === 0) return undefined;
    if (optionsType !== optionsTypes[kind]) {
      throw attributeInvalid(this, 'the options', `are of kind ${optionsType} instead of ${optionsTypes[kind]}`);
    }
    return options;
  }

  /** Adds a node in between; `role` tells it from the others of this operator. */
  add<A extends Attributes>(op: OpDefinition<A>, inputs: readonly Value[], attributes: A, role: string): Value {
    const name = this.internalName(role);
    return this.#state.editor.add1(op, inputs, attributes, { name, loc: this.loc });
  }

  /** Adds a constant that the file has not. */
  constant(data: Tensor, role: string): Value {
    return this.#state.editor.constant(this.internalName(role), data);
  }

  /** A constant made from a constant input and named after it; one for all operators that make the same of it. */
  constantFrom(index: number, role: string, make: () => Tensor): Value {
    const name = `${this.#label(this.inputTensor(index))}:${role}`;
    const known = this.#state.derived.get(name);
    if (known) return known;
    const made = this.#state.editor.constant(this.#freeName(name), make());
    this.#state.derived.set(name, made);
    return made;
  }

  /**
   * Adds a node with one output, which is the operator's output `index`.
   * @throws {MatchError} MODEL_SHAPE when the file says otherwise
   */
  result<A extends Attributes>(op: OpDefinition<A>, inputs: readonly Value[], attributes: A, index = 0): Value {
    const [type] = op.infer(
      inputs.map((input) => input.type),
      attributes,
    );
    if (!type) throw new TypeError(`${op.name} has no output`);
    const name = this.#label(this.outputTensor(index));
    const types = [this.#declared(index, type)];
    return this.#state.editor.add1(op, inputs, attributes, { name, loc: this.loc, types });
  }

  /** Adds the node that makes all outputs of the operator. @throws {MatchError} MODEL_SHAPE */
  results<A extends Attributes>(op: OpDefinition<A>, inputs: readonly Value[], attributes: A): readonly Value[] {
    const types = op.infer(
      inputs.map((input) => input.type),
      attributes,
    );
    if (types.length !== this.outputCount) {
      throw shapeFault(this, `has ${this.outputCount} outputs instead of ${types.length}`);
    }
    return this.#state.editor.add(op, inputs, attributes, {
      name: this.node,
      loc: this.loc,
      outputs: types.map((_, i) => this.#label(this.outputTensor(i))),
      types: types.map((type, i) => this.#declared(i, type)),
    });
  }

  /** An output that is known now. */
  constantResult(data: Tensor): Value {
    this.#declared(0, data.type);
    return this.#state.editor.constant(this.#label(this.outputTensor()), data);
  }

  /**
   * Adds a requantization with its constants, in between (`role`) or as the operator's output.
   * @throws {MatchError} MODEL_SHAPE, REQUANTIZE_SCALE
   */
  requantize(acc: Value, request: RequantizeRequest, rounding: Rounding, role?: string): Value {
    if (role !== undefined) {
      const naming = { name: this.internalName(role), loc: this.loc };
      return requantizeTo(this.#state.editor, acc, request, rounding, naming);
    }
    const type = this.#declared(0, { dtype: request.dtype, shape: acc.type.shape });
    return requantizeTo(this.#state.editor, acc, request, rounding, {
      name: this.#label(this.outputTensor()),
      loc: this.loc,
      ...(type.quantization && { quantization: type.quantization }),
    });
  }

  /** N,H,W,C → N,C,H,W; shared by all operators that ask for it. @throws {MatchError} MODEL_SHAPE */
  channelsFirst(value: Value): Value {
    if (value.type.shape.length !== 4) {
      throw shapeFault(this, `its input has the shape [${value.type.shape.join(', ')}] instead of four dimensions`);
    }
    const known = this.#state.channelsFirst.get(value);
    if (known) return known;
    const made = this.#state.editor.add1(
      ops.transpose,
      [value],
      { perm: [0, 3, 1, 2] },
      { name: this.#freeName(`${value.name}:nchw`), loc: this.loc },
    );
    this.#state.channelsFirst.set(value, made);
    return made;
  }

  /** The operator's output from its N,C,H,W form. */
  channelsLastResult(value: Value): Value {
    return this.result(ops.transpose, [value], { perm: [0, 2, 3, 1] });
  }

  /** A name for a value of this operator that is no tensor of the file. */
  internalName(role: string): string {
    return this.#freeName(`${this.node}:${role}`);
  }

  #freeName(wanted: string): string {
    let name = wanted;
    while (this.#state.reserved.has(name)) name += '_';
    return name;
  }

  #tensor(index: number): FileTensor {
    return this.#state.tensors.at(index, `${this.operator.name} (operator ${this.operator.index})`, this.operator.offset);
  }

  #label(tensor: FileTensor): string {
    return this.#state.names[tensor.index] ?? tensorLabel(tensor);
  }

  #constantData(tensor: FileTensor): Tensor {
    const { type, data } = this.#state.tensors.constant(tensor);
    // Scales of biases follow from those of input and weights; what the file states for them is not used.
    const scaled = isInteger(type.dtype) && type.dtype !== 'int32' && !isWide(type.dtype);
    const quantization = scaled ? this.#state.tensors.quantization(tensor, type.dtype) : undefined;
    return quantization ? { type: { ...type, quantization }, data } : { type, data };
  }

  #scaleOf(tensor: FileTensor): TensorScale {
    const dtype = this.#state.tensors.dtype(tensor);
    const quantization = isInteger(dtype) ? this.#state.tensors.quantization(tensor, dtype) : undefined;
    const [scale, ...others] = quantization?.scale ?? [];
    const label = this.#label(tensor);
    if (scale === undefined) throw operatorQuantization(this, label, 'has no scale');
    if (others.length > 0) throw operatorQuantization(this, label, 'is quantized per channel');
    return { scale, zeroPoint: quantization?.zeroPoint[0] ?? 0, dtype };
  }

  /** The type of an output: as inferred, with the file's quantization. */
  #declared(index: number, inferred: TensorType): TensorType {
    const tensor = this.outputTensor(index);
    const dtype = this.outputType(index);
    const said = (type: DataType, shape: readonly number[]): string => `${type}[${shape.join(',')}]`;
    const fits =
      dtype === inferred.dtype && (!this.#state.shapesHold || shapesAgree(tensor, inferred.shape));
    if (!fits) {
      throw shapeFault(
        this,
        `gives ${said(inferred.dtype, inferred.shape)} where the file says ${said(dtype, tensor.shape)} for '${this.#label(tensor)}'`,
      );
    }
    const type = this.#state.tensors.type(tensor, inferred.shape);
    return { ...inferred, ...(type.quantization && { quantization: type.quantization }) };
  }
}

/** Open dimensions agree with any extent; an empty shape may stand for an unknown one. */
function shapesAgree(tensor: FileTensor, shape: readonly number[]): boolean {
  if (tensor.shape.length === 0) return elementCount(shape) === 1 || tensor.signature === undefined;
  if (sameShape(tensor.shape, shape)) return true;
  const open = tensor.signature;
  return open?.length === shape.length && open.every((extent, axis) => extent < 0 || extent === shape[axis]);
}

/** Whether an error tells of operands that do not fit an operator. */
export function isShapeError(error: unknown): error is ShapeError {
  return error instanceof ShapeError;
}
