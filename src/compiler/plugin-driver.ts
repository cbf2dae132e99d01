import { MatchError, type Diagnostic } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Bids } from '../mapping/candidates.ts';
import { createHooks, hookNames, type HookName, type Hooks, type ObjectHook } from './hooks.ts';
import { createPluginContext } from './plugin-context.ts';
import { checkPlugin, type Plugin } from './plugin.ts';

/** One handler ran: what the interceptor tells. */
export interface HandlerRun {
  readonly hook: HookName;
  readonly plugin: string;
  readonly milliseconds: number;
  /** What the handler returned; undefined when it passed on. */
  readonly result: unknown;
}

/** Listens to every handler of every hook: timing, progress, dumps and verification hang on it. */
export interface Observer {
  start?(hook: HookName, plugin: string): void;
  /** May throw: the error is then attributed to this plugin and hook. */
  end?(run: HandlerRun): void;
}

/** The place of a handler: `enforce` of the plugin outranks `order` of the hook. Kept private to this file. */
const stages = { pre: -1, normal: 0, post: 1 } as const;

/**
 * Registers plugins on the hooks and adds what tapable lacks: errors that name plugin and hook, refusal of
 * unknown and duplicate names, one interceptor.
 * @throws {MatchError} PLUGIN_DUPLICATE, PLUGIN_BEFORE_UNKNOWN, PLUGIN_INVALID
 */
export function registerPlugins(
  plugins: readonly Plugin[],
  report: (diagnostic: Diagnostic) => void,
  observers: readonly Observer[],
): Hooks {
  const hooks = createHooks();
  for (const name of hookNames) {
    hooks[name].intercept({
      name: 'match:driver',
      register: (tap: object) => ({ ...tap, fn: observed(name, tap as ObservedTap, observers) }) as never,
    });
  }
  const names = new Set<string>();
  for (const plugin of plugins) {
    checkPlugin(plugin);
    if (names.has(plugin.name)) {
      throw new MatchError({
        code: 'PLUGIN_DUPLICATE',
        message: `two plugins are named '${plugin.name}'`,
        plugin: plugin.name,
        hint: 'remove one, or give it another name',
      });
    }
    names.add(plugin.name);
  }
  for (const hook of hookNames) {
    const handlers = plugins.flatMap((plugin) => placedHandler(plugin, hook, names));
    // In the order of their stages, so that `before`, which outranks them, meets every plugin that it names.
    for (const handler of handlers.sort((a, b) => a.stage - b.stage))
      tapHandler(hooks, hook, handler, report);
    checkOrder(hooks, hook, handlers);
  }
  for (const plugin of plugins) {
    try {
      plugin.apply?.({ hooks });
    } catch (error) {
      throw attributed(error, plugin.name, 'apply');
    }
  }
  return hooks;
}

/** Plugins in the order in which each hook asks them. */
export function handlerOrder(hooks: Hooks): ReadonlyMap<HookName, readonly string[]> {
  return new Map(hookNames.map((name) => [name, hooks[name].taps.map((tap) => tap.name)]));
}

interface PlacedHandler {
  readonly plugin: Plugin;
  readonly stage: number;
  readonly before: readonly string[];
  readonly handler: (...args: unknown[]) => unknown;
}

function placedHandler(plugin: Plugin, hook: HookName, names: ReadonlySet<string>): PlacedHandler[] {
  const entry = plugin[hook] as ObjectHook<'importModel'> | undefined;
  if (entry === undefined) return [];
  const options = typeof entry === 'function' ? { handler: entry } : entry;
  const before = 'before' in options ? [options.before].flat() : [];
  for (const other of before) {
    if (names.has(other)) continue;
    const suggestion = nearest(other, names);
    throw new MatchError({
      code: 'PLUGIN_BEFORE_UNKNOWN',
      message: `plugin ${plugin.name} asks to run before '${other}', which is not a plugin of this build`,
      plugin: plugin.name,
      hook,
      hint: suggestion ? `did you mean '${suggestion}'?` : '`match inspect hooks` lists the plugins',
    });
  }
  const order = 'order' in options ? options.order : 'normal';
  return [
    {
      plugin,
      stage: 10 * stages[plugin.enforce ?? 'normal'] + stages[order],
      before,
      handler: options.handler as (...args: unknown[]) => unknown,
    },
  ];
}

