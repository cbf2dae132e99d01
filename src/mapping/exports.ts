export type * from './candidates.ts';
export type * from './mapping.ts';
export * from './printer.ts';
export * from './resident-schedule.ts';
export * from './verifier.ts';
