import {
  runtimeNames,
  type BundleFile,
  type Instruction,
  type MappedRegion,
  type Program,
  type RuntimeNames,
  type Target,
} from 'match-compiler';

/** What a network with engines beside the controller has in common with its platform. */
export interface NetworkRuntime {
  /** The platform's own files. */
  readonly files: readonly BundleFile[];
  readonly names: RuntimeNames;
  /** Number of every token of the program. */
  readonly tokens: ReadonlyMap<string, number>;
  /** The regions that the program runs, in the order of the mapping; their positions are the layers' numbers. */
  readonly layers: readonly MappedRegion[];
}

/** The runtime of the target's first platform that has one; undefined where the controller does everything. */
export function networkRuntime(program: Program, target: Target): NetworkRuntime | undefined {
  const platform = Object.values(target.platforms).find(({ runtime }) => runtime !== undefined);
  if (!platform?.runtime) return undefined;
  const tokens = new Map<string, number>();
  const walk = (body: readonly Instruction[]): void => {
    for (const instruction of body) {
      if (instruction.kind === 'loop') walk(instruction.body);
      else if (instruction.kind !== 'call' && !tokens.has(instruction.token)) {
        tokens.set(instruction.token, tokens.size);
      }
    }
  };
  walk(program.body);
  return {
    files: platform.runtime(target),
    names: runtimeNames(target),
    tokens,
    layers: program.mapping.regions,
  };
}

/** Macro of a module's engine. Modules come before channels, which may be named alike. */
export function engineMacro({ names }: NetworkRuntime, module: string): string {
  const engine = names.engines.find(({ name }) => name === module);
  if (!engine) throw new RangeError(`the target has no engine ${module}`);
  return engine.macro;
}
