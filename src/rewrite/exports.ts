export * from './constants.ts';
export * from './ranges.ts';
export * from './rewriter.ts';
