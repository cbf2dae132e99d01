export * from './clock.ts';
export * from './stage-items.ts';
