import type { Graph, Value } from '../ir/graph.ts';
import type { Layout } from '../ir/layout.ts';
import type { Target } from '../target/target.ts';
import type { Offer, Schedule } from './candidates.ts';

/** A region with the module and the schedule that were chosen for it. */
export interface MappedRegion extends Offer {
  readonly id: number;
  readonly schedule: Schedule;
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
  /** Layout of every value that a region or the user reads or writes. */
  readonly layouts: ReadonlyMap<Value, Layout>;
  /** Values that are another value's memory under a new name. */
  readonly views: ReadonlyMap<Value, Value>;
  /** Sum that the selection minimised. */
  readonly predictedCycles: number;
  /** No selection among these candidates costs less. */
  readonly lowerBoundCycles: number;
}
