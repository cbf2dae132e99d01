import type { ModulePattern, Target } from 'match-compiler';
import { isNear } from 'match-compiler/plugins/baseline-match';

/** Cycles of HTVM's runtime per tile, as in MATCH's comparison of the two: loop, addresses, registers of the engine. */
export const htvmRuntime = { tile: 500 } as const;

/** The target with the costs of HTVM's runtime: 500 cycles per tile handed to an accelerator. All else stays. */
export function withHtvmRuntime(target: Target): Target {
  return {
    ...target,
    name: `${target.name}-htvm-runtime`,
    modules: target.modules.map((module) =>
      isNear(module, target)
        ? { ...module, dispatchCycles: htvmRuntime.tile, patterns: module.patterns.map(withoutOwnDispatch) }
        : module,
    ),
  };
}

function withoutOwnDispatch(pattern: ModulePattern): ModulePattern {
  return pattern.dispatchCycles ? { ...pattern, dispatchCycles: () => htvmRuntime.tile } : pattern;
}
