import {
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
  type OpDefinition,
} from 'match-compiler';
import { elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { Signature } from '../../operands.ts';
import text from './copy.c';
import { betweenStrided, copyCycles, copyLayouts, copyNest } from './moves.ts';

const template = kernelTemplate('copy/copy.c', text);

function moving(
  name: string,
  operator: OpDefinition,
  constraints: ModulePattern['constraints'] = [],
): ModulePattern {
  return {
    name,
    pattern: pattern.op(operator),
    constraints,
    layouts: (region) => copyLayouts(region),
    cycles: copyCycles,
    overlaps,
    kernel: { instantiate },
  };
}

const operator = (definition: unknown): OpDefinition => definition as OpDefinition;

/** Operators that move elements without looking at them, one strided copy each. */
export const copyPatterns: readonly ModulePattern[] = [
  moving('transpose', operator(ops.transpose)),
  moving('layout_transform', operator(ops.layoutTransform), [betweenStrided]),
  moving('reshape', operator(ops.reshape)),
  moving('identity', operator(ops.identity)),
  moving('slice', operator(ops.slice)),
  moving('expand', operator(ops.expand)),
  moving('resize_nearest', operator(ops.resizeNearest)),
];

/** Copies that keep every element in its place may run in place. */
function overlaps(call: KernelCall): ReturnType<NonNullable<ModulePattern['overlaps']>> {
  const keeps =
    call.region.root.op.name === ops.identity.name || call.region.root.op.name === ops.reshape.name;
  return keeps ? elementWiseOverlaps(call) : [];
}

function instantiate(call: KernelCall): KernelInstance {
  const { root } = call.region;
  const [value] = root.inputs;
  if (!value) throw new TypeError(`${root.op.name} lacks its operand`);
  const signature = new Signature(call);
  const x = signature.read('in', value);
  const out = signature.write('out');
  const nest = copyNest(root, x, out);
  return kernelInstance(call, template, root.op.name, signature, {
    holes: { loops: nest.heads, in_index: nest.index.in, out_index: nest.index.out },
  });
}
