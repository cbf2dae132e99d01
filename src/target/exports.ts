export * from './define-target.ts';
export * from './target-options.ts';
export type * from './kernel.ts';
export type * from './target.ts';
export * from './tiling.ts';
export * from './transfer.ts';
