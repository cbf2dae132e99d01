export * from './plan-stage.ts';