function tapHandler(
  hooks: Hooks,
  name: HookName,
  { plugin, stage, before, handler }: PlacedHandler,
  report: (diagnostic: Diagnostic) => void,
): void {
  const bound = handler.bind(createPluginContext(plugin.name, name, report));
  const tap = { name: plugin.name, stage, ...(before.length > 0 && { before: before as string[] & string }) };
  const call = async (...args: unknown[]): Promise<unknown> => (await bound(...args)) ?? undefined;
  if (name === 'enumerate') {
    hooks.enumerate.tapPromise(tap, async (bids, ...args) => {
      const more = (await call(...args)) as Bids | undefined;
      if (more === undefined) return bids;
      // What is no Bids goes on as it is: the compiler checks what each plugin returned.
      if (![more.offers, more.refusals].every((list) => Array.isArray(list))) return more;
      return { offers: [...bids.offers, ...more.offers], refusals: [...bids.refusals, ...more.refusals] };
    });
  } else {
    (hooks[name] as { tapPromise(options: object, fn: typeof call): void }).tapPromise(tap, call);
  }
}

/** Two plugins that each ask to run before the other cannot both have it. */
function checkOrder(hooks: Hooks, hook: HookName, handlers: readonly PlacedHandler[]): void {
  const position = new Map(hooks[hook].taps.map((tap, i) => [tap.name, i]));
  for (const { plugin, before } of handlers) {
    for (const other of before) {
      if ((position.get(other) ?? Infinity) > (position.get(plugin.name) ?? 0)) continue;
      throw new MatchError({
        code: 'PLUGIN_ORDER',
        message: `plugin ${plugin.name} cannot run before '${other}', which must run earlier`,
        plugin: plugin.name,
        hook,
        hint: 'the two ask for opposite orders; drop one `before`',
      });
    }
  }
}

interface ObservedTap {
  readonly name: string;
  readonly type: 'sync' | 'async' | 'promise';
  readonly fn: (...args: never[]) => unknown;
}

/** Wraps a handler of any of tapable's three styles, so that raw taps are observed as well. */
function observed(
  hook: HookName,
  tap: ObservedTap,
  observers: readonly Observer[],
): (...args: unknown[]) => unknown {
  const fn = tap.fn as (...args: unknown[]) => unknown;
  const begin = (): number => {
    for (const observer of observers) observer.start?.(hook, tap.name);
    return performance.now();
  };
  const end = (started: number, result: unknown): unknown => {
    const run = { hook, plugin: tap.name, milliseconds: performance.now() - started, result };
    for (const observer of observers) observer.end?.(run);
    return result;
  };
  if (tap.type === 'async') {
    return (...args: unknown[]) => {
      const done = args.pop() as (error: unknown, result?: unknown) => void;
      const started = begin();
      fn(...args, (error: unknown, result?: unknown) => {
        if (error) return done(attributed(error, tap.name, hook));
        try {
          done(null, end(started, result));
        } catch (failure) {
          done(attributed(failure, tap.name, hook));
        }
      });
    };
  }
  if (tap.type === 'promise') {
    return async (...args: unknown[]) => {
      const started = begin();
      try {
        return end(started, await fn(...args));
      } catch (error) {
        throw attributed(error, tap.name, hook);
      }
    };
  }
  return (...args: unknown[]) => {
    const started = begin();
    try {
      return end(started, fn(...args));
    } catch (error) {
      throw attributed(error, tap.name, hook);
    }
  };
}

/** The error with the plugin and hook it came from. What is not a MatchError is the plugin's own failure. */
export function attributed(error: unknown, plugin: string, hook: string): MatchError {
  if (MatchError.is(error)) {
    const { severity: _, ...diagnostic } = error.diagnostic;
    if (diagnostic.plugin) return error;
    return new MatchError({ ...diagnostic, plugin, hook }, { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new MatchError(
    {
      code: 'PLUGIN_FAILED',
      message: `plugin ${plugin} failed: ${message}`,
      plugin,
      hook,
      hint: 'this is a fault of the plugin; MATCH_DEBUG=1 shows where it was thrown',
    },
    { cause: error },
  );
}
