import { checkAccesses } from './check-accesses.ts';
import { checkPlacement } from './check-placement.ts';
import type { PlacedProgram } from './placed-program.ts';
import type { PlanFault } from './plan-fault.ts';

/**
 * Every rule that a placed program breaks; an empty list when all hold. Trusts no figure of the planner and
 * shares no code with it: addresses are checked one by one, then the expanded program is run on byte-wise
 * books of who owns what. Cost: bytes touched by the program.
 */
export function checkPlan(placed: PlacedProgram): readonly PlanFault[] {
  const faults = checkPlacement(placed);
  // A walk over broken addresses would only repeat the news.
  return faults.some(({ rule }) => rule !== 'figures') ? faults : [...faults, ...checkAccesses(placed)];
}
