export * from './clock.ts';
export * from './program-items.ts';
export * from './stage-items.ts';
