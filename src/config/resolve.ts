import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import type { ImportOptions, Numerics, Rounding } from '../compiler/options.ts';
import type { Plugin } from '../compiler/plugin.ts';
import type { IoPlacement } from '../memory/placed-program.ts';
import { modelNameTaken, noModel, targetNameTaken } from './diagnostics.ts';
import type { ModelConfig } from './user-config.ts';
import type { ValidConfig } from './validate.ts';

export interface ResolvedModel {
  /** As the user named it. */
  readonly file: string;
  /** Absolute. */
  readonly path: string;
  /** A C identifier. */
  readonly name: string;
  readonly options: ImportOptions;
}

/** One model for one target, with the folder that its files go to. */
export interface BuildPair<T = Plugin> {
  readonly model: ResolvedModel;
  readonly target: T;
  /** Absolute. */
  readonly outDir: string;
}

/** A configuration with every default filled in and every choice of the command line applied. */
export interface ResolvedConfig<T = Plugin> {
  /** Absolute path of the file that it came from. */
  readonly file?: string;
  /** Folder that its relative paths start from. */
  readonly root: string;
  readonly models: readonly ResolvedModel[];
  readonly targets: readonly T[];
  readonly pairs: readonly BuildPair<T>[];
  readonly plugins: readonly Plugin[];
  readonly numerics: Numerics;
  readonly io: { readonly inputs: IoPlacement; readonly outputs: IoPlacement };
  readonly verifyEach: boolean;
  readonly selfCheck: boolean;
  readonly lineDirectives: boolean;
}

/** What the command line or a caller sets; outranks the configuration. */
export interface Overrides {
  /** A model's name in the configuration, or a file relative to the working folder. */
  readonly model?: string;
  readonly target?: string;
  /** Relative to the working folder. */
  readonly outDir?: string;
  readonly rounding?: Rounding;
  readonly numerics?: Numerics;
  /** Added to what the configuration binds of every model. */
  readonly bind?: ImportOptions['bind'];
  readonly verifyEach?: boolean;
  /** No model is fine: what is asked for concerns targets and plugins alone. */
  readonly withoutModel?: boolean;
}

/** Folder that builds go to when nobody says otherwise. */
export const defaultOutDir = 'match-out';

export interface ConfigSource {
  readonly file?: string;
  readonly config: ValidConfig;
  readonly cwd: string;
}

/**
 * @param targetOf finds the bundle of a name
 * @throws {MatchError} CONFIG_NO_MODEL, CONFIG_NAME_TAKEN and what `targetOf` throws
 */
export function resolveSettings<T extends { readonly name: string }>(
  { file, config, cwd }: ConfigSource,
  overrides: Overrides,
  targetOf: (target: string | Plugin, configured: readonly (string | Plugin)[]) => T,
): ResolvedConfig<T> {
  const root = file === undefined ? cwd : dirname(file);
  const configured = (config.models ?? []).map((entry) => resolveModel(entry, root, config, overrides));
  const models = selectModels(configured, cwd, config, overrides);
  if (models.length === 0 && !overrides.withoutModel) throw noModel(file);
  const known = config.targets ?? ['host'];
  const targets = (overrides.target === undefined ? known : [overrides.target]).map((target) =>
    targetOf(target, known),
  );
  const twin = targets.find((target, i) => targets.findIndex(({ name }) => name === target.name) !== i);
  if (twin) throw targetNameTaken(twin.name);
  // A folder per pair where the project has several, even when only one of them is asked for now.
  const several = models.every((model) => configured.includes(model))
    ? configured.length * Math.max(known.length, targets.length) > 1
    : models.length * targets.length > 1;
  const explicit = overrides.outDir !== undefined;
  const outDir = explicit ? resolve(cwd, overrides.outDir) : resolve(root, config.outDir ?? defaultOutDir);
  const nested = explicit ? models.length * targets.length > 1 : several;
  const pairs = models.flatMap((model) =>
    targets.map((target) => ({
      model,
      target,
      outDir: nested ? join(outDir, model.name, target.name) : outDir,
    })),
  );
  return {
    ...(file !== undefined && { file }),
    root,
    models,
    targets,
    pairs,
    plugins: config.plugins,
    numerics: overrides.numerics ?? config.numerics ?? 'exact',
    io: { inputs: config.io?.inputs ?? 'arena', outputs: config.io?.outputs ?? 'arena' },
    verifyEach: overrides.verifyEach ?? config.verifyEach ?? false,
    selfCheck: config.selfCheck ?? true,
    lineDirectives: config.lineDirectives ?? false,
  };
}

function selectModels(
  configured: readonly ResolvedModel[],
  cwd: string,
  config: ValidConfig,
  overrides: Overrides,
): readonly ResolvedModel[] {
  const wanted = overrides.model;
  if (wanted === undefined) {
    const names = new Map<string, ResolvedModel>();
    for (const model of configured) {
      // Folders of two names that differ in case alone are one folder on some systems.
      const twin = names.get(model.name.toLowerCase());
      if (twin) throw modelNameTaken(model.name, twin.file, model.file);
      names.set(model.name.toLowerCase(), model);
    }
    return configured;
  }
  const path = resolve(cwd, wanted);
  const known =
    configured.find((model) => model.name === wanted) ?? configured.find((model) => model.path === path);
  return [known ?? resolveModel(wanted, cwd, config, overrides)];
}

function resolveModel(
  entry: string | ModelConfig,
  root: string,
  config: ValidConfig,
  overrides: Overrides,
): ResolvedModel {
  const { file, name, ...settings } = typeof entry === 'string' ? { file: entry } : entry;
  const rounding = overrides.rounding ?? settings.rounding ?? config.rounding;
  return {
    file,
    path: isAbsolute(file) ? file : resolve(root, file),
    name: name ?? identifierFrom(basename(file, extname(file))),
    options: {
      ...settings,
      ...(rounding && { rounding }),
      ...(overrides.bind && { bind: { ...settings.bind, ...overrides.bind } }),
    },
  };
}

/** Words that a C compiler (C99 to C23, C++ for the header) keeps for itself. */
const reserved = new Set(
  `alignas alignof asm auto bool break case catch char class const constexpr continue default delete do double
  else enum extern false float for friend goto if inline int long main mutable namespace new nullptr operator
  private protected public register restrict return short signed sizeof static struct switch template this
  throw true try typedef typeid typename typeof union unsigned using virtual void volatile while`.split(
    /\s+/,
  ),
);

/** A C identifier that resembles the text: `resnet-8.v2` becomes `resnet_8_v2`. */
export function identifierFrom(text: string): string {
  const name = text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60);
  if (name === '') return 'model';
  return /^[0-9]/.test(name) || reserved.has(name) ? `m_${name}` : name;
}
