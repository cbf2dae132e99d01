import { ops, pattern, type KernelCall, type KernelInstance, type ModulePattern } from 'match-compiler';
import { mathFunction } from '../../arithmetic-expressions.ts';
import { cycles } from '../../costs.ts';
import { elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { Signature } from '../../operands.ts';
import { rowCycles, rowLayouts, rowNest } from '../../row-nest.ts';
import text from './softmax.c';

const template = kernelTemplate('softmax/softmax.c', text);

/** Softmax and its logarithm on floats. */
export const softmaxPattern: ModulePattern = {
  name: 'softmax',
  pattern: pattern.oneOf(pattern.op(ops.softmax), pattern.op(ops.logSoftmax)),
  layouts: rowLayouts,
  cycles: (call) => rowCycles(call, axisOf(call), cycles.libraryCall),
  overlaps: (call) => elementWiseOverlaps(call),
  kernel: { instantiate },
};

function axisOf({ region }: KernelCall): number {
  return Number(region.root.attributes['axis'] ?? 0);
}

function instantiate(call: KernelCall): KernelInstance {
  const { root } = call.region;
  const [value] = root.inputs;
  if (!value) throw new TypeError('softmax lacks its operand');
  const signature = new Signature(call);
  const x = signature.read('x', value);
  const out = signature.write('out');
  return kernelInstance(call, template, root.op.name, signature, {
    holes: {
      ...rowNest(x, out, axisOf(call)),
      type: x.type,
      exp: mathFunction('exp', x.dtype),
      log: mathFunction('log', x.dtype),
    },
    flags: { logarithm: root.op.name === ops.logSoftmax.name },
    headers: ['math.h'],
  });
}
