import type { Compilation } from '../compiler/compiler.ts';
import { locationOf } from '../diagnostics/diagnostic.ts';
import type { DataType } from '../ir/data-type.ts';
import { formatLayout } from '../ir/layout.ts';
import { mainNode, nodeMacs } from '../ir/work.ts';
import type { MemoryPlan } from '../memory/placed-program.ts';

/** One region of the mapping: what runs as one kernel call. */
export interface LayerRow {
  /** The model's own name of the node. */
  readonly node: string;
  readonly operators: readonly string[];
  readonly module: string;
  readonly kernel: string;
  readonly output: { readonly tensor: string; readonly dtype: DataType; readonly shape: readonly number[] };
  readonly layout: string;
  readonly macs: number;
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
  return mapping.regions.map(({ region, module, pattern, schedule }) => {
    const [output] = region.outputs;
    const buffer = output && program.bufferOf.get(output);
    if (!buffer) throw new TypeError(`region ${region.root.name} has no output in memory`);
    const offset = placed.offsets.get(buffer);
    const layout = schedule.layouts.outputs[0];
    return {
      node: locationOf(mainNode(region.nodes, region.root)).node ?? region.root.name,
      operators: region.nodes.map((node) => node.op.name),
      module: module.name,
      kernel: pattern.name,
      output: { tensor: output.name, dtype: output.type.dtype, shape: output.type.shape },
      layout: layout ? formatLayout(layout) : '',
      macs: region.nodes.reduce((sum, node) => sum + nodeMacs(node), 0),
      cycles: schedule.cycles,
      memory: buffer.memory,
      ...(offset !== undefined && { offset }),
      bytes: buffer.bytes,
    };
  });
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
