export { checkPlan } from './check-plan.ts';
export * from './constants.ts';
export * from './live-ranges.ts';
export * from './placed-program.ts';
export * from './plan-fault.ts';
export * from './printer.ts';
