import * as v from 'valibot';
import type { Plugin } from '../compiler/plugin.ts';
import { checkPlugin } from '../compiler/plugin.ts';
import { MatchError } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { configInvalid, configUnknownKey } from './diagnostics.ts';
import { configSchema, knownKeys } from './schema.ts';
import type { UserConfig } from './user-config.ts';

/** A configuration whose every field is checked and whose plugins are one flat list. */
export interface ValidConfig extends Omit<UserConfig, 'plugins'> {
  readonly plugins: readonly Plugin[];
}

/**
 * Checks what a configuration file exports.
 * @param file named in the errors; absent for a configuration that was given to the programmatic API
 * @throws {MatchError} CONFIG_UNKNOWN_KEY, CONFIG_INVALID, PLUGIN_INVALID
 */
export function validateConfig(config: unknown, file: string | undefined): ValidConfig {
  const result = v.safeParse(configSchema, config);
  if (!result.success) throw configError(result.issues, file);
  const { plugins, targets, ...rest } = result.output;
  return {
    ...(withoutUndefined(rest) as Omit<UserConfig, 'plugins' | 'targets'>),
    ...(targets && { targets: targets.map((target, i) => checkTarget(target, i, file)) }),
    plugins: flattenPlugins(plugins ?? [], 'plugins', file),
  };
}

type Issue = v.InferIssue<typeof configSchema>;

function configError(issues: readonly [Issue, ...Issue[]], file: string | undefined): MatchError {
  const [first, ...others] = issues;
  const notes = others.map((issue) => `${pathOf(issue)}: ${problemOf(issue)}`);
  const keys = first.path?.map((item) => item.key as PropertyKey) ?? [];
  if (isUnknownKey(first)) {
    const known = knownKeys(keys.slice(0, -1));
    return configUnknownKey(file, pathOf(first), nearest(String(keys.at(-1)), known), known, notes);
  }
  const choices = first.type === 'picklist' ? choicesOf(first) : [];
  const suggestion = typeof first.input === 'string' ? nearest(first.input, choices) : undefined;
  const hint = suggestion && `did you mean '${suggestion}'?`;
  return configInvalid(file, pathOf(first), problemOf(first), hint, notes);
}

function isUnknownKey(issue: Issue): boolean {
  return issue.type === 'strict_object' && issue.path?.at(-1)?.origin === 'key' && issue.expected === 'never';
}

/** valibot lists the choices as `("a" | "b")`. */
function choicesOf(issue: Issue): readonly string[] {
  return [...(issue.expected ?? '').matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '');
}

function problemOf(issue: Issue): string {
  if (isUnknownKey(issue)) return 'unknown key';
  if (issue.type === 'strict_object' && issue.path?.at(-1)?.origin === 'key') return 'missing';
  return issue.message.replace(/^Invalid \w+: /, '').replace(/^E/, 'e');
}

/** `models[0].rounding` */
function pathOf(issue: Issue): string {
  let text = '';
  for (const { key } of issue.path ?? []) {
    text += typeof key === 'number' ? `[${key}]` : `${text ? '.' : ''}${String(key)}`;
  }
  return text;
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutUndefined(item)]),
  );
}

function flattenPlugins(entries: readonly unknown[], path: string, file: string | undefined): Plugin[] {
  return entries.flatMap((entry, i) => {
    const at = `${path}[${i}]`;
    if (!entry) return [];
    if (Array.isArray(entry)) return flattenPlugins(entry, at, file);
    return [checkEntry(entry, at, file)];
  });
}

function checkTarget(target: unknown, index: number, file: string | undefined): string | Plugin {
  const at = `targets[${index}]`;
  if (typeof target === 'string') return target;
  const plugin = checkEntry(target, at, file);
  if (!plugin.target) {
    throw configInvalid(file, at, `plugin ${plugin.name} is not a target bundle`, 'list it under `plugins`');
  }
  return plugin;
}

function checkEntry(entry: unknown, path: string, file: string | undefined): Plugin {
  if (typeof entry === 'function') {
    const name = entry.name && entry.name !== 'default' ? entry.name : 'plugin';
    throw configInvalid(file, path, 'it is a function, not a plugin', `call it: ${name}()`);
  }
  if (entry instanceof Promise) {
    throw configInvalid(
      file,
      path,
      'it is a promise, not a plugin',
      'await it in an async configuration function',
    );
  }
  try {
    return checkPlugin(entry as Plugin);
  } catch (error) {
    if (!MatchError.is(error)) throw error;
    const { severity: _, ...diagnostic } = error.diagnostic;
    throw new MatchError({
      ...diagnostic,
      message: `${path}: ${diagnostic.message}`,
      ...(file && { loc: { file } }),
    });
  }
}
