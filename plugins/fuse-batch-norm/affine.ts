import {
  isOp,
  locationsOf,
  ops,
  tensor,
  type Node,
  type RewriteRule,
  type Rewriter,
  type Value,
} from 'match-compiler';
import { channelMapOf, composed, type ChannelMap } from './channel-map.ts';

/** batch_norm that follows no layer: one multiplication and one addition per channel. */
const expandBatchNorm: RewriteRule = {
  name: 'expand-batch-norm',
  at: [ops.batchNorm],
  apply(node, rewriter) {
    const map = channelMapOf(node);
    const [output] = node.outputs;
    if (!map || !output) return false;
    emit(rewriter, map, [node], output);
    return true;
  },
};

/**
 * A run of scalings and shifts becomes one scaling and one shift. Applied where that leaves fewer nodes:
 * at its last node, when it has three or more, or two of a kind.
 */
const mergeRun: RewriteRule = {
  name: 'merge-affine-run',
  at: [ops.mul, ops.add, ops.sub, ops.div],
  apply(node, rewriter) {
    const [output] = node.outputs;
    const last = channelMapOf(node);
    if (!last || !output || isInsideRun(output, rewriter)) return false;
    const run: Node[] = [node];
    let map = last;
    while (rewriter.hasSingleUse(map.input)) {
      const before = rewriter.producer(map.input);
      const earlier = before && channelMapOf(before);
      if (!before || !earlier) break;
      run.unshift(before);
      map = composed(earlier, map);
    }
    if (nodesFor(map) === 0 && rewriter.mayReplace(output, map.input)) {
      rewriter.replace(output, map.input);
      return true;
    }
    if (run.length <= Math.max(1, nodesFor(map))) return false;
    emit(rewriter, map, run, output);
    return true;
  },
};

/** The next node continues the run. */
function isInsideRun(output: Value, rewriter: Rewriter): boolean {
  const [reader] = rewriter.hasSingleUse(output) ? rewriter.consumers(output) : [];
  return !!reader && !isOp(reader, ops.batchNorm) && channelMapOf(reader)?.input === output;
}

export const affineRules: readonly RewriteRule[] = [expandBatchNorm, mergeRun];

function nodesFor(map: ChannelMap): number {
  return Number(!isAll(map.factor, 1)) + Number(!isAll(map.offset, 0));
}

function emit(rewriter: Rewriter, map: ChannelMap, run: readonly Node[], output: Value): void {
  const last = run.at(-1);
  const loc = locationsOf(last, ...run);
  const name = last?.name ?? 'affine';
  const shape = output.type.shape;
  const scales = !isAll(map.factor, 1);
  const shifts = !isAll(map.offset, 0) || !scales;
  const factor = (): Value => perChannel(rewriter, `${name}.scale`, map.factor, shape.length);
  const offset = (): Value => perChannel(rewriter, `${name}.shift`, map.offset, shape.length);
  if (!shifts) {
    rewriter.substitute(output, ops.mul, [map.input, factor()], { dtype: 'float32' }, { name, loc });
    return;
  }
  const scaled = scales
    ? rewriter.add1(ops.mul, [map.input, factor()], { dtype: 'float32' }, { name: `${name}.scaled`, loc })
    : map.input;
  rewriter.substitute(output, ops.add, [scaled, offset()], { dtype: 'float32' }, { name, loc });
}

/** One number as a scalar; one per channel shaped [1,C,1,…]. */
function perChannel(rewriter: Rewriter, name: string, numbers: readonly number[], rank: number): Value {
  const shape =
    numbers.length === 1 ? [] : Array.from({ length: rank }, (_, axis) => (axis === 1 ? numbers.length : 1));
  return rewriter.constant(name, tensor('float32', shape, numbers));
}

function isAll(numbers: readonly number[], number: number): boolean {
  return numbers.every((element) => element === number);
}
