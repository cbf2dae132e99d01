import type { Plugin } from '../compiler/plugin.ts';
import type { Target } from '../target/target.ts';
import { targetContractBroken } from './diagnostics.ts';
import type { TargetCheck } from './findings.ts';
import type { TestTargetOptions } from './options.ts';

export type { TargetCheck } from './findings.ts';
export type { TestTargetOptions } from './options.ts';
export type { Sample, SampleBuilder } from './sample-builder.ts';

/**
 * Contract tests for any target: every pattern of every module on small layers at edge shapes. What its functions
 * promise is checked directly; its kernels run, compiled to C, against the interpreter: whole, and cut along each
 * dimension, on the simulator in every order that the hardware leaves open, with sanitizers.
 *
 * @returns the checks, each with what was found; none is thrown
 */
export async function testTarget(
  target: Target | Plugin,
  options: TestTargetOptions = {},
): Promise<readonly TargetCheck[]> {
  // Most of it compiles networks, which nobody needs who only imports the entry.
  const { checksOf } = await import('./contract.ts');
  return checksOf(target, options);
}

/**
 * The same as one assertion, for a test of any runner: `test('contract', () => assertTarget(mySoc()))`.
 * @throws {MatchError} TARGET_CONTRACT_BROKEN with the checks that failed
 */
export async function assertTarget(target: Target | Plugin, options: TestTargetOptions = {}): Promise<void> {
  const checks = await testTarget(target, options);
  if (checks.some(({ ok }) => !ok)) throw targetContractBroken(target.name, checks);
}
