import type { Value } from 'match-compiler';
import type { NodeBuilder } from './node-builder.ts';
import type { NodeReader } from './node-reader.ts';

/** Translates one node of the file; gives its outputs in order (those nobody reads may be missing). */
export type Operator = (node: NodeReader, build: NodeBuilder) => Value | readonly Value[];
