import type { Compilation } from '../compiler/compiler.ts';
import { locationOf } from '../diagnostics/diagnostic.ts';
import type { DataType } from '../ir/data-type.ts';
import { formatLayout } from '../ir/layout.ts';
import { mainNode, nodeMacs } from '../ir/work.ts';
import type { MappedRegion, Stage } from '../mapping/mapping.ts';
import type { MemoryPlan } from '../memory/placed-program.ts';
import { jobShare } from '../schedule/tiles.ts';
import type { Tile } from '../target/tiling.ts';

/** One region of the mapping, or the share of one that a module runs. */
export interface LayerRow {
  /** The model's own name of the node. */
  readonly node: string;
  readonly operators: readonly string[];
  readonly module: string;
  readonly kernel: string;
  readonly output: { readonly tensor: string; readonly dtype: DataType; readonly shape: readonly number[] };
  readonly layout: string;
  /** Of the share. */
  readonly macs: number;
  /** What runs side by side has the same number, from 0. */
  readonly stage: number;
  /** The part of the loop nest, where another module runs the rest. */
  readonly share?: Tile['ranges'];
  /** Predicted by the target's cost model. */
  readonly cycles: number;
  readonly memory: string;
  /** Byte offset of the output in the arena of `memory`; absent where the caller owns the buffer. */
  readonly offset?: number;
  /** Bytes of the output. */
  readonly bytes: number;
}

/** One memory level. */
export interface MemoryRow {
  readonly memory: string;
  readonly arenaBytes: number;
  readonly constantBytes: number;
  readonly lowerBoundBytes: number;
  readonly optimal: boolean;
  /** How the bound was proven. */
  readonly proof: string;
}

/** The regions in execution order. */
export function layerRows({ mapping, program, placed }: Compilation): LayerRow[] {
  return mapping.regions.map((mapped) => {
    const { region, module, pattern, schedule, share } = mapped;
    const [output] = region.outputs;
    const buffer = output && program.bufferOf.get(output);
    if (!buffer) throw new TypeError(`region ${region.root.name} has no output in memory`);
    const offset = placed.offsets.get(buffer);
    const layout = schedule.layouts.outputs[0];
    const at = mapping.stages.findIndex(({ regions }) => regions.includes(mapped));
    const stage = mapping.stages[at];
    const part = stage ? shareOf(mapped, stage) : 1;
    return {
      node: locationOf(mainNode(region.nodes, region.root)).node ?? region.root.name,
      operators: region.nodes.map((node) => node.op.name),
      module: module.name,
      kernel: pattern.name,
      output: { tensor: output.name, dtype: output.type.dtype, shape: output.type.shape },
      layout: layout ? formatLayout(layout) : '',
      macs: Math.round(region.nodes.reduce((sum, node) => sum + nodeMacs(node), 0) * part),
      stage: at,
      ...(Object.keys(share.ranges).length > 0 && { share: share.ranges }),
      cycles: schedule.cycles,
      memory: buffer.memory,
      ...(offset !== undefined && { offset }),
      bytes: buffer.bytes,
    };
  });
}

/** The part of a region's loop nest that its jobs compute, from 0 to 1. */
function shareOf(mapped: MappedRegion, { jobs }: Stage): number {
  return jobs.reduce((sum, job) => (job.region === mapped ? sum + jobShare(job) : sum), 0);
}

export function memoryRows({ placed }: Compilation): MemoryRow[] {
  return placed.plans.map(({ memory, arenaBytes, constantBytes, bound }: MemoryPlan) => ({
    memory,
    arenaBytes,
    constantBytes,
    lowerBoundBytes: bound.lowerBound,
    optimal: bound.optimal,
    proof: bound.proof,
  }));
}
