import { testTarget } from 'match-compiler';
import type { Mutant } from './mutants.ts';

/** What the contract tests made of a mutant: the first check that failed, or that none did. */
export interface Verdict {
  readonly mutant: Mutant;
  readonly caughtBy: string | undefined;
}

/** Runs the contract tests on each mutant, for the pattern that has the fault. */
export async function findMutants(
  mutants: readonly Mutant[],
  told: (verdict: Verdict) => void = () => undefined,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const mutant of mutants) {
    const checks = await testTarget(mutant.target, { patterns: [mutant.pattern], failFast: true });
    const verdict = { mutant, caughtBy: checks.find(({ ok }) => !ok)?.name };
    verdicts.push(verdict);
    told(verdict);
  }
  return verdicts;
}
