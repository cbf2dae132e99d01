import type { Graph, Numerics, Rounding, Target } from 'match-compiler';

/** One graph and what a pass must do to it; the text before and after lies beside it in `expected/`. */
export interface TransformCase {
  readonly graph: Graph;
  /** Given to the plugin's factory. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly rounding?: Rounding;
  readonly numerics?: Numerics;
  /** What the pass is told about the target. */
  readonly target?: Partial<Target>;
  /** Largest absolute difference allowed per output; exact where absent. */
  readonly tolerance?: readonly number[];
  /** The pass must leave the graph alone. */
  readonly refused?: true;
}
