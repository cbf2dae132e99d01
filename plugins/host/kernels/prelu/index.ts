import { ops, pattern, type KernelCall, type KernelInstance, type ModulePattern } from 'match-compiler';
import { cycles } from '../../costs.ts';
import { elementWiseCycles, elementWiseNest, elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { uniformLayouts } from '../../layout-choices.ts';
import { Signature } from '../../operands.ts';
import text from './prelu.c';

const template = kernelTemplate('prelu/prelu.c', text);

/** Rectifier with a slope per element, broadcast. */
export const preluPattern: ModulePattern = {
  name: 'prelu',
  pattern: pattern.op(ops.prelu),
  layouts: uniformLayouts,
  cycles: (call) => elementWiseCycles(call, cycles.element + 1),
  overlaps: (call) => elementWiseOverlaps(call),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const [first, second] = call.region.root.inputs;
  if (!first || !second) throw new TypeError('prelu lacks operands');
  const signature = new Signature(call);
  const x = signature.read('x', first);
  const slope = signature.read('slope', second);
  const out = signature.write('out');
  const nest = elementWiseNest(out, { x, slope });
  return kernelInstance(call, template, 'prelu', signature, {
    holes: {
      loops: nest.heads,
      type: x.type,
      x_index: nest.index.x,
      slope_index: nest.index.slope,
      out_index: nest.index.out,
    },
  });
}
