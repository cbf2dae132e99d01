import { locationsOf, ops, type OpDefinition, type QuantizedBinaryAttributes } from 'match-compiler';
import { binaryRule, isFactor, type Lowering } from './lowering.ts';
import {
  activationTypes,
  dequantized,
  quantizationOf,
  type Dequantized,
  type Tail,
} from './quantized-value.ts';

export function lowerSum(lowering: Lowering): boolean {
  return lowerBinary(lowering, ops.add, ops.quantizedAdd, (a, b, tail) =>
    isFactor((2 * Math.max(a.scale, b.scale)) / tail.scale),
  );
}

export function lowerProduct(lowering: Lowering): boolean {
  return lowerBinary(lowering, ops.mul, ops.quantizedMul, (a, b, tail) =>
    isFactor((a.scale * b.scale) / tail.scale),
  );
}

/** Two dequantized operands, activations or constants. */
function lowerBinary(
  { rewriter, rounding, tail }: Lowering,
  real: OpDefinition<ops.BinaryAttributes>,
  quantized: OpDefinition<QuantizedBinaryAttributes>,
  isExpressible: (a: Dequantized, b: Dequantized, tail: Tail) => boolean,
): boolean {
  const node = rewriter.sole(tail.source, real);
  const [a, b] = (node?.inputs ?? []).map((input) => dequantized(input, rewriter));
  if (!node || !a || !b) return false;
  const types = [a.dtype, b.dtype, tail.dtype];
  // The scheme of the operators knows tensors of 8 bits and of 16, not both at once.
  if (!types.every((dtype) => activationTypes.includes(dtype))) return false;
  if (types.some((dtype) => (dtype === 'int16') !== (tail.dtype === 'int16'))) return false;
  if (!isExpressible(a, b, tail)) return false;
  rewriter.substitute(
    tail.output,
    quantized,
    [a.value, b.value],
    {
      rule: binaryRule(rounding),
      aScale: a.scale,
      aZeroPoint: a.zeroPoint,
      bScale: b.scale,
      bZeroPoint: b.zeroPoint,
      outputScale: tail.scale,
      zeroPoint: tail.zeroPoint,
      min: tail.min,
      max: tail.max,
      dtype: tail.dtype,
    },
    {
      name: node.name,
      loc: locationsOf(node, ...tail.clips, tail.node, a.node, b.node),
      types: [{ ...tail.output.type, quantization: quantizationOf(tail) }],
    },
  );
  return true;
}
