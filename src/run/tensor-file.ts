import { readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import {
  byteSize,
  formatType,
  sameShape,
  tensorFromBytes,
  type Tensor,
  type TensorType,
} from '../ir/tensor.ts';
import {
  tensorFileMissing,
  tensorFileUnreadable,
  tensorFormatUnknown,
  tensorMismatch,
} from './diagnostics.ts';
import { parseNpy } from './npy.ts';
import { parseNpz } from './npz.ts';

/** What a tensor file holds: raw bytes know no type, an archive holds several tensors by name. */
export type TensorFile =
  | { readonly kind: 'raw'; readonly bytes: Uint8Array }
  | { readonly kind: 'tensor'; readonly tensor: Tensor }
  | { readonly kind: 'archive'; readonly tensors: ReadonlyMap<string, Tensor> };

/** Reads a tensor from the bytes of a file: of a format that an importer knows. */
export type TensorDecoder = (bytes: Uint8Array, file: string) => Tensor;

/**
 * @param path absolute, or relative to the working folder
 * @param file the name that messages show
 * @param decodeProto reads ONNX's TensorProto
 * @throws {MatchError} TENSOR_FILE_MISSING, TENSOR_FILE_UNREADABLE, TENSOR_FORMAT_UNKNOWN, TENSOR_FILE_BROKEN,
 *   TENSOR_TYPE_UNSUPPORTED and what `decodeProto` throws
 */
export function readTensorFile(path: string, file: string, decodeProto: TensorDecoder): TensorFile {
  const format = extname(path).toLowerCase();
  if (!['.bin', '.npy', '.npz', '.pb'].includes(format)) throw tensorFormatUnknown(file);
  const bytes = readBytes(path, file);
  switch (format) {
    case '.npy':
      return { kind: 'tensor', tensor: parseNpy(bytes, file) };
    case '.npz':
      return { kind: 'archive', tensors: parseNpz(bytes, file) };
    case '.pb':
      return { kind: 'tensor', tensor: decodeProto(bytes, file) };
    default:
      return { kind: 'raw', bytes };
  }
}

function readBytes(path: string, file: string): Uint8Array {
  try {
    if (!statSync(path).isFile()) throw tensorFileUnreadable(file, 'it is not a regular file');
    return readFileSync(path);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw tensorFileMissing(file);
    throw tensorFileUnreadable(file, String(error.code));
  }
}

/**
 * The tensor with the type that the graph gives it.
 * @param name of the graph's input or output, for messages
 * @throws {MatchError} TENSOR_MISMATCH
 */
export function tensorOfType(
  content: Exclude<TensorFile, { kind: 'archive' }>,
  type: TensorType,
  name: string,
  file: string,
): Tensor {
  if (content.kind === 'raw') {
    const { bytes } = content;
    if (bytes.byteLength === byteSize(type)) return tensorFromBytes(type, bytes);
    throw tensorMismatch(
      file,
      name,
      `${formatType(type)}, ${byteSize(type)} bytes`,
      `${bytes.byteLength} bytes`,
    );
  }
  const { tensor } = content;
  if (tensor.type.dtype === type.dtype && sameShape(tensor.type.shape, type.shape))
    return { ...tensor, type };
  const hint =
    tensor.type.dtype === type.dtype
      ? `reshape or transpose it to [${type.shape.join(',')}]; the order of the axes is the model's own`
      : `convert it to ${type.dtype}${type.quantization ? ` with the quantization of ${name}` : ''}`;
  throw tensorMismatch(file, name, formatType(type), formatType(tensor.type), hint);
}
