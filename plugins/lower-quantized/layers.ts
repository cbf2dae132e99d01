import { isOp, numbersAlongAxis, ops, type Node, type Rewriter, type Value } from 'match-compiler';
import { accumulationOf, entry, type Accumulation } from './accumulation.ts';
import { finish, isExpressible, type Lowering } from './lowering.ts';
import { realConstant } from './real-constant.ts';

/** A layer, or an integer accumulator that is scaled in floats, with the constants added to it. */
export function lowerLayer(lowering: Lowering): boolean {
  const { rewriter, tail } = lowering;
  const { source, added, nodes } = withoutAdditions(tail.source, rewriter);
  const accumulation = rewriter.hasSingleUse(source) ? accumulationOf(source, rewriter) : undefined;
  if (!accumulation) return false;
  const { scales, axis, operator } = accumulation;
  const scaling = { inputScale: 1, weightScales: scales, axis, operator } as const;
  if (!isExpressible(scaling, tail)) return false;
  const offsets = offsetsOf(added, source, accumulation, rewriter);
  const acc = offsets && accumulation.build(offsets, nodes);
  if (!acc) return false;
  finish(lowering, acc, scaling);
  return true;
}

/** Goes up through additions of constants. */
function withoutAdditions(
  value: Value,
  rewriter: Rewriter,
): { readonly source: Value; readonly added: readonly Value[]; readonly nodes: readonly Node[] } {
  const added: Value[] = [];
  const nodes: Node[] = [];
  let source = value;
  for (let node = rewriter.sole(source, ops.add); node; node = rewriter.sole(source, ops.add)) {
    const [first, second] = node.inputs;
    if (!first || !second) break;
    const [sum, constant] = isFixed(first, rewriter) ? [second, first] : [first, second];
    if (!isFixed(constant, rewriter) || isFixed(sum, rewriter)) break;
    added.push(constant);
    nodes.push(node);
    source = sum;
  }
  return { source, added, nodes };
}

function isFixed(value: Value, rewriter: Rewriter): boolean {
  if (value.constant) return true;
  const node = rewriter.producer(value);
  return isOp(node, ops.dequantize) && node.inputs.every((input) => input.constant);
}

/** The sum of constants as real numbers per channel; undefined when one varies along another axis. */
function offsetsOf(
  added: readonly Value[],
  source: Value,
  { axis }: Accumulation,
  rewriter: Rewriter,
): readonly number[] | undefined {
  let offsets: readonly number[] = [0];
  for (const value of added) {
    const real = realConstant(value, rewriter);
    const numbers = real && numbersAlongAxis(real.numbers, real.shape, source.type.shape, axis);
    if (!numbers) return undefined;
    const before = offsets;
    const count = Math.max(before.length, numbers.length);
    offsets = Array.from({ length: count }, (_, i) => entry(before, i) + entry(numbers, i));
  }
  return offsets;
}
