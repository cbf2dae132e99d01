import { ops, pattern, type KernelCall, type KernelInstance, type ModulePattern } from 'match-compiler';
import { cycles } from '../../costs.ts';
import { elementWiseCycles, elementWiseNest, elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { uniformLayouts } from '../../layout-choices.ts';
import { Signature } from '../../operands.ts';
import text from './select.c';

const template = kernelTemplate('select/select.c', text);

/** One of two elements by a condition, all broadcast. */
export const selectPattern: ModulePattern = {
  name: 'select',
  pattern: pattern.op(ops.select),
  layouts: uniformLayouts,
  cycles: (call) => elementWiseCycles(call, cycles.element + 1),
  overlaps: (call) => elementWiseOverlaps(call),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const [first, second, third] = call.region.root.inputs;
  if (!first || !second || !third) throw new TypeError('select lacks operands');
  const signature = new Signature(call);
  const condition = signature.read('condition', first);
  const a = signature.read('a', second);
  const b = signature.read('b', third);
  const out = signature.write('out');
  const nest = elementWiseNest(out, { condition, a, b });
  return kernelInstance(call, template, 'select', signature, {
    holes: {
      loops: nest.heads,
      condition_index: nest.index.condition,
      a_index: nest.index.a,
      b_index: nest.index.b,
      out_index: nest.index.out,
    },
  });
}
