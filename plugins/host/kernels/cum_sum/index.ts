import {
  cType,
  elementCount,
  isFloat,
  isWide,
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { channelsLastLayout, layoutChoices, plainLayout } from '../../layout-choices.ts';
import { advanced, indexExpression, loopNest } from '../../loop-nest.ts';
import { memoryOrder, Signature } from '../../operands.ts';
import text from './cum_sum.c';

const template = kernelTemplate('cum_sum/cum_sum.c', text);

/** Running sums along an axis. */
export const cumSumPattern: ModulePattern = {
  name: 'cum_sum',
  pattern: pattern.op(ops.cumSum, { as: 'node' }),
  layouts: (region) => layoutChoices(region, [plainLayout, channelsLastLayout]),
  cycles: ({ region }) =>
    Math.ceil(cycles.call + elementCount(region.outputs[0]?.type.shape ?? []) * cycles.element),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { attributes, inputs } = pattern.captured(call.region.match, 'node', ops.cumSum);
  const { axis, exclusive, reverse } = attributes;
  const [value] = inputs;
  if (!value) throw new TypeError('cum_sum lacks its operand');
  const signature = new Signature(call);
  const x = signature.read('x', value);
  const out = signature.write('out');
  const extent = x.shape[axis] ?? 1;
  const rest = x.shape.map((own, i) => (i === axis ? 1 : own));
  const nest = loopNest(rest, memoryOrder(out), { x, out }, ['n', 'j', 'l', 'm']);
  // Sums of signed integers wrap as unsigned ones do.
  const unsigned = isWide(x.dtype) ? 'uint64_t' : 'uint32_t';
  return kernelInstance(call, template, 'cum_sum', signature, {
    holes: {
      loops: nest.heads,
      type: cType(x.dtype),
      sum_type: isFloat(x.dtype) ? cType(x.dtype) : unsigned,
      row: advanced('x', nest.index.x),
      sums: advanced('out', nest.index.out),
      first: reverse ? extent - 1 : 0,
      more: reverse ? 'i >= 0' : `i < ${extent}`,
      next: reverse ? '--i' : '++i',
      row_at: indexExpression([['i', x.strides[axis] ?? 0]]),
      sums_at: indexExpression([['i', out.strides[axis] ?? 0]]),
    },
    flags: { exclusive, inclusive: !exclusive },
  });
}
