import {
  elementCount,
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
} from 'match-compiler';
import { saturated } from '../../arithmetic-expressions.ts';
import { cycles } from '../../costs.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { channelsLastLayout, layoutChoices, plainLayout } from '../../layout-choices.ts';
import { loopNest } from '../../loop-nest.ts';
import { memoryOrder, Signature } from '../../operands.ts';
import { support } from '../../support/index.ts';
import text from './dynamic_quantize.c';

const template = kernelTemplate('dynamic_quantize/dynamic_quantize.c', text);

/** Floats to uint8 by the range found at run time. */
export const dynamicQuantizePattern: ModulePattern = {
  name: 'dynamic_quantize',
  pattern: pattern.op(ops.dynamicQuantize, { as: 'node' }),
  layouts: (region) => layoutChoices(region, [plainLayout, channelsLastLayout]),
  cycles({ region }) {
    const count = elementCount(region.root.inputs[0]?.type.shape ?? []);
    return Math.ceil(cycles.call + count * (2 * cycles.element + cycles.requantize));
  },
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const node = pattern.captured(call.region.match, 'node', ops.dynamicQuantize);
  const [value] = node.inputs;
  if (!value) throw new TypeError(`${node.name} lacks its operand`);
  const signature = new Signature(call);
  const x = signature.read('x', value);
  // A result that nobody reads is no output of the region.
  const [out, scale, zeroPoint] = ['out', 'scale', 'zero_point'].map((name, i) => {
    const output = node.outputs[i];
    const index = output ? call.region.outputs.indexOf(output) : -1;
    return index < 0 ? undefined : signature.write(name, index);
  });
  const nest = loopNest(x.shape, memoryOrder(x), { x, out: out ?? x });
  return kernelInstance(call, template, 'dynamic_quantize', signature, {
    holes: {
      loops: nest.heads,
      x_index: nest.index.x,
      out_index: nest.index.out,
      saturated: saturated('value', 'float32', 'uint8'),
    },
    flags: {
      with_values: out !== undefined,
      with_offset: out !== undefined || zeroPoint !== undefined,
      with_scale: scale !== undefined,
      with_zero_point: zeroPoint !== undefined,
    },
    support: support.roundEvenFloat32,
  });
}
