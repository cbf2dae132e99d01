import {
  createData,
  dataFromBytes,
  elementBytes,
  elementCount,
  type DataType,
  type ModelSource,
  type Tensor,
  type TensorData,
} from 'match-compiler';
import { dtypeUnsupported, tensorInvalid } from './diagnostics.ts';
import { widenFloat16 } from './float16.ts';
import { elementTypes, toBigInt, toSafeNumber, type ElementType, type TensorProto } from './proto.ts';

/** No tensor of more bytes is read; a damaged shape must not exhaust memory. */
const largestTensor = 2 ** 31;

export function elementTypeName(code: number | undefined): ElementType | `type ${number}` {
  return elementTypes[code ?? 0] ?? `type ${code ?? 0}`;
}

const dataTypes: Partial<Record<string, DataType>> = {
  float32: 'float32',
  float16: 'float32',
  float64: 'float64',
  uint8: 'uint8',
  int8: 'int8',
  uint16: 'uint16',
  int16: 'int16',
  uint32: 'uint32',
  int32: 'int32',
  uint64: 'uint64',
  int64: 'int64',
  bool: 'bool',
};

/** The compiler's type for a type code of the file; undefined where there is none. float16 is held as float32. */
export function dataTypeOf(code: number | undefined): DataType | undefined {
  return dataTypes[elementTypeName(code)];
}

/**
 * The elements of a tensor of the file, copied: raw data is aligned to nothing.
 * @param name shown in messages
 * @throws {MatchError} DTYPE_UNSUPPORTED, TENSOR_INVALID, and what `readBeside` throws for external data
 */
export function readTensor(
  proto: TensorProto,
  name: string,
  source: Pick<ModelSource, 'file' | 'readBeside'>,
): Tensor {
  const { file } = source;
  const invalid = (reason: string, hint?: string) => tensorInvalid(file, name, reason, hint);
  const element = elementTypeName(proto.data_type);
  const dtype = dataTypeOf(proto.data_type);
  if (!dtype) throw dtypeUnsupported({ file }, name, element);
  if (proto.segment) throw invalid('is split into segments');

  const shape = (proto.dims ?? []).map(toSafeNumber);
  if (shape.some((extent) => extent < 0)) throw invalid(`has the shape [${shape.join(', ')}]`);
  const count = elementCount(shape);
  const half = element === 'float16';
  const stored = count * (half ? 2 : elementBytes(dtype));
  if (!(stored <= largestTensor)) {
    throw invalid(`has the shape [${shape.join(', ')}], more than ${largestTensor} bytes`);
  }
  const type = { dtype, shape };
  const fromBytes = (bytes: Uint8Array): Tensor => {
    if (bytes.byteLength !== stored) {
      throw invalid(`has ${bytes.byteLength} bytes where its shape [${shape.join(', ')}] needs ${stored}`);
    }
    return {
      type,
      data: half ? widenFloat16(dataFromBytes('uint16', bytes) as Uint16Array) : dataFromBytes(dtype, bytes),
    };
  };

  if (proto.data_location === 1) return fromBytes(readExternal(proto, stored, source, invalid));
  if (proto.raw_data && (proto.raw_data.byteLength > 0 || !hasTypedData(proto))) {
    if (count > 0 || proto.raw_data.byteLength > 0) return fromBytes(proto.raw_data);
  }
  return { type, data: typedData(proto, element, dtype, count, invalid) };
}

function hasTypedData(proto: TensorProto): boolean {
  const { float_data, int32_data, int64_data, double_data, uint64_data, string_data } = proto;
  return [float_data, int32_data, int64_data, double_data, uint64_data, string_data].some(
    (list) => list?.length,
  );
}

/** The typed lists: int32_data also carries every narrower type, and float16 as its bits. */
function typedData(
  proto: TensorProto,
  element: string,
  dtype: DataType,
  count: number,
  invalid: (reason: string) => Error,
): TensorData {
  const list =
    {
      float32: proto.float_data,
      float64: proto.double_data,
      int64: proto.int64_data,
      uint64: proto.uint64_data,
      uint32: proto.uint64_data,
    }[element] ?? proto.int32_data;
  const values = list ?? [];
  if (values.length !== count) throw invalid(`has ${values.length} elements where its shape needs ${count}`);
  if (element === 'float16') return widenFloat16(Uint16Array.from(values as readonly number[]));
  const data = createData(dtype, count);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    values.forEach((value, i) => (data[i] = toBigInt(value)));
  } else {
    values.forEach((value, i) => (data[i] = typeof value === 'number' ? value : Number(toBigInt(value))));
  }
  return data;
}

function readExternal(
  proto: TensorProto,
  stored: number,
  source: Pick<ModelSource, 'readBeside'>,
  invalid: (reason: string, hint?: string) => Error,
): Uint8Array {
  const entries = new Map((proto.external_data ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
  const location = entries.get('location');
  if (!location) throw invalid('is stored outside the file, which does not say where');
  const number = (key: string, absent: number): number => {
    const text = entries.get(key);
    if (text === undefined) return absent;
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value)) throw invalid(`is stored outside the file, at ${key} '${text}'`);
    return value;
  };
  const length = number('length', stored);
  if (length !== stored) {
    throw invalid(`has ${length} bytes in '${location}' where its shape needs ${stored}`);
  }
  return source.readBeside(location, number('offset', 0), length);
}
