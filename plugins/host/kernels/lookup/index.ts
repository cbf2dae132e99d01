import { ops, pattern, type KernelCall, type KernelInstance, type ModulePattern } from 'match-compiler';
import { cycles } from '../../costs.ts';
import { elementWiseCycles, elementWiseNest, elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { layoutChoices, channelsLastLayout, plainLayout } from '../../layout-choices.ts';
import { Signature } from '../../operands.ts';
import text from './lookup.c';

const template = kernelTemplate('lookup/lookup.c', text);

/** Any function of an 8-bit tensor, as a table. */
export const lookupPattern: ModulePattern = {
  name: 'lookup',
  pattern: pattern.op(ops.lookup),
  layouts: (region) => layoutChoices(region, [plainLayout, channelsLastLayout]),
  cycles: (call) => elementWiseCycles(call, cycles.element + 1),
  // The table is read all along, wherever it lies.
  overlaps: (call) => {
    const [x, table] = call.region.root.inputs;
    return x === table ? [] : elementWiseOverlaps(call, (value) => value === x);
  },
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const [first, second] = call.region.root.inputs;
  if (!first || !second) throw new TypeError('lookup lacks operands');
  const signature = new Signature(call);
  const x = signature.read('x', first);
  signature.read('table', second);
  const out = signature.write('out');
  const nest = elementWiseNest(out, { x });
  const element = `x[${nest.index.x}]`;
  return kernelInstance(call, template, 'lookup', signature, {
    holes: {
      loops: nest.heads,
      out_index: nest.index.out,
      entry: x.dtype === 'int8' ? `(int32_t)${element} + 128` : element,
    },
  });
}
