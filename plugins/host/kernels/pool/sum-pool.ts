import { integerRange, type KernelCall, type KernelInstance } from 'match-compiler';
import { epilogueOf } from '../../epilogue.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import text from './sum_pool2d.c';
import { inPlace, poolOf, poolOperands, windowNest } from './window-nest.ts';

const template = kernelTemplate('pool/sum_pool2d.c', text);

export function sumPool(call: KernelCall, positions = inPlace): KernelInstance {
  const pool = poolOf(call.region);
  const { signature, x, out } = poolOperands(call, pool);
  const zeroPoint = Number(pool.node.attributes['inputZeroPoint'] ?? 0);
  const { min, max } = integerRange(x.dtype);
  const largest = Math.max(Math.abs(min - zeroPoint), Math.abs(max - zeroPoint));
  const [rows, columns] = pool.axes;
  const bound = largest * rows.kernel * columns.kernel;
  const epilogue = epilogueOf(call.region, pool.node, signature, out, { dtype: 'int32', bound });
  const { holes, xIndex, outIndex, channel } = windowNest(x, out, pool.axes, positions);
  const element = `x[${xIndex}]`;
  return kernelInstance(call, template, 'sum_pool2d', signature, {
    holes: {
      ...holes,
      accumulate: bound < 2 ** 31 ? plainSum(element, zeroPoint) : wrappedSum(element, zeroPoint),
      store: epilogue.store(`out[${outIndex}]`, channel),
    },
    support: epilogue.support,
  });
}

function plainSum(element: string, zeroPoint: number): string {
  if (zeroPoint === 0) return `acc += ${element};`;
  return `acc += (int32_t)${element} ${zeroPoint > 0 ? '-' : '+'} ${Math.abs(zeroPoint)};`;
}

function wrappedSum(element: string, zeroPoint: number): string {
  const offset = zeroPoint === 0 ? '' : ` ${zeroPoint > 0 ? '-' : '+'} ${Math.abs(zeroPoint)}u`;
  return `acc = (int32_t)((uint32_t)acc + (uint32_t)${element}${offset});`;
}
