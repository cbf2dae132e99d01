import { ops, pattern, type KernelCall, type KernelInstance, type ModulePattern } from 'match-compiler';
import { cycles } from '../../costs.ts';
import { elementWiseCycles, elementWiseNest, elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { uniformLayouts } from '../../layout-choices.ts';
import { Signature } from '../../operands.ts';
import { requantizeStatements } from '../../requantization.ts';
import text from './requantize.c';

const template = kernelTemplate('requantize/requantize.c', text);

/** Scaling of an accumulator by a named rounding rule. */
export const requantizePattern: ModulePattern = {
  name: 'requantize',
  pattern: pattern.op(ops.requantize, { as: 'requantize' }),
  layouts: uniformLayouts,
  cycles: (call) => elementWiseCycles(call, cycles.requantize),
  overlaps: (call) => elementWiseOverlaps(call, (value) => value === call.region.root.inputs[0]),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const node = pattern.captured(call.region.match, 'requantize', ops.requantize);
  const [value, ...constants] = node.inputs;
  if (!value) throw new TypeError(`${node.name} lacks operands`);
  const signature = new Signature(call);
  const x = signature.read('x', value);
  const out = signature.write('out');
  const { store, support } = requantizeStatements(node, signature, out, { dtype: x.dtype });
  const length = Math.max(...constants.map((constant) => constant.type.shape[0] ?? 1));
  const nest = elementWiseNest(out, { x }, { axis: node.attributes.axis, length });
  return kernelInstance(call, template, 'requantize', signature, {
    holes: {
      loops: nest.heads,
      type: x.type,
      x_index: nest.index.x,
      store: store(`out[${nest.index.out}]`, nest.index.channel),
    },
    support,
  });
}
