import { definePlugin, type Tensor } from 'match-compiler';
import { convertModel } from './convert.ts';
import { decodeBytes, decodeModel, decodeTensor } from './decode.ts';
import { tensorInvalid } from './diagnostics.ts';
import { onnx } from './onnx.generated.js';
import type { ModelProto, TensorProto } from './proto.ts';
import { readTensor } from './tensors.ts';

export { dialects, type Dialect } from './dialect.ts';
export { operatorTables } from './operators/index.ts';
export * from './proto.ts';

/** Reads ONNX models: float, QDQ and QOperator graphs, and the integer dialects of PLiNIO and NEMO. */
export const importOnnx = definePlugin(() => ({
  name: 'import-onnx',
  importModel(source) {
    const model = decodeModel(source);
    return model && convertModel(model, source);
  },
}));

export default importOnnx;

/** The bytes of a model file. */
export function encodeModel(model: ModelProto): Uint8Array {
  return onnx.ModelProto.encode(model).finish();
}

/**
 * The messages of a model file.
 * @throws {MatchError} MODEL_EMPTY, MODEL_DECODE, MODEL_NO_GRAPH
 */
export function decodeModelFile(bytes: Uint8Array, file: string): ModelProto {
  return decodeBytes(bytes, file);
}

/** The bytes of a tensor file, as ONNX's test data has them. */
export function encodeTensor(tensor: TensorProto): Uint8Array {
  return onnx.TensorProto.encode(tensor).finish();
}

/**
 * The tensor in a file of ONNX's test data.
 * @throws {MatchError} MODEL_DECODE, DTYPE_UNSUPPORTED, TENSOR_INVALID
 */
export function readTensorFile(bytes: Uint8Array, file: string): Tensor {
  const proto = decodeTensor(bytes, file);
  const readBeside = (): never => {
    throw tensorInvalid(file, proto.name ?? '', 'is stored outside the file');
  };
  return readTensor(proto, proto.name ?? '', { file, readBeside });
}
