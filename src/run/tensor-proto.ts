import protobuf from 'protobufjs/minimal.js';
import { createData, dataFromBytes, elementBytes, type DataType } from '../ir/data-type.ts';
import { elementCount, type Tensor } from '../ir/tensor.ts';
import { tensorFileBroken, tensorTypeUnsupported } from './diagnostics.ts';

/** TensorProto.DataType of onnx.proto. */
const types: Readonly<Record<number, DataType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
};

type Scalar = number | bigint;
type Long = { readonly low: number; readonly high: number } | number;

interface Fields {
  readonly dims: number[];
  dataType: number;
  raw: Uint8Array | undefined;
  readonly values: Scalar[];
}

/**
 * A tensor file as the ONNX project keeps its test data: one TensorProto. A few fields of one message do
 * not need the schema.
 * @throws {MatchError} TENSOR_FILE_BROKEN, TENSOR_TYPE_UNSUPPORTED
 */
export function parseTensorProto(bytes: Uint8Array, file: string): Tensor {
  const { dims, dataType, raw, values } = readFields(bytes, file);
  const dtype = types[dataType];
  if (!dtype) throw tensorTypeUnsupported(file, `number ${dataType} of TensorProto.DataType`);
  const count = elementCount(dims);
  if (!dims.every((extent) => extent >= 0) || !Number.isSafeInteger(count * elementBytes(dtype))) {
    throw tensorFileBroken(file, `its shape is [${dims.join(',')}]`);
  }
  const type = { dtype, shape: dims };
  const found = raw ? raw.byteLength / elementBytes(dtype) : values.length;
  if (found !== count) {
    throw tensorFileBroken(file, `its shape [${dims.join(',')}] has ${count} elements, ${found} are there`);
  }
  if (raw) return { type, data: dataFromBytes(dtype, raw) };
  const data = createData(dtype, count);
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  if (wide && values.some((value) => typeof value === 'number')) {
    throw tensorFileBroken(file, `its ${dtype} elements are in a list of another type`);
  }
  values.forEach((value, i) => {
    data[i] = wide ? BigInt(value) : Number(value);
  });
  return { type, data };
}

function readFields(bytes: Uint8Array, file: string): Fields {
  const reader = protobuf.Reader.create(bytes);
  const fields: Fields = { dims: [], dataType: 0, raw: undefined, values: [] };
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      readField(reader, tag >>> 3, tag & 7, fields);
    }
  } catch (error) {
    throw tensorFileBroken(file, error instanceof Error ? error.message : String(error), reader.pos);
  }
  return fields;
}

/** Field numbers of TensorProto in onnx.proto. */
function readField(reader: protobuf.Reader, field: number, wireType: number, fields: Fields): void {
  switch (field) {
    case 1:
      return repeated(reader, wireType, () => fields.dims.push(Number(toBigInt(reader.int64()))));
    case 2:
      fields.dataType = reader.int32();
      return;
    case 4:
      return repeated(reader, wireType, () => fields.values.push(reader.float()));
    case 5:
      return repeated(reader, wireType, () => fields.values.push(reader.int32()));
    case 7:
      return repeated(reader, wireType, () => fields.values.push(toBigInt(reader.int64())));
    case 9:
      fields.raw = reader.bytes();
      return;
    case 10:
      return repeated(reader, wireType, () => fields.values.push(reader.double()));
    case 11:
      return repeated(reader, wireType, () => fields.values.push(BigInt.asUintN(64, toBigInt(reader.uint64()))));
    default:
      reader.skipType(wireType);
  }
}

/** Packed (wire type 2) or one at a time. */
function repeated(reader: protobuf.Reader, wireType: number, read: () => void): void {
  if (wireType !== 2) {
    read();
    return;
  }
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new RangeError('a list is longer than the file');
  while (reader.pos < end) read();
}

function toBigInt(value: Long): bigint {
  if (typeof value === 'number') return BigInt(value);
  return (BigInt(value.high) << 32n) | BigInt(value.low >>> 0);
}
