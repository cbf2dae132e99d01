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
import { loopNest } from '../../loop-nest.ts';
import { memoryOrder, Signature } from '../../operands.ts';
import text from './gather_elements.c';

const template = kernelTemplate('gather_elements/gather_elements.c', text);

/** Single elements along an axis, picked by index. */
export const gatherElementsPattern: ModulePattern = {
  name: 'gather_elements',
  pattern: pattern.op(ops.gatherElements, { as: 'node' }),
  layouts: (region) => layoutChoices(region, [plainLayout]),
  cycles: ({ region }) =>
    Math.ceil(
      cycles.call + elementCount(region.outputs[0]?.type.shape ?? []) * (cycles.element + cycles.stride + 2),
    ),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { attributes, inputs } = pattern.captured(call.region.match, 'node', ops.gatherElements);
  const [first, second] = inputs;
  if (!first || !second) throw new TypeError('gather_elements lacks operands');
  const { axis } = attributes;
  const signature = new Signature(call);
  const x = signature.read('x', first);
  const indices = signature.read('indices', second);
  const out = signature.write('out');
  const nest = loopNest(out.shape, memoryOrder(out), {
    // Along the axis the index decides.
    x: { strides: x.strides.map((stride, i) => (i === axis ? 0 : stride)) },
    indices: { strides: indices.strides },
    out: { strides: out.strides },
  });
  const step = x.strides[axis] ?? 0;
  const along = step === 1 ? 'pick' : `pick * ${step}`;
  return kernelInstance(call, template, 'gather_elements', signature, {
    holes: {
      loops: nest.heads,
      indices_index: nest.index.indices,
      out_index: nest.index.out,
      x_index: nest.index.x === '0' ? along : `${nest.index.x} + ${along}`,
      extent: x.shape[axis] ?? 1,
    },
  });
}
