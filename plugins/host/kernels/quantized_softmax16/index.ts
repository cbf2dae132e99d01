import { ops, pattern, type KernelCall, type KernelInstance, type ModulePattern } from 'match-compiler';
import { cycles } from '../../costs.ts';
import { elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { Signature } from '../../operands.ts';
import { rowCycles, rowLayouts, rowNest } from '../../row-nest.ts';
import { support } from '../../support/index.ts';
import text from './quantized_softmax16.c';

const template = kernelTemplate('quantized_softmax16/quantized_softmax16.c', text);

/** Softmax of int16 from tables. */
export const quantizedSoftmax16Pattern: ModulePattern = {
  name: 'quantized_softmax16',
  pattern: pattern.op(ops.quantizedSoftmax16, { as: 'node' }),
  layouts: rowLayouts,
  cycles: (call) => rowCycles(call, Number(call.region.root.attributes['axis']), 2 * cycles.requantize),
  overlaps: (call) => elementWiseOverlaps(call, (value) => value === call.region.root.inputs[0]),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { attributes, inputs } = pattern.captured(call.region.match, 'node', ops.quantizedSoftmax16);
  const [first, second, third] = inputs;
  if (!first || !second || !third) throw new TypeError('quantized_softmax16 lacks operands');
  const signature = new Signature(call);
  const x = signature.read('x', first);
  signature.read('exponentials', second);
  signature.read('reciprocals', third);
  const out = signature.write('out');
  return kernelInstance(call, template, 'quantized_softmax16', signature, {
    holes: {
      ...rowNest(x, out, attributes.axis),
      multiplier: attributes.multiplier,
      shift: attributes.shift,
    },
    support: [...support.requantizeDouble, ...support.lookUpInt16],
  });
}
