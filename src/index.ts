/**
 * The public entry: everything that a plugin, built in or not, is made of.
 */
export * from './compiler/exports.ts';
export * from './config/exports.ts';
export * from './diagnostics/exports.ts';
export * from './emit/exports.ts';
export * from './ir/exports.ts';
export * from './mapping/exports.ts';
export * from './memory/exports.ts';
export * from './program/exports.ts';
// The operator of the same name is `ops.expand`.
export { expand } from './program/exports.ts';
export * from './rewrite/exports.ts';
export * from './schedule/exports.ts';
export * from './target/exports.ts';
export * from './timing/exports.ts';
export * as ops from './ops/index.ts';
export type * from './ops/index.ts';
export * from './arithmetic/exports.ts';
export * from './interpreter/exports.ts';
export * from './testing/index.ts';
