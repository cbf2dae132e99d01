import type { Target } from '../target/target.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { MatchError } from '../diagnostics/diagnostic.ts';
import { hookNames, type HookName, type Hooks, type ObjectHook } from './hooks.ts';

/** What `apply` gets: the raw tapable hooks. Taps are named after the plugin. */
export interface CompilerApi {
  readonly hooks: Hooks;
}

/** A plugin is a plain object with a handler per hook. */
export type Plugin = {
  readonly name: string;
  /** Runs all its handlers before (`pre`) or after (`post`) those of plugins without. */
  readonly enforce?: 'pre' | 'post';
  /** A target bundle: its handlers take part only in builds for this target. */
  readonly target?: Target;
  /** The way to the raw tapable hooks. */
  readonly apply?: (compiler: CompilerApi) => void;
} & { readonly [H in HookName]?: ObjectHook<H> };

const pluginKeys: ReadonlySet<string> = new Set(['name', 'enforce', 'target', 'apply', ...hookNames]);

/** Fails to compile when `P` has a key that `Shape` has not. */
export type Exact<P, Shape> = P & { readonly [K in Exclude<keyof P, keyof Shape>]: never };

/**
 * Declares a plugin: a factory of options or a plain object, checked in full by the type checker.
 * What a JavaScript caller misspells is refused when the plugin is used.
 */
export function definePlugin<const P extends Plugin, Args extends readonly unknown[]>(
  factory: (...args: Args) => Exact<P, Plugin>,
): (...args: Args) => Plugin;
// A function has a `name` as well: without the condition a wrong factory would pass for a plugin.
export function definePlugin<const P extends Plugin>(
  plugin: P extends (...args: never[]) => unknown ? never : Exact<P, Plugin>,
): Plugin;
export function definePlugin(plugin: Plugin | ((...args: unknown[]) => Plugin)): unknown {
  if (typeof plugin !== 'function') return checkPlugin(plugin);
  return (...args: unknown[]) => checkPlugin(plugin(...args));
}

/**
 * @throws {MatchError} PLUGIN_INVALID when it has no name, an unknown key or a handler that is no function
 */
export function checkPlugin(plugin: Plugin): Plugin {
  const invalid = (message: string, hint?: string): never => {
    throw new MatchError({ code: 'PLUGIN_INVALID', message, ...(hint && { hint }) });
  };
  if (typeof plugin !== 'object' || (plugin as unknown) === null) invalid('a plugin must be an object');
  if (typeof plugin.name !== 'string' || plugin.name === '') invalid('a plugin must have a name');
  for (const key of Object.keys(plugin)) {
    if (pluginKeys.has(key)) continue;
    const suggestion = nearest(key, pluginKeys);
    invalid(
      `plugin ${plugin.name} has an unknown hook or field '${key}'`,
      suggestion ? `did you mean '${suggestion}'?` : `known: ${[...pluginKeys].join(', ')}`,
    );
  }
  for (const hook of hookNames) {
    const handler = plugin[hook];
    if (handler === undefined || typeof handler === 'function') continue;
    if (typeof handler !== 'object' || typeof handler.handler !== 'function') {
      invalid(`plugin ${plugin.name}: ${hook} must be a function or { handler }`);
    }
  }
  return plugin;
}
