export * from './plan-stage.ts';
export * from './tiles.ts';
