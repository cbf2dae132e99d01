import { locationsOf, ops } from 'match-compiler';
import { finish, isExpressible, type Lowering } from './lowering.ts';
import { dequantizedChannels, isUnlimited, sameParameters } from './quantized-value.ts';

/** dequantize → [clip] → quantize: nothing, a clip, or one requantization. */
export function requantizeDirectly(lowering: Lowering): boolean {
  const { rewriter, tail } = lowering;
  const from = dequantizedChannels(tail.source, rewriter);
  if (!from) return false;
  const { value, scales, zeroPoint, axis } = from;
  const [scale = 0] = scales;
  if (scales.length === 1 && sameParameters({ scale, zeroPoint, dtype: value.type.dtype }, tail)) {
    if (!isUnlimited(tail)) {
      rewriter.substitute(
        tail.output,
        ops.clip,
        [value],
        { min: tail.min, max: tail.max },
        {
          name: tail.clips.at(-1)?.name ?? tail.node.name,
          loc: locationsOf(...tail.clips, from.node, tail.node),
        },
      );
      return true;
    }
    if (!rewriter.mayReplace(tail.output, value)) return false;
    rewriter.replace(tail.output, value);
    return true;
  }
  const scaling = {
    inputScale: 1,
    weightScales: scales,
    axis,
    operator: 'other',
    inputZeroPoint: zeroPoint,
  } as const;
  if (value.constant || !isExpressible(scaling, tail)) return false;
  finish(lowering, value, scaling, from.node);
  return true;
}
