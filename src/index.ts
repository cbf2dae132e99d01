/**
 * The public entry: everything that a plugin, built in or not, is made of.
 */
export * from './compiler/exports.ts';
export * from './diagnostics/exports.ts';
export * from './ir/exports.ts';
export * from './mapping/exports.ts';
export * from './program/exports.ts';
export * from './target/exports.ts';
