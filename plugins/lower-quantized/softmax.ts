import { locationsOf, ops, type QuantizedSoftmaxAttributes, type Rounding } from 'match-compiler';
import type { Lowering } from './lowering.ts';
import { dequantized, isByte, isUnlimited, quantizationOf } from './quantized-value.ts';

/** As for models that name their softmax: fixed point belongs to the double rounding of TFLite Micro. */
function softmaxRule(rounding: Rounding): QuantizedSoftmaxAttributes['rule'] {
  if (rounding === 'real-even') return 'real-even';
  return rounding === 'tflm-double' ? 'gemmlowp' : 'float-table';
}

export function lowerSoftmax({ rewriter, rounding, tail }: Lowering): boolean {
  const node = rewriter.sole(tail.source, ops.softmax);
  const x = dequantized(node?.inputs[0], rewriter);
  if (!node || !x || !isByte(x.dtype) || !isUnlimited(tail)) return false;
  if (tail.dtype !== 'int16' && !isByte(tail.dtype)) return false;
  rewriter.substitute(
    tail.output,
    ops.quantizedSoftmax,
    [x.value],
    {
      axis: node.attributes.axis,
      rule: softmaxRule(rounding),
      inputScale: x.scale,
      outputScale: tail.scale,
      zeroPoint: tail.zeroPoint,
      dtype: tail.dtype,
    },
    {
      name: node.name,
      loc: locationsOf(node, tail.node, x.node),
      types: [{ ...tail.output.type, quantization: quantizationOf(tail) }],
    },
  );
  return true;
}
