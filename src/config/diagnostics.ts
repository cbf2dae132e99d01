import { MatchError } from '../diagnostics/diagnostic.ts';

/** `did you mean 'x'?`, or the list of what there is. */
function hintFor(suggestion: string | undefined, known: readonly string[]): string {
  return suggestion ? `did you mean '${suggestion}'?` : `known: ${known.join(', ')}`;
}

export const configMissing = (file: string): MatchError =>
  new MatchError({
    code: 'CONFIG_MISSING',
    message: 'there is no such configuration file',
    loc: { file },
    hint: 'check the path given with --config',
  });

export const configLoadFailed = (
  file: string,
  cause: unknown,
  place?: { line: number; column: number },
): MatchError =>
  new MatchError(
    {
      code: 'CONFIG_LOAD_FAILED',
      message: `the configuration could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      loc: { file, ...place },
    },
    { cause },
  );

export const configNoDefault = (file: string): MatchError =>
  new MatchError({
    code: 'CONFIG_NO_DEFAULT',
    message: 'the configuration file has no default export',
    loc: { file },
    hint: 'write `export default defineConfig({ … })`',
  });

export const configUnknownKey = (
  file: string | undefined,
  path: string,
  suggestion: string | undefined,
  known: readonly string[],
  notes: readonly string[],
): MatchError =>
  new MatchError({
    code: 'CONFIG_UNKNOWN_KEY',
    message: `the configuration has an unknown key '${path}'`,
    ...(file !== undefined && { loc: { file } }),
    notes,
    hint: hintFor(suggestion, known),
  });

export const configInvalid = (
  file: string | undefined,
  path: string,
  problem: string,
  hint?: string,
  notes: readonly string[] = [],
): MatchError =>
  new MatchError({
    code: 'CONFIG_INVALID',
    message: `${path ? `${path} in the configuration` : 'the configuration'} is not valid: ${problem}`,
    ...(file !== undefined && { loc: { file } }),
    notes,
    ...(hint !== undefined && { hint }),
  });

export const modelNameTaken = (name: string, first: string, second: string): MatchError =>
  new MatchError({
    code: 'CONFIG_NAME_TAKEN',
    message: `two models would both be called '${name}': ${first} and ${second}`,
    hint: 'give one of them a `name` in the configuration',
  });

export const targetNameTaken = (name: string): MatchError =>
  new MatchError({
    code: 'CONFIG_NAME_TAKEN',
    message: `two targets are called '${name}'`,
    hint: 'remove one, or give it another name',
  });

export const noModel = (configFile: string | undefined): MatchError =>
  new MatchError({
    code: 'CONFIG_NO_MODEL',
    message:
      configFile === undefined ? 'no model was named and there is no match.config.ts' : 'no model was named',
    ...(configFile !== undefined && { loc: { file: configFile } }),
    hint: 'name a model file on the command line, or list it under `models` in match.config.ts',
  });

export const targetUnknown = (
  name: string,
  suggestion: string | undefined,
  known: readonly string[],
): MatchError =>
  new MatchError({
    code: 'TARGET_UNKNOWN',
    message: `there is no target '${name}'`,
    hint: hintFor(suggestion, known),
  });
