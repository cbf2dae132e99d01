import { cLiteral, ops, pattern, type KernelCall, type KernelInstance } from 'match-compiler';
import { mathFunction } from '../../arithmetic-expressions.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import text from './lp_pool2d.c';
import { poolOf, poolOperands, windowNest } from './window-nest.ts';

const template = kernelTemplate('pool/lp_pool2d.c', text);

export function lpPool(call: KernelCall): KernelInstance {
  const pool = poolOf(call.region);
  const { p } = pattern.captured(call.region.match, 'pool', ops.lpPool2d).attributes;
  const { signature, x, out } = poolOperands(call, pool);
  const { holes, xIndex, outIndex } = windowNest(x, out, pool.axes);
  const magnitude = `${mathFunction('fabs', x.dtype)}(x[${xIndex}])`;
  const power = mathFunction('pow', x.dtype);
  return kernelInstance(call, template, 'lp_pool2d', signature, {
    holes: {
      ...holes,
      x_index: xIndex,
      type: x.type,
      zero: cLiteral(x.dtype, 0),
      power: p === 1 ? magnitude : `${power}(${magnitude}, ${cLiteral(x.dtype, p)})`,
      root:
        p === 1
          ? 'sum'
          : p === 2
            ? `${mathFunction('sqrt', x.dtype)}(sum)`
            : `${power}(sum, ${cLiteral(x.dtype, 1 / p)})`,
      out_index: outIndex,
    },
    flags: { square: p === 2 },
    headers: ['math.h'],
  });
}
