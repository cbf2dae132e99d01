import { isOp, ops, type Region } from 'match-compiler';
import type { Convolution } from '../../convolution.ts';
import { isByte, isKnown } from '../element-types.ts';
import { scalingReason } from '../requantization.ts';

/** Conditions that all kernels of products have in common; the text of the first that fails. */
export function productReason(region: Region, convolution: Convolution): true | string {
  const { node, x, w, bias, out, batch, kind } = convolution;
  if (node.attributes.accumulator !== 'int32') return `sums up in ${node.attributes.accumulator}`;
  if (!isByte(x.type.dtype)) return `reads ${x.type.dtype}, not 8 bits`;
  if (batch !== 1) return `has a batch of ${batch}`;
  if (!w.constant) return 'has weights that are not constant';
  if (bias && !bias.constant) return 'has a bias that is not constant';
  if (!isKnown(out.type.dtype)) return `gives ${out.type.dtype}`;
  const weights = weightReason(convolution);
  if (weights !== true) return weights;
  if (isOp(region.root, ops.requantize))
    return scalingReason(region.root, kind === 'dense' ? 1 : out.type.shape.length === 4 ? 1 : -1);
  return true;
}

/** Weights less their zero point have to fit the signed 8 bits that the products take. */
function weightReason({ w, weightZeroPoint }: Convolution): true | string {
  if (w.type.dtype !== 'int8' && w.type.dtype !== 'uint8') return `has weights of ${w.type.dtype}`;
  if (w.type.dtype === 'int8' && weightZeroPoint === 0) return true;
  for (const item of (w.constant?.data ?? []) as Int8Array) {
    const value = item - weightZeroPoint;
    if (value < -128 || value > 127) return `has weights of ${value} without their zero point, beyond 8 bits`;
  }
  return true;
}
