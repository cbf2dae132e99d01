import {
  constantNumbers,
  ops,
  stridesOf,
  type Node,
  type Rewriter,
  type Shape,
  type Value,
} from 'match-compiler';

/** Numbers known at compile time, as floats or as dequantized integers, in double precision. */
export interface RealConstant {
  readonly numbers: readonly number[];
  readonly shape: Shape;
  /** Set when the numbers are dequantized: numbers[i] = integers[i]·scales[i]. */
  readonly quantized?: {
    readonly integers: readonly number[];
    readonly scales: readonly number[];
    readonly node: Node;
  };
}

export function realConstant(value: Value | undefined, rewriter: Rewriter): RealConstant | undefined {
  const numbers = constantNumbers(value);
  if (value && numbers) return { numbers, shape: value.type.shape };
  const node = rewriter.from(value, ops.dequantize);
  const [source, scale, zeroPoint] = (node?.inputs ?? []).map(constantNumbers);
  if (!value || !node || !source || !scale || !zeroPoint) return undefined;
  const { shape } = value.type;
  const inner = stridesOf(shape)[node.attributes.axis] ?? 1;
  const extent = scale.length;
  const channel = (i: number): number => (extent === 1 ? 0 : Math.floor(i / inner) % extent);
  const integers = source.map((q, i) => q - (zeroPoint[channel(i)] ?? 0));
  const scales = source.map((_, i) => scale[channel(i)] ?? 1);
  return {
    numbers: integers.map((q, i) => q * (scales[i] ?? 1)),
    shape,
    quantized: { integers, scales, node },
  };
}
