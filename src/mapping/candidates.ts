import type { Graph, Node } from '../ir/graph.ts';
import type { Refusal } from '../ir/pattern.ts';
import type {
  ExecutionModule,
  LayoutChoice,
  ModulePattern,
  Overlap,
  Region,
  Scratch,
  Target,
  Tile,
} from '../target/target.ts';

/** A region that a module could run. */
export interface Offer {
  readonly region: Region;
  readonly module: ExecutionModule;
  readonly pattern: ModulePattern;
}

/** One way to run an offer: Pareto-optimal in cycles, memory and layouts. */
export interface Schedule {
  readonly tile: Tile;
  readonly layouts: LayoutChoice;
  /** Predicted cycles: compute, transfers and dispatch of this region alone. */
  readonly cycles: number;
  readonly scratch: readonly Scratch[];
  readonly overlaps: readonly Overlap[];
}

export interface Candidate extends Offer {
  readonly schedules: readonly [Schedule, ...Schedule[]];
}

/** Why a module does not run a node. */
export interface ModuleRefusal extends Refusal {
  readonly module: string;
  readonly pattern: string;
  /** The node that the pattern was tried on. */
  readonly root: Node;
}

/** What the modules bid for a graph. */
export interface Bids {
  readonly offers: readonly Offer[];
  readonly refusals: readonly ModuleRefusal[];
}

/** Everything that could run anywhere, with its cost. */
export interface Candidates {
  readonly graph: Graph;
  readonly target: Target;
  readonly candidates: readonly Candidate[];
  readonly refusals: readonly ModuleRefusal[];
}
