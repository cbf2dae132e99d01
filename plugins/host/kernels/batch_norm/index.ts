import {
  cLiteral,
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import { elementWiseCycles, elementWiseNest, elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { layoutChoices, channelsLastLayout, plainLayout } from '../../layout-choices.ts';
import { Signature } from '../../operands.ts';
import text from './batch_norm.c';

const template = kernelTemplate('batch_norm/batch_norm.c', text);

/** Normalisation per channel with fixed statistics. */
export const batchNormPattern: ModulePattern = {
  name: 'batch_norm',
  pattern: pattern.op(ops.batchNorm, { as: 'node' }),
  layouts: (region) => layoutChoices(region, [plainLayout, channelsLastLayout]),
  cycles: (call) => elementWiseCycles(call, cycles.element + 2 * cycles.libraryCall),
  overlaps: (call) => elementWiseOverlaps(call),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const node = pattern.captured(call.region.match, 'node', ops.batchNorm);
  const [value, ...parameters] = node.inputs;
  if (!value) throw new TypeError(`${node.name} lacks operands`);
  const signature = new Signature(call);
  const x = signature.read('x', value);
  const names = ['scale', 'bias', 'mean', 'variance'];
  parameters.forEach((parameter, i) => signature.read(names[i] ?? 'parameter', parameter));
  const out = signature.write('out');
  const nest = elementWiseNest(out, { x }, { axis: 1, length: out.shape[1] ?? 1 });
  return kernelInstance(call, template, 'batch_norm', signature, {
    holes: {
      loops: nest.heads,
      channel: nest.index.channel,
      epsilon: cLiteral('float32', node.attributes.epsilon),
      x_index: nest.index.x,
      out_index: nest.index.out,
    },
    headers: ['math.h'],
  });
}
