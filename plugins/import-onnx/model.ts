import type { SourceLocation } from 'match-compiler';
import type { AttributeProto, TensorProto, ValueInfoProto } from './proto.ts';

/** One definition of a tensor name. Files in the wild define a name twice, so identity is the object. */
export interface Definition {
  readonly name: string;
  readonly kind: 'input' | 'initializer' | 'node';
  /** Of an initializer. */
  readonly tensor?: TensorProto;
}

/** A node of the file with its names resolved. */
export interface ModelNode {
  readonly op: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly loc: SourceLocation;
  /** Undefined where an optional input is left out. */
  readonly inputs: readonly (Definition | undefined)[];
  /** Undefined where an optional output is left out. */
  readonly outputs: readonly (Definition | undefined)[];
  readonly attributes: ReadonlyMap<string, AttributeProto>;
}

export interface GraphOutput {
  readonly definition: Definition;
  /** As declared by the file; absent for tensors that the user chose. */
  readonly info?: ValueInfoProto;
}

/** The file's graph: names resolved, nodes in an order in which every tensor is made before it is read. */
export interface ModelGraph {
  readonly file: string;
  readonly name: string;
  readonly inputs: readonly { readonly definition: Definition; readonly info: ValueInfoProto }[];
  /** The nodes that the outputs depend on. */
  readonly nodes: readonly ModelNode[];
  readonly outputs: readonly GraphOutput[];
  readonly producers: ReadonlyMap<Definition, ModelNode>;
  readonly readers: ReadonlyMap<Definition, readonly ModelNode[]>;
  /** What had to be settled to read it, one line each. */
  readonly recognised: readonly string[];
}
