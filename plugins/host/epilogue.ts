import {
  cLiteral,
  cType,
  integerRange,
  isFloat,
  isOp,
  isWide,
  ops,
  type DataType,
  type Node,
  type Region,
  type Template,
} from 'match-compiler';
import { clipExpression } from './clip-expression.ts';
import type { Operand, Signature } from './operands.ts';
import { requantizeStatements } from './requantization.ts';

/** What a kernel does with an accumulator before it stores it. */
export interface Epilogue {
  readonly node: Node | undefined;
  /** Statements that store the variable `acc` to `target`; `channel` is the index for per-channel constants. */
  store(target: string, channel: string): string;
  readonly support: readonly Template[];
}

/** An accumulator in the variable `acc`. */
export interface Accumulator {
  readonly dtype: DataType;
  /** No value of it is larger in magnitude; what the type can hold when absent. */
  readonly bound?: number;
}

/**
 * The epilogue of a region whose root is a requantize or a clip behind `producer`, or is `producer` itself.
 * Declares its constants as parameters of the kernel.
 */
export function epilogueOf(
  region: Region,
  producer: Node,
  signature: Signature,
  out: Operand,
  acc: Accumulator,
): Epilogue {
  const { root } = region;
  if (root === producer) {
    return { node: undefined, store: (target) => `${target} = acc;`, support: [] };
  }
  if (isOp(root, ops.clip)) {
    return {
      node: root as Node,
      store: (target) => `${target} = ${clipExpression('acc', root.attributes, acc.dtype)};`,
      support: [],
    };
  }
  if (isOp(root, ops.requantize)) {
    return { node: root as Node, ...requantizeStatements(root, signature, out, acc) };
  }
  throw new TypeError(`${root.op.name} is no epilogue`);
}

/** The largest magnitude that an integer type holds. */
export function typeBound(dtype: DataType): number {
  const { min, max } = integerRange(dtype);
  return Math.max(-min, max);
}

/** The type in which a kernel sums up, and whether it must wrap explicitly because the sum may not fit. */
export function accumulatorType(
  dtype: DataType,
  bound: number,
): { readonly type: string; readonly wraps: boolean; readonly unsigned: string } {
  const unsigned = isWide(dtype) ? 'uint64_t' : 'uint32_t';
  return { type: cType(dtype), wraps: !isFloat(dtype) && bound > typeBound(dtype), unsigned };
}

/** `0` of a type. */
export function zeroOf(dtype: DataType): string {
  return isFloat(dtype) ? cLiteral(dtype, 0) : '0';
}
