import type { MatchError } from 'match-compiler';
import { type ModelSource } from 'match-compiler';
import protobuf from 'protobufjs/minimal.js';
import { emptyFile, noGraph, notOnnx } from './diagnostics.ts';
import { onnx } from './onnx.generated.js';
import type { GraphProto, ModelProto, TensorProto } from './proto.ts';
import { checkModelEncoding, looksLikeOnnx } from './wire-check.ts';

/** A model that has its graph. */
export type Model = ModelProto & { readonly graph: GraphProto };

/**
 * The model in a file, or null when the file is none of ours: neither called `.onnx` nor built like one.
 * @throws {MatchError} MODEL_EMPTY, MODEL_DECODE or MODEL_NO_GRAPH when it is called `.onnx` and is not
 */
export function decodeModel({ bytes, file }: Pick<ModelSource, 'bytes' | 'file'>): Model | null {
  const named = file.toLowerCase().endsWith('.onnx');
  return named || looksLikeOnnx(bytes) ? decodeBytes(bytes, file) : null;
}

/** @throws {MatchError} MODEL_EMPTY, MODEL_DECODE or MODEL_NO_GRAPH */
export function decodeBytes(bytes: Uint8Array, file: string): Model {
  if (bytes.length === 0) throw emptyFile(file);
  const fault = (offset: number, reason: string): MatchError => notOnnx(file, offset, reason);
  checkModelEncoding(bytes, fault);
  const model = decode(onnx.ModelProto, bytes, fault);
  const { graph } = model;
  if (!graph) throw noGraph(file);
  return { ...model, graph };
}

/** @throws {MatchError} MODEL_DECODE */
export function decodeTensor(bytes: Uint8Array, file: string): TensorProto {
  return decode(onnx.TensorProto, bytes, (offset, reason) => notOnnx(file, offset, reason));
}

function decode<M>(
  type: { decode(reader: object): M },
  bytes: Uint8Array,
  fault: (offset: number, reason: string) => MatchError,
): M {
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = true;
  try {
    return type.decode(reader);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw fault(Number(/out of range: (\d+)/.exec(reason)?.[1] ?? reader.pos), reason);
  }
}
