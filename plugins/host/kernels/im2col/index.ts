import {
  cLiteral,
  elementCount,
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { mixedLayouts } from '../../layout-choices.ts';
import { indexExpression, loopHead } from '../../loop-nest.ts';
import { Signature } from '../../operands.ts';
import text from './im2col.c';

const template = kernelTemplate('im2col/im2col.c', text);

/** Windows of a convolution as channels. */
export const im2colPattern: ModulePattern = {
  name: 'im2col',
  pattern: pattern.op(ops.im2col, { as: 'node' }),
  layouts: (region) => mixedLayouts(region),
  cycles: ({ region }) =>
    Math.ceil(
      cycles.call + elementCount(region.outputs[0]?.type.shape ?? []) * (cycles.element + cycles.stride),
    ),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { attributes, inputs } = pattern.captured(call.region.match, 'node', ops.im2col);
  const [value] = inputs;
  if (!value) throw new TypeError('im2col lacks its operand');
  const signature = new Signature(call);
  const x = signature.read('in', value);
  const out = signature.write('out');
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const [, , rows = 1, columns = 1] = out.shape;
  const { kernel, strides, dilations, pads, padValue } = attributes;
  const [kernelRows = 1, kernelColumns = 1] = kernel;
  const channelStride = out.strides[1] ?? 0;
  return kernelInstance(call, template, 'im2col', signature, {
    holes: {
      loops: [
        loopHead('n', batch),
        loopHead('oy', rows),
        loopHead('ox', columns),
        loopHead('ky', kernelRows),
        loopHead('kx', kernelColumns),
        loopHead('c', channels),
      ].join('\n'),
      type: 'int32_t',
      stride_y: strides[0] ?? 1,
      stride_x: strides[1] ?? 1,
      dilation_y: dilations[0] ?? 1,
      dilation_x: dilations[1] ?? 1,
      pad_top: pads[0] ?? 0,
      pad_left: pads[1] ?? 0,
      height,
      width,
      padding: cLiteral(x.dtype, padValue),
      in_index: indexExpression([
        ['n', x.strides[0] ?? 0],
        ['y', x.strides[2] ?? 0],
        ['x', x.strides[3] ?? 0],
        ['c', x.strides[1] ?? 0],
      ]),
      out_index: indexExpression([
        ['n', out.strides[0] ?? 0],
        ['oy', out.strides[2] ?? 0],
        ['ox', out.strides[3] ?? 0],
        ['ky', kernelColumns * channels * channelStride],
        ['kx', channels * channelStride],
        ['c', channelStride],
      ]),
    },
  });
}
