import {
  locationsOf,
  ops,
  requantizeTo,
  sameShape,
  type Node,
  type RequantizeRequest,
  type Rewriter,
  type Rounding,
  type Value,
} from 'match-compiler';
import { quantizationOf, type Parameters, type Tail } from './quantized-value.ts';

/** One place where floats become integers, and what is needed to compute the integers directly. */
export interface Lowering {
  readonly rewriter: Rewriter;
  readonly rounding: Rounding;
  readonly tail: Tail;
}

/** Tries to compute the result of a tail in integers; false leaves everything alone. */
export type LoweringRule = (lowering: Lowering) => boolean;

/** The rule of the operators that know three: products and sums of two quantized tensors. */
export function binaryRule(rounding: Rounding): 'single' | 'double' | 'real-even' {
  if (rounding === 'real-even') return 'real-even';
  return rounding === 'tflm-double' ? 'double' : 'single';
}

/** An integer multiplier can express this factor. */
export function isFactor(factor: number): boolean {
  return factor > 0 && factor < 2 ** 30;
}

type Scaling = Pick<
  RequantizeRequest,
  'inputScale' | 'weightScales' | 'axis' | 'operator' | 'inputZeroPoint'
> & {
  /** Divides the real result further: the number of elements of a mean. */
  readonly count?: number;
};

/** The factors from accumulator to result fit a multiplier. */
export function isExpressible(scaling: Scaling, to: Parameters): boolean {
  const denominator = to.scale * (scaling.count ?? 1);
  return scaling.weightScales.every((scale) => isFactor((scaling.inputScale * scale) / denominator));
}

/** The accumulator, requantized, takes the place of the tail's result; a mean may have lost its spatial axes there. */
export function finish(
  { rewriter, rounding, tail }: Lowering,
  acc: Value,
  scaling: Scaling,
  ...fused: Node[]
): void {
  const { count = 1, ...factors } = scaling;
  const { output, node, clips, scale, zeroPoint, min, max, dtype } = tail;
  const request = { ...factors, outputScale: scale * count, zeroPoint, min, max, dtype };
  const loc = locationsOf(node, ...clips, ...fused);
  const requantized = (name: string): Value =>
    requantizeTo(rewriter, acc, request, rounding, { name, loc, quantization: quantizationOf(tail) });
  const { shape } = output.type;
  if (sameShape(acc.type.shape, shape)) rewriter.substituteWith(output, requantized);
  else {
    const image = requantized(`${output.name}.image`);
    rewriter.substitute(output, ops.reshape, [image], { shape }, { name: node.name, loc: node.loc });
  }
}
