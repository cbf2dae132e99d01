import {
  dataFromBytes,
  elementBytes,
  elementCount,
  integerRange,
  isInteger,
  isWide,
  type DataType,
  type Quantization,
  type Tensor,
  type TensorType,
} from 'match-compiler';
import {
  constantsTooLarge,
  dtypeUnsupported,
  quantizationInvalid,
  sparseUnsupported,
  tensorIndex,
  tensorInvalid,
  variableUnsupported,
} from './diagnostics.ts';
import type { FileTensor, ModelFile } from './file/model.ts';
import { tensorTypes } from './file/schema.ts';
import { float16ToFloat32 } from './float16.ts';

const elementLimit = 2 ** 31;

/** The tensors of a file, checked before anything is allocated for them. */
export class Tensors {
  readonly #file: string;
  readonly #model: ModelFile;
  /** Bytes of constants that may still be copied: tensors may share a buffer, but not all of them a large one. */
  #budget: number;

  constructor(file: string, model: ModelFile, fileBytes: number) {
    this.#file = file;
    this.#model = model;
    this.#budget = 16 * fileBytes + 2 ** 24;
  }

  get count(): number {
    return this.#model.tensors.length;
  }

  /**
   * The tensor that an operator or a list of the subgraph refers to.
   * @throws {MatchError} TENSOR_INDEX
   */
  at(index: number, user: string, offset?: number): FileTensor {
    const tensor = this.#model.tensors[index];
    if (!tensor) throw tensorIndex(this.#file, index, this.count, user, offset);
    return tensor;
  }

  /**
   * Element type; `float16` only where constants of it are converted.
   * @throws {MatchError} DTYPE_UNSUPPORTED, TENSOR_SPARSE, TENSOR_VARIABLE
   */
  dtype(tensor: FileTensor): DataType {
    const type = this.#elementType(tensor);
    if (type === 'float16') {
      if (!this.hasData(tensor)) throw dtypeUnsupported(this.#file, tensor, 'float16 and is not constant');
      return 'float32';
    }
    return type;
  }

  /**
   * Type with the quantization that the file states, under a shape of its own or another one.
   * @throws {MatchError} TENSOR_INVALID, QUANTIZATION_INVALID and those of `dtype`
   */
  type(tensor: FileTensor, shape: readonly number[] = tensor.shape): TensorType {
    const dtype = this.dtype(tensor);
    this.#checkShape(tensor, shape);
    const quantization = isInteger(dtype) ? this.quantization(tensor, dtype) : undefined;
    return { dtype, shape: [...shape], ...(quantization && { quantization }) };
  }

  /**
   * What the integers of a tensor stand for; undefined when it is not quantized.
   * @throws {MatchError} QUANTIZATION_INVALID
   */
  quantization(tensor: FileTensor, dtype: DataType): Quantization | undefined {
    const stated = tensor.quantization;
    if (!stated) return undefined;
    const invalid = (reason: string): Error => quantizationInvalid(this.#file, tensor, reason);
    if (stated.detailsType !== 0) throw invalid('has a quantization of a custom kind');
    const { scale } = stated;
    const bad = scale.find((value) => !(value > 0 && Number.isFinite(value)));
    if (bad !== undefined) throw invalid(`has the scale ${bad}`);
    // Old converters leave out zero points of 0; some write one for all channels.
    const given = stated.zeroPoint;
    if (given.length > 1 && given.length !== scale.length) {
      throw invalid(`has ${scale.length} scales with ${given.length} zero points`);
    }
    const zeroPoint = scale.map((_, i) => (given.length === 1 ? given[0] : given[i]) ?? 0);
    const range = integerRange(dtype);
    const outside = zeroPoint.find((value) => !(value >= range.min && value <= range.max));
    if (outside !== undefined) throw invalid(`has the zero point ${outside}, which is no ${dtype}`);
    if (scale.length === 1) return { scale, zeroPoint };
    const { axis } = stated;
    if (tensor.shape[axis] !== scale.length) {
      throw invalid(`has ${scale.length} scales along axis ${axis} of [${tensor.shape.join(', ')}]`);
    }
    return { scale, zeroPoint, axis };
  }

  /** Whether the file has bytes for it. */
  hasData(tensor: FileTensor): boolean {
    return tensor.buffer !== 0 && this.#model.bufferBytes(tensor.buffer) !== undefined;
  }

  /**
   * The elements of a constant, copied; float16 becomes float32, which is exact.
   * @throws {MatchError} TENSOR_INVALID when the buffer does not have as many bytes as the shape asks for
   */
  constant(tensor: FileTensor): Tensor {
    const type = this.#elementType(tensor);
    const { shape } = tensor;
    this.#checkShape(tensor, shape, 0);
    if (tensor.buffer >= this.#model.buffers) {
      throw tensorInvalid(this.#file, tensor, `refers to buffer ${tensor.buffer} of ${this.#model.buffers}`);
    }
    const stored = this.#model.bufferBytes(tensor.buffer);
    const needed = elementCount(shape) * (type === 'float16' ? 2 : elementBytes(type));
    const given = stored?.data.length ?? 0;
    if (given !== needed) {
      throw tensorInvalid(
        this.#file,
        tensor,
        `of shape [${shape.join(', ')}] needs ${needed} bytes of data, its buffer has ${given}`,
        stored?.offset ?? tensor.offset,
      );
    }
    this.#budget -= needed;
    if (this.#budget < 0) throw constantsTooLarge(this.#file, tensor);
    const bytes = stored?.data ?? new Uint8Array(0);
    if (type === 'float16') {
      return { type: { dtype: 'float32', shape: [...shape] }, data: float16ToFloat32(bytes) };
    }
    return { type: { dtype: type, shape: [...shape] }, data: dataFromBytes(type, bytes) };
  }

  #elementType(tensor: FileTensor): DataType | 'float16' {
    if (tensor.isSparse) throw sparseUnsupported(this.#file, tensor);
    if (tensor.isVariable) throw variableUnsupported(this.#file, tensor);
    const type = tensorTypes[tensor.type] ?? { unread: `number ${tensor.type}` };
    if (typeof type === 'object') throw dtypeUnsupported(this.#file, tensor, type.unread);
    return type;
  }

  #checkShape(tensor: FileTensor, shape: readonly number[], least = 1): void {
    if (!shape.every((extent) => extent >= least)) {
      throw tensorInvalid(this.#file, tensor, `has the shape [${shape.join(', ')}]`);
    }
    const count = elementCount(shape);
    if (count >= elementLimit) {
      throw tensorInvalid(
        this.#file,
        tensor,
        `of shape [${shape.join(', ')}] has ${count} elements, over the limit of 2^31`,
      );
    }
  }
}

/** The values of a small constant as numbers. */
export function numbersOf(constant: Tensor): number[] {
  return isWide(constant.type.dtype)
    ? Array.from(constant.data as BigInt64Array, Number)
    : Array.from(constant.data as Int32Array);
}
