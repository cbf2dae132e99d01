import { ops, pattern, type KernelCall, type KernelInstance, type ModulePattern } from 'match-compiler';
import { mathFunction } from '../../arithmetic-expressions.ts';
import { cycles } from '../../costs.ts';
import { elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { Signature } from '../../operands.ts';
import { rowCycles, rowLayouts, rowNest } from '../../row-nest.ts';
import { support } from '../../support/index.ts';
import text from './softmax.c';
import twoPassText from './softmax_two_pass.c';

const template = kernelTemplate('softmax/softmax.c', text);
const twoPassTemplate = kernelTemplate('softmax/softmax_two_pass.c', twoPassText);

/** Softmax and its logarithm on floats. */
export const softmaxPattern: ModulePattern = {
  name: 'softmax',
  pattern: pattern.oneOf(pattern.op(ops.softmax), pattern.op(ops.logSoftmax)),
  layouts: rowLayouts,
  cycles: (call) =>
    isTwoPass(call)
      ? rowCycles(call, axisOf(call), 2 * cycles.libraryCall, 2)
      : rowCycles(call, axisOf(call), cycles.libraryCall, 3),
  overlaps: (call) => elementWiseOverlaps(call),
  kernel: { instantiate },
};

/** The logarithm needs the largest element all the same, and float64 has no integers to hold its mantissas. */
function isTwoPass({ region }: KernelCall): boolean {
  return region.root.op.name === ops.softmax.name && region.root.inputs[0]?.type.dtype === 'float32';
}

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
  const nest = rowNest(x, out, axisOf(call));
  if (isTwoPass(call)) {
    return kernelInstance(call, twoPassTemplate, root.op.name, signature, {
      holes: { ...nest },
      support: [...support.splitExponential, ...support.addScaled],
      headers: ['math.h', 'string.h'],
    });
  }
  return kernelInstance(call, template, root.op.name, signature, {
    holes: {
      ...nest,
      type: x.type,
      exp: mathFunction('exp', x.dtype),
      log: mathFunction('log', x.dtype),
    },
    flags: { logarithm: root.op.name === ops.logSoftmax.name },
    headers: ['math.h'],
  });
}
