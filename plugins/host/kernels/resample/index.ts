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
import { channelsLastLayout, layoutChoices, plainLayout } from '../../layout-choices.ts';
import { loopNest } from '../../loop-nest.ts';
import { memoryOrder, Signature } from '../../operands.ts';
import text from './resample.c';

const template = kernelTemplate('resample/resample.c', text);

/** Interpolation along one axis, from tables of positions and weights. */
export const resamplePattern: ModulePattern = {
  name: 'resample',
  pattern: pattern.op(ops.resample, { as: 'node' }),
  constraints: [
    // The kernel trusts its positions.
    ({ root }) => root.inputs[1]?.constant !== undefined || 'has positions that are computed at run time',
  ],
  layouts: (region) => layoutChoices(region, [plainLayout, channelsLastLayout]),
  cycles({ region }) {
    const { inputs, outputs } = pattern.captured(region.match, 'node', ops.resample);
    const taps = inputs[1]?.type.shape[1] ?? 1;
    const count = elementCount(outputs[0]?.type.shape ?? []);
    return Math.ceil(cycles.call + count * (cycles.element + taps * cycles.stridedMac));
  },
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { attributes, inputs, name } = pattern.captured(call.region.match, 'node', ops.resample);
  const { axis } = attributes;
  const [value, positionValue, weightValue, offsetValue] = inputs;
  if (!value || !positionValue || !weightValue) throw new TypeError(`${name} lacks operands`);
  const signature = new Signature(call);
  const x = signature.read('x', value);
  // All positions of an input of one element are the same.
  const single = elementCount(x.shape) === 1;
  if (!single) signature.read('positions', positionValue);
  signature.read('weights', weightValue);
  const offset = offsetValue && signature.read('offset', offsetValue);
  const out = signature.write('out');
  const [, taps = 1] = positionValue.type.shape;
  const along = (stride: number): readonly number[] => out.shape.map((_, i) => (i === axis ? stride : 0));
  const nest = loopNest(out.shape, memoryOrder(out), {
    x: { strides: x.strides.map((stride, i) => (i === axis ? 0 : stride)) },
    row: { strides: along(taps) },
    sample: { strides: along(1) },
    out: { strides: out.strides },
  });
  const plus = (index: string, term: string): string => (index === '0' ? term : `${index} + ${term}`);
  const tap = taps === 1 ? nest.index.row : plus(nest.index.row, 't');
  const stride = x.strides[axis] ?? 0;
  const position = `positions[${tap}]`;
  return kernelInstance(call, template, 'resample', signature, {
    holes: {
      loops: nest.heads,
      type: x.type,
      initial: offset ? `offset[${nest.index.sample}]` : cLiteral(x.dtype, 0),
      taps,
      tap,
      x_index: single
        ? nest.index.x
        : plus(nest.index.x, stride === 1 ? position : `${position} * ${stride}`),
      out_index: nest.index.out,
    },
  });
}
