import {
  elementCount,
  ops,
  requantizeTo,
  sameShape,
  ShapeError,
  type Attributes,
  type DataType,
  type OpDefinition,
  type RequantizeRequest,
  type Rounding,
  type Tensor,
  type TensorType,
  type Value,
} from 'match-compiler';
import { shapeFault } from './diagnostics.ts';
import type { FileTensor } from './file/model.ts';
import { OperatorOperands } from './operator-operands.ts';

/** One operator of the file on its way into the graph: its operands, and the nodes that it becomes. */
export class OperatorImport extends OperatorOperands {
  /** Adds a node in between; `role` tells it from the others of this operator. */
  add<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
    role: string,
  ): Value {
    const name = this.internalName(role);
    return this.state.editor.add1(op, inputs, attributes, { name, loc: this.loc });
  }

  /** Adds a constant that the file has not. */
  constant(data: Tensor, role: string): Value {
    return this.state.editor.constant(this.internalName(role), data);
  }

  /** A constant made from a constant input and named after it; one for all operators that make the same of it. */
  constantFrom(index: number, role: string, make: () => Tensor): Value {
    const name = `${this.label(this.inputTensor(index))}:${role}`;
    const known = this.state.derived.get(name);
    if (known) return known;
    const made = this.state.editor.constant(this.#freeName(name), make());
    this.state.derived.set(name, made);
    return made;
  }

  /**
   * Adds a node with one output, which is the operator's output `index`.
   * @throws {MatchError} MODEL_SHAPE when the file says otherwise
   */
  result<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
    index = 0,
  ): Value {
    const [type] = op.infer(
      inputs.map((input) => input.type),
      attributes,
    );
    if (!type) throw new TypeError(`${op.name} has no output`);
    const name = this.label(this.outputTensor(index));
    const types = [this.#declared(index, type)];
    return this.state.editor.add1(op, inputs, attributes, { name, loc: this.loc, types });
  }

  /** Adds the node that makes all outputs of the operator. @throws {MatchError} MODEL_SHAPE */
  results<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
  ): readonly Value[] {
    const types = op.infer(
      inputs.map((input) => input.type),
      attributes,
    );
    if (types.length !== this.outputCount) {
      throw shapeFault(this, `has ${this.outputCount} outputs instead of ${types.length}`);
    }
    return this.state.editor.add(op, inputs, attributes, {
      name: this.node,
      loc: this.loc,
      outputs: types.map((_, i) => this.label(this.outputTensor(i))),
      types: types.map((type, i) => this.#declared(i, type)),
    });
  }

  /** An output that is known now. */
  constantResult(data: Tensor): Value {
    this.#declared(0, data.type);
    return this.state.editor.constant(this.label(this.outputTensor()), data);
  }

  /**
   * Adds a requantization with its constants, in between (`role`) or as the operator's output.
   * @throws {MatchError} MODEL_SHAPE, REQUANTIZE_SCALE
   */
  requantize(acc: Value, request: RequantizeRequest, rounding: Rounding, role?: string): Value {
    if (role !== undefined) {
      const naming = { name: this.internalName(role), loc: this.loc };
      return requantizeTo(this.state.editor, acc, request, rounding, naming);
    }
    const type = this.#declared(0, { dtype: request.dtype, shape: acc.type.shape });
    return requantizeTo(this.state.editor, acc, request, rounding, {
      name: this.label(this.outputTensor()),
      loc: this.loc,
      ...(type.quantization && { quantization: type.quantization }),
    });
  }

  /** N,H,W,C → N,C,H,W; shared by all operators that ask for it. @throws {MatchError} MODEL_SHAPE */
  channelsFirst(value: Value): Value {
    if (value.type.shape.length !== 4) {
      throw shapeFault(
        this,
        `its input has the shape [${value.type.shape.join(', ')}] instead of four dimensions`,
      );
    }
    const known = this.state.channelsFirst.get(value);
    if (known) return known;
    const made = this.state.editor.add1(
      ops.transpose,
      [value],
      { perm: [0, 3, 1, 2] },
      { name: this.#freeName(`${value.name}:nchw`), loc: this.loc },
    );
    this.state.channelsFirst.set(value, made);
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
    while (this.state.reserved.has(name)) name += '_';
    return name;
  }

  /** The type of an output: as inferred, with the file's quantization. */
  #declared(index: number, inferred: TensorType): TensorType {
    const tensor = this.outputTensor(index);
    const dtype = this.outputType(index);
    const said = (type: DataType, shape: readonly number[]): string => `${type}[${shape.join(',')}]`;
    const fits = dtype === inferred.dtype && (!this.state.shapesHold || shapesAgree(tensor, inferred.shape));
    if (!fits) {
      throw shapeFault(
        this,
        `gives ${said(inferred.dtype, inferred.shape)} where the file says ${said(dtype, tensor.shape)} for '${this.label(tensor)}'`,
      );
    }
    const type = this.state.tensors.type(tensor, inferred.shape);
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
