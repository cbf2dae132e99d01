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
} from '../target/target.ts';
import type { Tile } from '../target/tiling.ts';

/** A region that a module could run. */
export interface Offer {
  readonly region: Region;
  readonly module: ExecutionModule;
  readonly pattern: ModulePattern;
}

/** How a kernel gets at an operand. */
export type OperandPlan =
  /** It works on the tensor itself, which lies whole in a memory that its module reaches. */
  | { readonly mode: 'resident' }
  /** Through tile buffers in the module's memory, filled from (or emptied to) where the tensor lies. */
  | { readonly mode: 'streamed'; readonly buffers: 1 | 2 };

/** One way to run an offer: Pareto-optimal in cycles, memory, layouts and where operands live. */
export interface Schedule {
  /** Largest extent of a tile per dimension; a dimension that is not named is whole. */
  readonly tile: Readonly<Record<string, number>>;
  /** The dimensions that are cut, outermost loop first. */
  readonly order: readonly string[];
  readonly inputs: readonly OperandPlan[];
  /** One per constant, or one for all where the pattern packs them. */
  readonly constants: readonly OperandPlan[];
  readonly outputs: readonly OperandPlan[];
  readonly layouts: LayoutChoice;
  /** Predicted cycles: compute, transfers and dispatch of this region alone. */
  readonly cycles: number;
  readonly scratch: readonly Scratch[];
  readonly overlaps: readonly Overlap[];
  /** Bytes of tile buffers and scratch, by memory level. */
  readonly bytes: Readonly<Record<string, number>>;
  /** How the tile search came to it; absent where nothing was searched. */
  readonly certificate?: SearchCertificate;
}

/** What an exact search can show for its answer. */
export interface SearchCertificate {
  /** Candidates in the declared space. */
  readonly space: number;
  /** Candidates whose cost was computed in full; the rest was excluded by bounds. */
  readonly evaluated: number;
  /** No candidate costs less, in cycles. Equal to the answer's cost. */
  readonly lowerBound: number;
}

/** What the cheapest schedule of an offer is asked for. */
export interface ScheduleRequest {
  readonly layouts: LayoutChoice;
  /** Inputs that lie in the module's memory already. */
  readonly residentInputs: readonly boolean[];
  readonly residentOutputs: readonly boolean[];
  /** Bytes of the module's memory that are free for tile buffers and scratch. */
  readonly bytes: number;
  /** The share of the region that is to be run: whole where it names no dimension. */
  readonly share: Tile;
  /**
   * Sizes of tiles: all that the granules allow, or, for a quick answer, the most even cut for each number of
   * tiles. All where it is absent.
   */
  readonly sizes?: 'all' | 'even';
}

/** The ways to run one offer. */
export interface OfferSchedules {
  /** Schedules with all of the module's memory at hand. */
  readonly schedules: readonly [Schedule, ...Schedule[]];
  /**
   * The cheapest schedule under a request; undefined where nothing fits. Absent where the module has no memory
   * of its own to manage. Answers are kept: equal requests are searched once.
   */
  readonly best?: (request: ScheduleRequest) => Schedule | undefined;
}

export interface Candidate extends Offer, OfferSchedules {}

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
