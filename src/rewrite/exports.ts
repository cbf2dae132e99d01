export * from './constants.ts';
export { overall, within, type ValueRange } from './interval.ts';
export * from './ranges.ts';
export * from './rewriter.ts';
