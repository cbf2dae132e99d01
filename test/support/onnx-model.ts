import { bytesOf, type Graph, type ImportOptions, type Tensor } from 'match-compiler';
import {
  attributeTypes,
  elementTypes,
  encodeModel,
  importOnnx,
  type AttributeProto,
  type ElementType,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'match-compiler/plugins/import-onnx';

/** A value that marks its attribute type where a plain JavaScript value leaves it open. */
export interface Typed {
  readonly attribute: Omit<AttributeProto, 'name'>;
}

/** Numbers are integers, arrays lists of integers; `float`, `floats` and tensors say otherwise. */
export type Attribute = number | string | readonly number[] | Tensor | Typed;

export const float = (f: number): Typed => ({ attribute: { f, type: attributeTypes.float } });
export const floats = (values: readonly number[]): Typed => ({
  attribute: { floats: values, type: attributeTypes.floats },
});
export const strings = (values: readonly string[]): Typed => ({
  attribute: {
    strings: values.map((value) => new TextEncoder().encode(value)),
    type: attributeTypes.strings,
  },
});

export interface NodeOptions {
  readonly name?: string;
  readonly domain?: string;
}

/** A node; its attributes by name. */
export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  options: NodeOptions = {},
): NodeProto {
  return {
    op_type: op,
    input: inputs,
    output: outputs,
    name: options.name ?? '',
    domain: options.domain ?? '',
    attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attributeOf(value) })),
  };
}

function attributeOf(value: Attribute): Omit<AttributeProto, 'name'> {
  if (typeof value === 'number') return { i: value, type: attributeTypes.int };
  if (typeof value === 'string') return { s: new TextEncoder().encode(value), type: attributeTypes.string };
  if (Array.isArray(value)) return { ints: value as readonly number[], type: attributeTypes.ints };
  if ('attribute' in value) return value.attribute;
  return { t: tensorProto('', value as Tensor), type: attributeTypes.tensor };
}

/** A tensor of the file, as raw bytes. */
export function tensorProto(name: string, { type, data }: Tensor): TensorProto {
  return { name, dims: type.shape, data_type: elementTypes.indexOf(type.dtype), raw_data: bytesOf(data) };
}

export type Dimension = number | string | undefined;

/** Declares an input or output; texts are symbolic dimensions, undefined is an unknown one. */
export function valueInfo(name: string, type: ElementType, shape?: readonly Dimension[]): ValueInfoProto {
  const dim = shape?.map((extent) =>
    typeof extent === 'number' ? { dim_value: extent } : extent === undefined ? {} : { dim_param: extent },
  );
  return {
    name,
    type: { tensor_type: { elem_type: elementTypes.indexOf(type), ...(dim && { shape: { dim } }) } },
  };
}

export interface ModelParts {
  readonly nodes: readonly NodeProto[];
  readonly inputs?: readonly ValueInfoProto[];
  /** Names of float32 outputs, or full declarations. */
  readonly outputs: readonly (string | ValueInfoProto)[];
  readonly initializers?: Readonly<Record<string, Tensor>> | readonly TensorProto[];
  /** Of the standard operators; 13 when absent, none when null. */
  readonly opset?: number | null;
  readonly opsets?: readonly { readonly domain: string; readonly version: number }[];
}

/** The bytes of an ONNX file. */
export function onnxFile(parts: ModelParts): Uint8Array {
  const { nodes, inputs = [], outputs, initializers = {}, opset = 13, opsets = [] } = parts;
  const tensors = Array.isArray(initializers)
    ? (initializers as readonly TensorProto[])
    : Object.entries(initializers as Readonly<Record<string, Tensor>>).map(([name, value]) =>
        tensorProto(name, value),
      );
  return encodeModel({
    ir_version: 8,
    producer_name: 'test',
    opset_import: [...(opset === null ? [] : [{ domain: '', version: opset }]), ...opsets],
    graph: {
      name: 'test',
      node: nodes,
      initializer: tensors,
      input: inputs,
      output: outputs.map((output) => (typeof output === 'string' ? valueInfo(output, 'float32') : output)),
    },
  });
}

export interface ImportSetup {
  readonly file?: string;
  readonly options?: ImportOptions;
  /** Files beside the model, by name. */
  readonly beside?: Readonly<Record<string, Uint8Array>>;
}

/** What the import plugin makes of a file's bytes; null when it passes. */
export async function importBytes(bytes: Uint8Array, setup: ImportSetup = {}): Promise<Graph | null> {
  const plugin = importOnnx();
  const hook = plugin.importModel;
  if (typeof hook !== 'function') throw new TypeError('importModel is no function');
  const context = {
    plugin: plugin.name,
    hook: 'importModel',
    info() {},
    warn() {},
    error(): never {
      throw new Error('unexpected');
    },
  };
  const graph = await hook.call(context, {
    file: setup.file ?? 'test.onnx',
    bytes,
    options: setup.options ?? {},
    readBeside(location, offset, length) {
      const file = setup.beside?.[location];
      if (!file) throw new Error(`no file ${location}`);
      return file.subarray(offset, length === undefined ? undefined : offset + length);
    },
  });
  return graph ?? null;
}

export async function importModel(parts: ModelParts, setup: ImportSetup = {}): Promise<Graph> {
  const graph = await importBytes(onnxFile(parts), setup);
  if (!graph) throw new TypeError('not taken for ONNX');
  return graph;
}
