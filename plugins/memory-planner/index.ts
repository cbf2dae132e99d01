import { definePlugin } from 'match-compiler';
import { planProgram } from './plan.ts';

export { planProgram } from './plan.ts';
export { solvePlacement, type Proof, type Solution } from './solve.ts';
export type { Item, Permission } from './placement-problem.ts';

export interface MemoryPlannerOptions {
  /** Multiplies the work that the searches may do when a plan is not yet known to be optimal; 1 by default. */
  readonly patience?: number;
}

/** Gives every buffer a static address: shortest arenas, with a proof where the shortest is reached. */
export const memoryPlanner = definePlugin(({ patience = 1 }: MemoryPlannerOptions = {}) => ({
  name: 'memory-planner',
  planMemory: (program, { options }) => planProgram(program, options.io, patience),
}));

export default memoryPlanner;
