import {
  cLiteral,
  elementCount,
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
} from 'match-compiler';
import { mathFunction } from '../../arithmetic-expressions.ts';
import { cycles } from '../../costs.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { mixedLayouts } from '../../layout-choices.ts';
import { advanced, loopNest } from '../../loop-nest.ts';
import { memoryOrder, Signature } from '../../operands.ts';
import text from './lrn.c';

const template = kernelTemplate('lrn/lrn.c', text);

/** Normalisation by the neighbouring channels. */
export const lrnPattern: ModulePattern = {
  name: 'lrn',
  pattern: pattern.op(ops.lrn, { as: 'node' }),
  layouts: (region) => mixedLayouts(region),
  cycles({ region }) {
    const { attributes, outputs } = pattern.captured(region.match, 'node', ops.lrn);
    const count = elementCount(outputs[0]?.type.shape ?? []);
    return Math.ceil(cycles.call + count * (2 * cycles.libraryCall + attributes.size * cycles.mac));
  },
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { attributes, inputs, name } = pattern.captured(call.region.match, 'node', ops.lrn);
  const [value] = inputs;
  if (!value) throw new TypeError(`${name} lacks its operand`);
  const signature = new Signature(call);
  const x = signature.read('x', value);
  const out = signature.write('out');
  const nest = loopNest(
    out.shape,
    memoryOrder(out),
    {
      x: { strides: x.strides.map((stride, axis) => (axis === 1 ? 0 : stride)) },
      channel: { strides: out.shape.map((_, axis) => (axis === 1 ? 1 : 0)) },
      out: { strides: out.strides },
    },
    ['n', 'i', 'j', 'k', 'l'],
  );
  const [, channels = 1] = x.shape;
  const { size, alpha, beta, bias } = attributes;
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const { channel } = nest.index;
  const stride = x.strides[1] ?? 0;
  const step = (index: string): string =>
    stride === 0 || index === '0' ? '0' : stride === 1 ? index : `${index} * ${stride}`;
  const number = (literal: number): string => cLiteral(x.dtype, literal);
  return kernelInstance(call, template, 'lrn', signature, {
    holes: {
      loops: nest.heads,
      type: x.type,
      pixel: advanced(x.name, nest.index.x),
      from: channel === '0' || before === 0 ? channel : `${channel} > ${before} ? ${channel} - ${before} : 0`,
      to:
        channel === '0' ? '1' : `${channel} < ${channels - after} ? ${channel} + ${after + 1} : ${channels}`,
      step: step('c'),
      own: step(channel),
      out_index: nest.index.out,
      zero: number(0),
      pow: mathFunction('pow', x.dtype),
      bias: number(bias),
      factor: number(alpha / size),
      beta: number(beta),
    },
    headers: ['math.h'],
  });
}
