import {
  alongAxis,
  elementBytes,
  isInteger,
  isOp,
  ops,
  type Node,
  type Rewriter,
  type Value,
} from 'match-compiler';
import { keepsValues } from './casts.ts';

/** One step of the arithmetic after an accumulator; numbers are one per tensor or one per channel. */
export type Step =
  | { readonly kind: 'mul' | 'add'; readonly node: Node; readonly numbers: readonly number[] }
  | {
      readonly kind: 'div';
      readonly node: Node;
      readonly divisor: number;
      readonly rounding: 'floor' | 'truncate';
    }
  | { readonly kind: 'clip'; readonly node: Node; readonly min: number; readonly max: number }
  | { readonly kind: 'cast'; readonly node: Node; /** Has values to limit. */ readonly saturate: boolean };

/** Steps from the accumulator down to the last node, and the axis of their channels. */
export interface Chain {
  readonly axis: number;
  readonly steps: readonly Step[];
}

/** More steps than any tool writes; keeps the search linear on hostile nets. */
const mostSteps = 16;

/**
 * The longest run of steps that ends in `last`, in the order that a requantization has: scaling, then one
 * division, then limits. Everything in it but the last node has one reader.
 */
export function chainEndingIn(last: Node, rewriter: Rewriter): Chain | undefined {
  const rank = last.outputs[0]?.type.shape.length ?? 0;
  const axes = rank > 2 ? [1, rank - 1] : [Math.min(1, Math.max(0, rank - 1))];
  const chains = axes.map((axis) => ({ axis, steps: stepsAlong(last, axis, rewriter) }));
  return chains.reduce((best, chain) => (chain.steps.length > best.steps.length ? chain : best));
}

function stepsAlong(last: Node, axis: number, rewriter: Rewriter): readonly Step[] {
  const steps: Step[] = [];
  let scaling = false;
  let divided = false;
  for (let node: Node | undefined = last; node && steps.length < mostSteps;) {
    const step = stepOf(node, axis, rewriter);
    if (!step) break;
    if (step.kind === 'clip' && scaling) break;
    if (step.kind === 'div' && scaling) break;
    // The result of the chain is the narrow tensor, not a copy of it that is wider again.
    if (step.kind === 'cast' && !scaling && isWidening(node)) break;
    divided ||= step.kind === 'div';
    scaling ||= divided || step.kind === 'mul' || step.kind === 'add';
    // A cast above the scaling that changes values is where the accumulator of this chain begins.
    if (step.kind === 'cast' && step.saturate && scaling) break;
    steps.unshift(step);
    const source: Value | undefined = operandOf(node);
    if (!source || !rewriter.hasSingleUse(source)) break;
    node = rewriter.producer(source);
  }
  return steps;
}

function isWidening(cast: Node): boolean {
  const [input] = cast.inputs;
  const [output] = cast.outputs;
  return !!input && !!output && elementBytes(input.type.dtype) === 1 && elementBytes(output.type.dtype) > 1;
}

/** The operand that is no constant. */
export function operandOf(node: Node): Value | undefined {
  const [first, second] = node.inputs;
  return first?.constant && second ? second : first;
}

function stepOf(node: Node, axis: number, rewriter: Rewriter): Step | undefined {
  const [output] = node.outputs;
  const operand = operandOf(node);
  if (!output || !operand || !isInteger(output.type.dtype) || !isInteger(operand.type.dtype))
    return undefined;
  if (isOp(node, ops.clip)) return { kind: 'clip', node, ...node.attributes };
  if (isOp(node, ops.cast)) {
    return { kind: 'cast', node, saturate: node.attributes.saturate && !keepsValues(node, rewriter) };
  }
  // A constant that widens the operand repeats elements, which a requantization cannot.
  if (!operand.type.shape.every((extent, i) => extent === output.type.shape[i])) return undefined;
  if (operand.type.shape.length !== output.type.shape.length) return undefined;
  const [first, second] = node.inputs;
  const numbers = alongAxis(operand === first ? second : first, output.type.shape, axis);
  if (!numbers) return undefined;
  if (isOp(node, ops.mul)) return { kind: 'mul', node, numbers };
  if (isOp(node, ops.add)) return { kind: 'add', node, numbers };
  if (isOp(node, ops.sub) && operand === first) return { kind: 'add', node, numbers: numbers.map((n) => -n) };
  const [divisor = 0] = numbers;
  if (isOp(node, ops.div) && operand === first && divisor > 0 && numbers.every((n) => n === divisor)) {
    return { kind: 'div', node, divisor, rounding: node.attributes.rounding ?? 'truncate' };
  }
  return undefined;
}
