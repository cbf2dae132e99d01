import type { Graph, Value } from '../ir/graph.ts';
import type { Layout } from '../ir/layout.ts';
import type { Target } from '../target/target.ts';
import type { Tile } from '../target/tiling.ts';
import type { Offer, Schedule } from './candidates.ts';

/**
 * A region, or a share of one, with the module and the schedule that were chosen for it. A region that several
 * modules share appears once per module, each time with the same `region` and its own share.
 */
export interface MappedRegion extends Offer {
  readonly id: number;
  readonly schedule: Schedule;
  /** The part of the loop nest that this module computes: whole where it names no dimension. */
  readonly share: Tile;
}

/** One kernel call of a stage. */
export interface StageJob {
  readonly region: MappedRegion;
  readonly tile: Tile;
}

/**
 * Regions that run side by side: those of several modules overlap in time. A stage ends when all its jobs are
 * done; transfers of the next stage's operands may run before.
 */
export interface Stage {
  readonly regions: readonly MappedRegion[];
  /**
   * Calls in the order in which they are handed over. A call waits for whatever it depends on through the
   * bytes that it touches; nothing else holds it back.
   */
  readonly jobs: readonly StageJob[];
  /** First tiles of this stage's streamed operands are fetched while the stage before computes. */
  readonly prefetch: boolean;
  /** Predicted cycles from the end of the stage before to the end of this one. */
  readonly cycles: number;
}

/**
 * Every node of the graph in exactly one region or, where a node only renames memory, in none: those
 * outputs are listed in `views`. `layout_transform` nodes are part of the graph by now.
 */
export interface Mapping {
  readonly graph: Graph;
  readonly target: Target;
  /** In execution order. */
  readonly regions: readonly MappedRegion[];
  /** The regions again, grouped by what runs side by side. */
  readonly stages: readonly Stage[];
  /** Memory level of every activation that is not at the target's home for activations. */
  readonly places: ReadonlyMap<Value, string>;
  /** Layout of every value that a region or the user reads or writes. */
  readonly layouts: ReadonlyMap<Value, Layout>;
  /** Values that are another value's memory under a new name. */
  readonly views: ReadonlyMap<Value, Value>;
  /** Sum that the selection minimised. */
  readonly predictedCycles: number;
  /** No selection among these candidates costs less. */
  readonly lowerBoundCycles: number;
}
