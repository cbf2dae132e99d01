import type { ModelConfig, UserConfig, UserConfigExport } from './user-config.ts';

/** `unknown` (no further demand) where `Shape` has every key of `C`; else a demand that names the keys. */
type KnownKeys<C, Shape> = [Exclude<keyof C, keyof Shape>] extends [never]
  ? unknown
  : { readonly 'unknown key': Exclude<keyof C, keyof Shape> };

type KnownModelKeys<M> = M extends string ? never : Exclude<keyof M, keyof ModelConfig>;

/**
 * What a function returns, and what is inside an inferred object, escapes the type checker's own test for
 * unknown keys: this says it for every level at which a key could be misspelt.
 */
type ExactConfig<C> = KnownKeys<C, UserConfig> &
  (C extends { readonly io: infer I } ? KnownKeys<I, NonNullable<UserConfig['io']>> : unknown) &
  (C extends { readonly models: readonly (infer M)[] }
    ? [KnownModelKeys<M>] extends [never]
      ? unknown
      : { readonly 'unknown key in models': KnownModelKeys<M> }
    : unknown);

/**
 * Declares the configuration of a project, with completion and type checks; a misspelt key does not compile.
 *
 * @example
 * export default defineConfig({ models: ['model.tflite'], targets: ['host'] });
 * @example
 * export default defineConfig(({ command }) => ({ models: ['model.tflite'], verifyEach: command === 'run' }));
 */
export function defineConfig<const C extends UserConfigExport>(
  config: C & (C extends (...args: never[]) => infer R ? ExactConfig<Awaited<R>> : ExactConfig<C>),
): C {
  return config;
}
