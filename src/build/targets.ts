import { targetUnknown } from '../config/diagnostics.ts';
import type { Plugin } from '../compiler/plugin.ts';
import { MatchError } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Target } from '../target/target.ts';
import { builtinTargets } from './builtin-plugins.ts';

/** A plugin that carries a target. */
export interface TargetBundle {
  readonly name: string;
  readonly plugin: Plugin;
  readonly target: Target;
}

/**
 * Finds a target by the name of its plugin or of the target itself: among those of the configuration
 * first, then among the built-in ones.
 * @throws {MatchError} TARGET_UNKNOWN, CONFIG_INVALID
 */
export function findTarget(wanted: string | Plugin, configured: readonly (string | Plugin)[]): TargetBundle {
  if (typeof wanted !== 'string') return bundleOf(wanted);
  const own = configured.filter((entry) => typeof entry !== 'string');
  const known = [...own, ...builtinTargets()].map(bundleOf);
  const found = known.find(({ name, plugin }) => name === wanted || plugin.name === wanted);
  if (found) return found;
  const names = known.map(({ name }) => name);
  throw targetUnknown(wanted, nearest(wanted, names), names);
}

function bundleOf(plugin: Plugin): TargetBundle {
  const { target } = plugin;
  if (target && isTarget(target)) return { name: target.name, plugin, target };
  throw new MatchError({
    code: 'TARGET_INVALID',
    message: target
      ? `the target of plugin ${plugin.name} is not a whole target`
      : `plugin ${plugin.name} is not a target bundle`,
    hint: 'a target bundle has a `target` made by defineTarget',
  });
}

/** What a JavaScript configuration may have left out. */
function isTarget(target: Target): boolean {
  const { name, memories, homes, modules, platforms } = target as Partial<Target>;
  return typeof name === 'string' && Boolean(memories && homes && modules && platforms);
}
