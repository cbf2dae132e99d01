import {
  isInteger,
  isWide,
  type DataType,
  type Rounding,
  type SourceLocation,
  type Tensor,
  type Value,
} from 'match-compiler';
import {
  attributeInvalid,
  constantRequired,
  inputUnbound,
  inputMissing,
  operatorQuantization,
  outputMissing,
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

/** One operator of the file as it is read: inputs, constants, scales and options, each checked when asked for. */
export class OperatorOperands implements OperatorPlace {
  readonly file: string;
  readonly node: string;
  readonly operator: FileOperator;
  readonly loc: readonly SourceLocation[];
  protected readonly state: ImportState;

  constructor(state: ImportState, operator: FileOperator) {
    const [first = -1] = operator.outputs;
    this.file = state.file;
    this.node = state.names[first] ?? operator.name;
    this.operator = operator;
    this.loc = [{ file: state.file, node: this.node, op: operator.name, index: operator.index }];
    this.state = state;
  }

  get rounding(): Rounding {
    return this.state.rounding;
  }

  get inputCount(): number {
    return this.operator.inputs.length;
  }

  get outputCount(): number {
    return this.operator.outputs.length;
  }

  /** Adds a line to what the import recognised. */
  note(line: string): void {
    this.state.recognised.add(line);
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
    return this.state.tensors.dtype(this.outputTensor(index));
  }

  /** @throws {MatchError} INPUT_UNDEFINED when nothing before this operator makes it, and those of constants */
  input(index: number): Value {
    const tensor = this.inputTensor(index);
    const known = this.state.values.get(tensor.index);
    if (known) return known;
    if (!this.state.tensors.hasData(tensor)) throw undefinedInput(this, this.label(tensor));
    const constant = this.#constantData(tensor);
    const value = this.state.editor.constant(this.label(tensor), constant);
    this.state.values.set(tensor.index, value);
    return value;
  }

  optionalInput(index: number): Value | undefined {
    return this.hasInput(index) ? this.input(index) : undefined;
  }

  /**
   * An input that must be known now, without adding it to the graph.
   * @throws {MatchError} CONSTANT_REQUIRED, INPUT_UNBOUND
   */
  constantInput(index: number, role: string): Tensor {
    const tensor = this.inputTensor(index);
    const known = this.state.values.get(tensor.index);
    const constant = known
      ? known.constant
      : this.state.tensors.hasData(tensor) && this.#constantData(tensor);
    if (!constant) {
      const isInput = this.state.inputs.has(tensor.index);
      throw (isInput ? inputUnbound : constantRequired)(this, this.label(tensor), role);
    }
    return constant;
  }

  isConstantInput(index: number): boolean {
    const tensor = this.inputTensor(index);
    const known = this.state.values.get(tensor.index);
    return known ? known.constant !== undefined : this.state.tensors.hasData(tensor);
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
  channelScales(
    index: number,
    axis: number,
  ): { readonly scale: readonly number[]; readonly zeroPoint: readonly number[] } {
    const tensor = this.inputTensor(index);
    const quantization = this.state.tensors.quantization(tensor, this.state.tensors.dtype(tensor));
    const label = this.label(tensor);
    if (!quantization) throw operatorQuantization(this, label, 'has no scale');
    if (quantization.axis !== undefined && quantization.axis !== axis) {
      throw operatorQuantization(
        this,
        label,
        `is quantized along axis ${quantization.axis} instead of ${axis}`,
      );
    }
    return quantization;
  }

  isQuantized(tensor: FileTensor): boolean {
    return tensor.quantization !== undefined && isInteger(this.state.tensors.dtype(tensor));
  }

  /**
   * The operator's options; undefined where the file has none, so that defaults apply.
   * @throws {MatchError} ATTRIBUTE_UNSUPPORTED when they belong to another operator
   */
  options(kind: keyof typeof optionsTypes): Table | undefined {
    const { options, optionsType } = this.operator;
    if (!options || optionsType === 0) return undefined;
    if (optionsType !== optionsTypes[kind]) {
      throw attributeInvalid(
        this,
        'the options',
        `are of kind ${optionsType} instead of ${optionsTypes[kind]}`,
      );
    }
    return options;
  }

  #tensor(index: number): FileTensor {
    return this.state.tensors.at(
      index,
      `${this.operator.name} (operator ${this.operator.index})`,
      this.operator.offset,
    );
  }

  /** What the graph calls a tensor. */
  protected label(tensor: FileTensor): string {
    return this.state.names[tensor.index] ?? tensorLabel(tensor);
  }

  #constantData(tensor: FileTensor): Tensor {
    const { type, data } = this.state.tensors.constant(tensor);
    // Scales of biases follow from those of input and weights; what the file states for them is not used.
    const scaled = isInteger(type.dtype) && type.dtype !== 'int32' && !isWide(type.dtype);
    const quantization = scaled ? this.state.tensors.quantization(tensor, type.dtype) : undefined;
    return quantization ? { type: { ...type, quantization }, data } : { type, data };
  }

  #scaleOf(tensor: FileTensor): TensorScale {
    const dtype = this.state.tensors.dtype(tensor);
    const quantization = isInteger(dtype) ? this.state.tensors.quantization(tensor, dtype) : undefined;
    const [scale, ...others] = quantization?.scale ?? [];
    const label = this.label(tensor);
    if (scale === undefined) throw operatorQuantization(this, label, 'has no scale');
    if (others.length > 0) throw operatorQuantization(this, label, 'is quantized per channel');
    return { scale, zeroPoint: quantization?.zeroPoint[0] ?? 0, dtype };
  }
}
