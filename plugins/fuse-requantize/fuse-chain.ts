import {
  elementBytes,
  isOp,
  locationsOf,
  ops,
  tensor,
  type Node,
  type RewriteRule,
  type Rewriter,
  type Value,
  type ValueRange,
} from 'match-compiler';
import { chainEndingIn, operandOf, type Step } from './chain.ts';
import { formulaOf, type Formula } from './formula.ts';

/** Clips and casts in a row that are tried together. */
const mostLimits = 4;

/** The chain that ends in a division, a clip or a cast, as one node. */
export const fuseChain: RewriteRule = {
  name: 'fuse-requantize-chain',
  at: [ops.div, ops.clip, ops.cast],
  apply(node, rewriter) {
    // Limits behind a division and a cast behind limits belong to the same chain.
    const last = [node];
    for (let next = onlyReader(node, rewriter); isLimit(next) && last.length <= mostLimits;) {
      last.unshift(next);
      next = onlyReader(next, rewriter);
    }
    return last.some((end) => fuse(end, rewriter));
  },
};

function onlyReader(node: Node, rewriter: Rewriter): Node | undefined {
  const [output] = node.outputs;
  return output && rewriter.hasSingleUse(output) ? rewriter.consumers(output)[0] : undefined;
}

function isLimit(node: Node | undefined): node is Node {
  return isOp(node, ops.clip) || isOp(node, ops.cast);
}

function fuse(last: Node, rewriter: Rewriter): boolean {
  const chain = chainEndingIn(last, rewriter);
  // From the whole chain to shorter ends of it: what cannot be proven stays spelled out.
  for (let start = 0; chain && start < chain.steps.length; start++) {
    const steps = chain.steps.slice(start);
    const [first] = steps;
    const root = first && operandOf(first.node);
    if (!root || !isWorthwhile(root, steps)) return false;
    const dtypes = steps.map((step) => step.node.outputs[0]?.type.dtype ?? 'int8');
    const formula = formulaOf(steps, boundsAlong(root, chain.axis, rewriter), dtypes);
    if (formula && emit(rewriter, root, steps, chain.axis, formula)) return true;
  }
  return false;
}

/** Worth a requantization: it ends in a narrow type or divides, and does more than limit and cast one such. */
function isWorthwhile(root: Value, steps: readonly Step[]): boolean {
  const output = steps.at(-1)?.node.outputs[0];
  if (!output || output.type.dtype === 'int64' || output.type.dtype === 'uint64') return false;
  if (steps.some((step) => step.kind === 'div')) return true;
  const narrow = elementBytes(output.type.dtype) === 1 && elementBytes(root.type.dtype) > 1;
  return narrow && steps.some((step) => step.kind !== 'cast' || step.saturate);
}

function boundsAlong(root: Value, axis: number, rewriter: Rewriter): ValueRange {
  if (axis === 1) return rewriter.ranges.of(root);
  const { min, max } = rewriter.ranges.overall(root);
  return { min: [min], max: [max] };
}

function emit(
  rewriter: Rewriter,
  root: Value,
  steps: readonly Step[],
  axis: number,
  formula: Formula,
): boolean {
  const last = steps.at(-1)?.node;
  const [output] = last?.outputs ?? [];
  if (!last || !output) return false;
  const scaling = steps.find((step) => step.kind === 'mul' || step.kind === 'add' || step.kind === 'div');
  const name = scaling?.node.name ?? last.name;
  const multiplier = rewriter.constant(`${name}.multiplier`, compact('int32', formula.multiplier));
  const narrow = formula.addend.every((addend) => addend >= -(2 ** 31) && addend < 2 ** 31);
  const addend = rewriter.constant(`${name}.addend`, compact(narrow ? 'int32' : 'int64', formula.addend));
  const attributes: ops.RequantizeAttributes = {
    rule: 'floor',
    axis,
    inputZeroPoint: 0,
    zeroPoint: 0,
    min: formula.min,
    max: formula.max,
    dtype: output.type.dtype,
    divisor: formula.divisor,
  };
  rewriter.substitute(output, ops.requantize, [root, multiplier, addend], attributes, {
    name,
    loc: locationsOf(...steps.map((step) => step.node)),
  });
  return true;
}

function compact(dtype: 'int32' | 'int64', numbers: readonly number[]): ReturnType<typeof tensor> {
  const [first = 0] = numbers;
  const list = numbers.every((number) => number === first) ? [first] : numbers;
  return tensor(
    dtype,
    [list.length],
    list.map((number) => (dtype === 'int64' ? BigInt(number) : number)) as number[],
  );
}
