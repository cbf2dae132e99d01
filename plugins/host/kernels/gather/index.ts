import {
  elementCount,
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { layoutChoices, plainLayout } from '../../layout-choices.ts';
import { Signature } from '../../operands.ts';
import text from './gather.c';

const template = kernelTemplate('gather/gather.c', text);

/** Slices along an axis, picked by index. */
export const gatherPattern: ModulePattern = {
  name: 'gather',
  pattern: pattern.op(ops.gather, { as: 'node' }),
  layouts: (region) => layoutChoices(region, [plainLayout]),
  cycles: ({ region }) =>
    Math.ceil(cycles.call + elementCount(region.outputs[0]?.type.shape ?? []) * (cycles.element + 1)),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { attributes, inputs } = pattern.captured(call.region.match, 'node', ops.gather);
  const [first, second] = inputs;
  if (!first || !second) throw new TypeError('gather lacks operands');
  const signature = new Signature(call);
  const x = signature.read('x', first);
  const indices = signature.read('indices', second);
  signature.write('out');
  const picks = elementCount(indices.shape);
  return kernelInstance(call, template, 'gather', signature, {
    holes: {
      outer: elementCount(x.shape.slice(0, attributes.axis)),
      picks,
      extent: x.shape[attributes.axis] ?? 1,
      inner: elementCount(x.shape.slice(attributes.axis + 1)),
    },
  });
}
