import type { ExecutionModule, Link, MemoryLevel, ModulePattern, Target } from 'match-compiler';

/** Cycles of MATCH's runtime, of which its cost models are made and which its generated code takes. */
export const matchRuntime = {
  /** Per transfer: 550 of the DMA's software interface, 370 of MATCH's own set-up. */
  transfer: 920,
  /** Per tile: 300 of the iteration, 200 of its execution model. */
  tile: 500,
} as const;

/** What MATCH's formulas count per transfer and per tile. */
export interface RuntimeCosts {
  readonly transfer: number;
  readonly tile: number;
}

/** The same two figures of a target as it is, for one of its modules. */
export function runtimeCostsOf(target: Target, module: ExecutionModule): RuntimeCosts {
  const link = linkOf(target, module);
  return {
    transfer: (link?.enqueueCycles ?? 0) + (link?.startCycles ?? 0),
    tile: module.dispatchCycles,
  };
}

/** The two figures of MATCH's runtime for one of a target's modules. */
export function matchRuntimeOf(target: Target, module: ExecutionModule): RuntimeCosts {
  const ownTransfers = paysPerChunk(target, module);
  return { ...matchRuntime, transfer: ownTransfers ? 0 : matchRuntime.transfer };
}

/** MATCH's model of DIANA's transfers has cycles per contiguous chunk, and no others beside the bytes. */
function paysPerChunk(target: Target, module: ExecutionModule): boolean {
  const link = linkOf(target, module);
  return link !== undefined && link.rowCycles > 0 && link.burstBytes === undefined;
}

function linkOf({ homes, memories }: Target, { operands }: ExecutionModule): Link | undefined {
  return memories[homes.activations]?.links.find(({ to }) => to === operands.activations);
}

/**
 * The target with the costs of MATCH's runtime: 920 cycles of the controller per transfer between the home of
 * activations and a module's memory, unless transfers are paid by contiguous chunks, and 500 per tile handed to a
 * module with a memory of its own. All else stays.
 */
export function withMatchRuntime(target: Target): Target {
  const { homes } = target;
  const near = new Set(
    target.modules
      .filter((module) => isNear(module, target) && !paysPerChunk(target, module))
      .map(nearMemory),
  );
  const relink = (name: string, level: MemoryLevel): MemoryLevel => ({
    ...level,
    links: level.links.map((link): Link => {
      const between =
        (name === homes.activations && near.has(link.to)) ||
        (near.has(name) && link.to === homes.activations);
      return between ? { ...link, enqueueCycles: matchRuntime.transfer, startCycles: 0 } : link;
    }),
  });
  return {
    ...target,
    name: `${target.name}-match-runtime`,
    memories: Object.fromEntries(
      Object.entries(target.memories).map(([name, level]) => [name, relink(name, level)]),
    ),
    modules: target.modules.map((module) =>
      isNear(module, target)
        ? { ...module, dispatchCycles: matchRuntime.tile, patterns: module.patterns.map(withoutOwnDispatch) }
        : module,
    ),
  };
}

function withoutOwnDispatch(pattern: ModulePattern): ModulePattern {
  return pattern.dispatchCycles ? { ...pattern, dispatchCycles: () => matchRuntime.tile } : pattern;
}

const nearMemory = ({ operands }: ExecutionModule): string => operands.activations;

/** Has the module a memory of its own? */
export function isNear(module: ExecutionModule, { homes }: Target): boolean {
  return module.operands.activations !== homes.activations;
}
