import { ops, pattern, type KernelCall, type KernelInstance, type ModulePattern } from 'match-compiler';
import { cycles } from '../../costs.ts';
import { elementWiseCycles, elementWiseNest, elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { layoutChoices, channelsLastLayout, plainLayout } from '../../layout-choices.ts';
import { Signature } from '../../operands.ts';
import { support } from '../../support/index.ts';
import text from './quantized_sigmoid.c';

const template = kernelTemplate('quantized_sigmoid/quantized_sigmoid.c', text);

/** Logistic function and tanh of int16, interpolated in a table. */
export const quantizedSigmoidPattern: ModulePattern = {
  name: 'quantized_sigmoid',
  pattern: pattern.op(ops.quantizedSigmoid, { as: 'node' }),
  layouts: (region) => layoutChoices(region, [plainLayout, channelsLastLayout]),
  cycles: (call) => elementWiseCycles(call, cycles.requantize + cycles.element),
  overlaps: (call) => elementWiseOverlaps(call, (value) => value === call.region.root.inputs[0]),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { attributes, inputs } = pattern.captured(call.region.match, 'node', ops.quantizedSigmoid);
  const [first, second] = inputs;
  if (!first || !second) throw new TypeError('quantized_sigmoid lacks operands');
  const signature = new Signature(call);
  const x = signature.read('x', first);
  signature.read('table', second);
  const out = signature.write('out');
  const nest = elementWiseNest(out, { x });
  const { form, multiplier, shift } = attributes;
  const bits = form === 'tanh' ? 8 : 9;
  return kernelInstance(call, template, `quantized_${form}`, signature, {
    holes: {
      loops: nest.heads,
      x_index: nest.index.x,
      out_index: nest.index.out,
      multiplier,
      shift,
      half: shift > 0 ? 2 ** (shift - 1) : 0,
      bits,
      step: 2 ** bits,
      largest: form === 'tanh' ? 0xffff * 2 ** 8 : 0x7fff * 2 ** 10,
    },
    flags: { tanh: form === 'tanh' },
    support: support.shiftRight,
  });
}
