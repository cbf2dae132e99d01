import { locationsOf, ops, requantizeTo, type Value } from 'match-compiler';
import { isFactor, type Lowering } from './lowering.ts';
import {
  activationTypes,
  dequantized,
  isUnlimited,
  quantizationOf,
  sameParameters,
} from './quantized-value.ts';

/** Dequantized tensors side by side: those of another scale are requantized first. */
export function lowerConcat({ rewriter, rounding, tail }: Lowering): boolean {
  const node = rewriter.sole(tail.source, ops.concat);
  const parts = (node?.inputs ?? []).map((input) => dequantized(input, rewriter));
  if (!node || !parts.every((part) => part !== undefined)) return false;
  if (![tail, ...parts].every(({ dtype }) => activationTypes.includes(dtype))) return false;
  if (!parts.every((part) => isFactor(part.scale / tail.scale))) return false;
  const quantization = quantizationOf(tail);
  const inputs = parts.map((part, i): Value => {
    if (sameParameters(part, tail)) return part.value;
    return requantizeTo(
      rewriter,
      part.value,
      {
        inputScale: 1,
        weightScales: [part.scale],
        outputScale: tail.scale,
        axis: 0,
        zeroPoint: tail.zeroPoint,
        dtype: tail.dtype,
        operator: 'other',
        inputZeroPoint: part.zeroPoint,
      },
      rounding,
      { name: `${node.name}.input${i}`, loc: locationsOf(node, part.node), quantization },
    );
  });
  const types = [{ ...tail.output.type, quantization }];
  const options = {
    name: node.name,
    loc: locationsOf(node, tail.node, ...parts.map((part) => part.node)),
    types,
  };
  if (isUnlimited(tail)) rewriter.substitute(tail.output, ops.concat, inputs, node.attributes, options);
  else {
    const joined = rewriter.add1(ops.concat, inputs, node.attributes, options);
    rewriter.substitute(
      tail.output,
      ops.clip,
      [joined],
      { min: tail.min, max: tail.max },
      {
        name: tail.clips.at(-1)?.name ?? tail.node.name,
        loc: locationsOf(...tail.clips),
        types,
      },
    );
  }
  return true;
}
