import { MatchError } from '../diagnostics/diagnostic.ts';
import type { TargetCheck } from './findings.ts';

/** Broken checks that the error tells, the others are counted. */
const mostNotes = 20;

export const targetContractBroken = (target: string, checks: readonly TargetCheck[]): MatchError => {
  const broken = checks.filter(({ ok }) => !ok);
  return new MatchError({
    code: 'TARGET_CONTRACT_BROKEN',
    message: `target ${target} breaks ${broken.length} of ${checks.length} checks`,
    notes: broken.slice(0, mostNotes).map(({ name, message }) => `${name}: ${message}`),
    hint: '`testTarget` gives all checks; its option `patterns` runs one pattern alone',
  });
};
