import type { Fault, Table } from './flatbuffer.ts';
import { FlatBuffer } from './flatbuffer.ts';
import {
  bufferFields,
  builtinOperators,
  modelFields,
  operatorCodeFields,
  operatorFields,
  placeholderCode,
  quantizationFields,
  schemaVersion,
  subgraphFields,
  tensorFields,
} from './schema.ts';

/** Ranks above this are no tensors of any kernel. */
const highestRank = 8;
/** Bytes of a tensor's name that are kept. */
const longestName = 4096;

/** A tensor as the file states it; nothing in it is checked beyond its place in the file. */
export interface FileTensor {
  readonly index: number;
  readonly name: string;
  readonly shape: readonly number[];
  /** The shape with −1 where it is open; absent in files whose shapes are all fixed. */
  readonly signature: readonly number[] | undefined;
  /** Number in TensorType. */
  readonly type: number;
  readonly buffer: number;
  readonly quantization: FileQuantization | undefined;
  readonly isVariable: boolean;
  readonly isSparse: boolean;
  /** Byte offset of its table. */
  readonly offset: number;
}

export interface FileQuantization {
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly axis: number;
  /** 0 for the affine kind. */
  readonly detailsType: number;
}

export interface FileOperator {
  readonly index: number;
  /** Name of the builtin operator, `CUSTOM`, or `BUILTIN_<n>` for one newer than the schema read here. */
  readonly name: string;
  readonly code: number;
  readonly version: number;
  readonly customCode: string | undefined;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Number in BuiltinOptions; 0 when there are none. */
  readonly optionsType: number;
  readonly options: Table | undefined;
  readonly offset: number;
}

/** The first subgraph of a file and what it refers to. */
export interface ModelFile {
  readonly name: string;
  /** Byte offset of the subgraph's table. */
  readonly offset: number;
  readonly tensors: readonly FileTensor[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly FileOperator[];
  /** Bytes of buffer `index`, as a view of the file; undefined when it has none. */
  readonly bufferBytes: (index: number) => { readonly data: Uint8Array; readonly offset: number } | undefined;
  readonly buffers: number;
  readonly subgraphs: number;
}

interface OperatorCode {
  readonly name: string;
  readonly code: number;
  readonly version: number;
  readonly customCode: string | undefined;
}

/**
 * Reads the structure of a TFLite file. Buffers are not copied.
 * @throws the fault for a file that is cut off, inconsistent or of another schema version
 */
export function readModel(bytes: Uint8Array, fault: Fault): ModelFile {
  const buffer = new FlatBuffer(bytes, fault);
  const model = buffer.root();
  const version = model.uint32(modelFields.version);
  if (version !== schemaVersion)
    throw fault(model.offset, `schema version ${version} instead of ${schemaVersion}`);
  const codes = model.tables(modelFields.operatorCodes).map(operatorCode);
  const buffers = model.tables(modelFields.buffers);
  const subgraphs = model.tables(modelFields.subgraphs);
  const [main] = subgraphs;
  if (!main) throw fault(model.offset, 'it has no subgraph');
  return {
    name: main.string(subgraphFields.name) ?? '',
    offset: main.offset,
    tensors: main.tables(subgraphFields.tensors).map((table, index) => fileTensor(table, index, fault)),
    inputs: main.int32s(subgraphFields.inputs) ?? [],
    outputs: main.int32s(subgraphFields.outputs) ?? [],
    operators: main
      .tables(subgraphFields.operators)
      .map((table, index) => fileOperator(table, index, codes, fault)),
    buffers: buffers.length,
    bufferBytes: (index) => bufferBytes(buffers[index], bytes, fault),
    subgraphs: subgraphs.length,
  };
}

function operatorCode(table: Table): OperatorCode {
  const old = table.int8(operatorCodeFields.deprecatedBuiltinCode);
  // Files older than the 32-bit code have only the deprecated one; newer ones have both.
  const code =
    old === placeholderCode
      ? table.int32(operatorCodeFields.builtinCode)
      : Math.max(old, table.int32(operatorCodeFields.builtinCode));
  return {
    name: builtinOperators[code] ?? `BUILTIN_${code}`,
    code,
    version: table.int32(operatorCodeFields.version, 1),
    customCode: table.string(operatorCodeFields.customCode),
  };
}

function fileTensor(table: Table, index: number, fault: Fault): FileTensor {
  const shape = table.int32s(tensorFields.shape) ?? [];
  const signature = table.int32s(tensorFields.shapeSignature);
  if (shape.length > highestRank) throw fault(table.offset, `tensor ${index} has ${shape.length} dimensions`);
  const quantization = table.table(tensorFields.quantization);
  return {
    index,
    name: (table.string(tensorFields.name) ?? '').slice(0, longestName),
    shape,
    signature: signature?.length === shape.length && signature.length > 0 ? signature : undefined,
    type: table.int8(tensorFields.type),
    buffer: table.uint32(tensorFields.buffer),
    quantization: quantization && fileQuantization(quantization),
    isVariable: table.bool(tensorFields.isVariable),
    isSparse: table.has(tensorFields.sparsity),
    offset: table.offset,
  };
}

/** Absent for the empty tables that converters write for tensors that are not quantized. */
function fileQuantization(table: Table): FileQuantization | undefined {
  const scale = table.float32s(quantizationFields.scale) ?? [];
  const detailsType = table.uint8(quantizationFields.detailsType);
  if (scale.length === 0 && detailsType === 0) return undefined;
  return {
    scale,
    zeroPoint: table.int64s(quantizationFields.zeroPoint) ?? [],
    axis: table.int32(quantizationFields.axis),
    detailsType,
  };
}

function fileOperator(
  table: Table,
  index: number,
  codes: readonly OperatorCode[],
  fault: Fault,
): FileOperator {
  const opcodeIndex = table.uint32(operatorFields.opcodeIndex);
  const code = codes[opcodeIndex];
  if (!code) throw fault(table.offset, `operator ${index} has code ${opcodeIndex} of ${codes.length}`);
  return {
    ...code,
    index,
    inputs: table.int32s(operatorFields.inputs) ?? [],
    outputs: table.int32s(operatorFields.outputs) ?? [],
    optionsType: table.uint8(operatorFields.optionsType),
    options: table.table(operatorFields.options),
    offset: table.offset,
  };
}

/** Buffers of files over 2 GiB lie behind the FlatBuffer, at a place in the file. */
function bufferBytes(
  table: Table | undefined,
  file: Uint8Array,
  fault: Fault,
): { readonly data: Uint8Array; readonly offset: number } | undefined {
  if (!table) return undefined;
  const offset = table.uint64(bufferFields.offset);
  if (offset <= 1) {
    const bytes = table.bytes(bufferFields.data);
    return bytes && bytes.data.length > 0 ? bytes : undefined;
  }
  const size = table.uint64(bufferFields.size);
  if (offset + size > file.length) {
    throw fault(
      table.offset,
      `a buffer is said to lie at bytes ${offset} to ${offset + size} of ${file.length}`,
    );
  }
  return { data: file.subarray(offset, offset + size), offset };
}
