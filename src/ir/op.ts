import type { TensorData } from './data-type.ts';
import type { Tensor, TensorType } from './tensor.ts';

export type AttributeValue = number | string | boolean | readonly number[] | readonly string[];

/** Attributes of a node: plain data, printed in the text form. */
export type Attributes = { readonly [name: string]: AttributeValue | undefined };

/**
 * An operator: its type rule, its meaning, its cost in multiply-accumulates. `evaluate` is the
 * specification: emitted C must give the same elements (float operators: within `tolerance`).
 */
export interface OpDefinition<A extends Attributes = Attributes> {
  readonly name: string;
  /** One sentence, shown in the operator table. */
  readonly summary: string;
  /**
   * Output types for the given input types.
   * @throws {ShapeError} when the inputs do not fit the operator or each other
   */
  infer(inputs: readonly TensorType[], attributes: A): readonly TensorType[];
  /** Output data, each freshly allocated by the caller's rule: row-major, of the inferred types. */
  evaluate(inputs: readonly Tensor[], attributes: A, outputs: readonly TensorType[]): readonly TensorData[];
  /** Multiply-accumulates of one evaluation; 0 when absent. */
  macs?(inputs: readonly TensorType[], outputs: readonly TensorType[], attributes: A): number;
  /** Output element i depends on the elements at i alone (after broadcasting): may run in place. */
  readonly elementwise?: boolean;
  /** The output has the bytes of input 0 in row-major order (reshape and kin). */
  readonly view?: boolean;
  /** Calls the C library's float functions: results may differ from `evaluate` in the last place. */
  readonly inexact?: boolean;
}

/** Declares an operator; the attribute type is what `is()` and the builder check against. */
export function defineOp<A extends Attributes>(definition: OpDefinition<A>): OpDefinition<A> {
  return Object.freeze(definition);
}

/** Inputs that do not fit an operator. Importers and the verifier add the node to it. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}
