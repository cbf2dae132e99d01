import type { Plugin, Target } from 'match-compiler';
import baselineHtvm, { withHtvmRuntime } from 'match-compiler/plugins/baseline-htvm';
import { baselineMatch, withMatchRuntime } from 'match-compiler/plugins/baseline-match';
import baselineTvmLike from 'match-compiler/plugins/baseline-tvm-like';
import diana, { type DianaOptions } from 'match-compiler/plugins/diana';
import type { BuildSettings } from '../gap9/build-net.ts';

/** Ways to map a network; records of the serial ones have the suffix `-serial`. */
export const variants = [
  'match/hardware',
  'baseline-tvm-like',
  'baseline-tvm-like/rewritten',
  'baseline-htvm',
  'baseline-match',
  'baseline-match/same-costs',
] as const;
export type Variant = (typeof variants)[number];

/** Do transfers run beside the accelerators? Not published, so both. */
export type Transfers = 'overlap' | 'serial';
export const bothTransfers: readonly Transfers[] = ['overlap', 'serial'];

/** As records name it. */
export function recordName(variant: Variant, transfers: Transfers): string {
  return transfers === 'overlap' ? variant : `${variant}-serial`;
}

/**
 * What a network is built with: the same rewrites, kernels and sizes of memories for all. Everything on the host is built
 * for a target without accelerators: filters that were set into larger ones for the array's sake would make it slower
 * than it is; `rewritten` has them.
 */
export function settingsFor(
  variant: Variant,
  transfers: Transfers,
  options: DianaOptions = {},
): BuildSettings {
  const plain = diana({ ...options, overlap: transfers === 'overlap' });
  const changed = (change: (target: Target) => Target): Plugin => ({
    ...plain,
    ...(plain.target && { target: change(plain.target) }),
  });
  switch (variant) {
    case 'match/hardware':
      return { numerics: 'hardware', target: plain };
    case 'baseline-tvm-like':
      return { numerics: 'hardware', target: changed(hostAlone), plugins: [baselineTvmLike()] };
    case 'baseline-tvm-like/rewritten':
      return { numerics: 'hardware', target: plain, plugins: [baselineTvmLike()] };
    case 'baseline-htvm':
      return { numerics: 'hardware', target: changed(withHtvmRuntime), plugins: [baselineHtvm()] };
    case 'baseline-match':
      return {
        numerics: 'hardware',
        target: changed(withMatchRuntime),
        plugins: [baselineMatch({ costs: 'match' })],
      };
    case 'baseline-match/same-costs':
      return { numerics: 'hardware', target: plain, plugins: [baselineMatch({ costs: 'same' })] };
  }
}

function hostAlone(target: Target): Target {
  return { ...target, modules: target.modules.filter(({ name }) => name === 'host') };
}
