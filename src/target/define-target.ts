import { MatchError } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Exact } from '../compiler/plugin.ts';
import type { ExecutionModule, MemoryLevel, Target } from './target.ts';

/** A target whose memory names are checked against the keys of `memories`. */
type Declared<M extends string> = Omit<Target, 'memories' | 'homes' | 'modules'> & {
  readonly memories: Readonly<
    Record<M, Omit<MemoryLevel, 'links'> & { readonly links: readonly LinkTo<NoInfer<M>>[] }>
  >;
  readonly homes: {
    readonly activations: NoInfer<M>;
    readonly constants: NoInfer<M>;
    readonly overflow?: NoInfer<M>;
  };
  readonly modules: readonly (Omit<ExecutionModule, 'operands'> & {
    readonly operands: { readonly activations: NoInfer<M>; readonly constants: NoInfer<M> };
  })[];
};

type LinkTo<M extends string> = Omit<MemoryLevel['links'][number], 'to'> & { readonly to: M };

/**
 * Declares a target. Names of memory levels are checked by the type checker, the rest when it is made.
 * @throws {MatchError} TARGET_INVALID naming the field and what is wrong with it
 */
export function defineTarget<const M extends string, const T extends Declared<M>>(
  target: Exact<T, Target> & Declared<M>,
): Target {
  const checked = target as unknown as Target;
  const invalid = (message: string, hint?: string): never => {
    throw new MatchError({
      code: 'TARGET_INVALID',
      message: `target ${checked.name}: ${message}`,
      ...(hint && { hint }),
    });
  };
  const levels = Object.keys(checked.memories);
  const level = (name: string, field: string): void => {
    if (levels.includes(name)) return;
    const suggestion = nearest(name, levels);
    invalid(
      `${field} names the memory '${name}', which it has not`,
      suggestion && `did you mean '${suggestion}'?`,
    );
  };
  if (!/^[a-z][a-z0-9-]*$/.test(checked.name))
    invalid('the name must be lower case letters, digits and dashes');
  for (const [name, memory] of Object.entries(checked.memories)) {
    if (!(memory.bytes > 0)) invalid(`memory ${name} has ${memory.bytes} bytes`);
    if (!Number.isInteger(Math.log2(memory.alignment)))
      invalid(`memory ${name} is aligned to ${memory.alignment} bytes`);
    for (const link of memory.links) {
      level(link.to, `a link of ${name}`);
      if (!(link.bytesPerCycle > 0))
        invalid(`the link from ${name} to ${link.to} moves ${link.bytesPerCycle} bytes per cycle`);
    }
  }
  level(checked.homes.activations, 'homes.activations');
  level(checked.homes.constants, 'homes.constants');
  if (checked.homes.overflow !== undefined) level(checked.homes.overflow, 'homes.overflow');
  if (checked.memories[checked.homes.activations]?.access !== 'read-write')
    invalid('activations need a read-write memory');
  const modules = new Set<string>();
  for (const module of checked.modules) {
    if (modules.has(module.name)) invalid(`two modules are named ${module.name}`);
    modules.add(module.name);
    level(module.operands.activations, `module ${module.name}, operands.activations`);
    level(module.operands.constants, `module ${module.name}, operands.constants`);
    const patterns = new Set<string>();
    for (const { name } of module.patterns) {
      if (patterns.has(name)) invalid(`module ${module.name} has two patterns named ${name}`);
      patterns.add(name);
    }
  }
  if (!Object.hasOwn(checked.platforms, 'sim')) invalid('it has no platform `sim`, which runs on the host');
  return Object.freeze(checked);
}
