import { cLiteral, integerRange, isFloat, type KernelCall, type KernelInstance } from 'match-compiler';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import text from './max_pool2d.c';
import { inPlace, poolOf, poolOperands, windowNest } from './window-nest.ts';

const template = kernelTemplate('pool/max_pool2d.c', text);

export function maxPool(call: KernelCall, positions = inPlace): KernelInstance {
  const pool = poolOf(call.region);
  const { signature, x, out } = poolOperands(call, pool);
  const { holes, xIndex, outIndex } = windowNest(x, out, pool.axes, positions);
  const float = isFloat(x.dtype);
  return kernelInstance(call, template, 'max_pool2d', signature, {
    holes: {
      ...holes,
      x_index: xIndex,
      type: x.type,
      lowest: cLiteral(x.dtype, float ? -Infinity : integerRange(x.dtype).min),
      out_index: outIndex,
    },
    flags: { float },
    headers: float ? ['math.h'] : [],
  });
}
