export * from './define-target.ts';
export type * from './kernel.ts';
export type * from './target.ts';
export * from './tiling.ts';
export * from './transfer.ts';
