import { isOp, ops, type Node, type Region, type Template } from 'match-compiler';
import type { Accumulator } from './accumulator.ts';
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
      node: root,
      store: (target) => `${target} = ${clipExpression('acc', root.attributes, acc.dtype)};`,
      support: [],
    };
  }
  if (isOp(root, ops.requantize)) {
    return { node: root, ...requantizeStatements(root, signature, out, acc) };
  }
  throw new TypeError(`${root.op.name} is no epilogue`);
}
