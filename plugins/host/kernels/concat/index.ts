import {
  ops,
  pattern,
  elementCount,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { channelsLastLayout, layoutChoices, plainLayout } from '../../layout-choices.ts';
import { loopNest } from '../../loop-nest.ts';
import { memoryOrder, Signature, type Operand } from '../../operands.ts';
import text from './concat.c';
import { copyText } from './copy-text.ts';

const template = kernelTemplate('concat/concat.c', text);

function partCycles({ region }: KernelCall): number {
  const count = region.outputs.reduce((sum, value) => sum + elementCount(value.type.shape), 0);
  return Math.ceil(cycles.call + count * cycles.element);
}

/** Tensors put one after the other along an axis. */
export const concatPattern: ModulePattern = {
  name: 'concat',
  pattern: pattern.op(ops.concat, { as: 'node' }),
  layouts: (region) => layoutChoices(region, [plainLayout, channelsLastLayout]),
  cycles: partCycles,
  kernel: { instantiate: concat },
};

/** A tensor cut into parts along an axis. */
export const splitPattern: ModulePattern = {
  name: 'split',
  pattern: pattern.op(ops.split, { as: 'node' }),
  layouts: (region) => layoutChoices(region, [plainLayout, channelsLastLayout]),
  cycles: partCycles,
  kernel: { instantiate: split },
};

function concat(call: KernelCall): KernelInstance {
  const node = pattern.captured(call.region.match, 'node', ops.concat);
  const signature = new Signature(call);
  const parts = node.inputs.map((value, i) => signature.read(`in${i}`, value));
  const out = signature.write('out');
  let offset = 0;
  const copies = parts.map((part) => {
    const start = offset;
    offset += (part.shape[node.attributes.axis] ?? 0) * (out.strides[node.attributes.axis] ?? 0);
    return partCopy(part, part, { ...out, offset: start });
  });
  return kernelInstance(call, template, 'concat', signature, {
    holes: { copies: copies.join('\n') },
  });
}

function split(call: KernelCall): KernelInstance {
  const node = pattern.captured(call.region.match, 'node', ops.split);
  const [value] = node.inputs;
  if (!value) throw new TypeError('split lacks its operand');
  const signature = new Signature(call);
  const whole = signature.read('in', value);
  let offset = 0;
  const copies: string[] = [];
  for (const output of node.outputs) {
    const start = offset;
    offset += (output.type.shape[node.attributes.axis] ?? 0) * (whole.strides[node.attributes.axis] ?? 0);
    // A part that nobody reads is no output of the region.
    const index = call.region.outputs.indexOf(output);
    if (index < 0) continue;
    const part = signature.write(`out${index}`, index);
    copies.push(partCopy(part, { ...whole, offset: start }, part));
  }
  return kernelInstance(call, template, 'split', signature, {
    holes: { copies: copies.join('\n') },
  });
}

type Place = Operand & { readonly offset?: number };

/** Loops over a part, in the order of its memory. A part without elements is a parameter all the same. */
function partCopy(part: Operand, from: Place, to: Place): string {
  if (elementCount(part.shape) === 0) return `(void)${part.name};`;
  const access = ({ strides, offset = 0 }: Place) => ({ strides, offset });
  const nest = loopNest(part.shape, memoryOrder(part), { from: access(from), to: access(to) });
  return copyText(nest.heads, `${to.name}[${nest.index.to}] = ${from.name}[${nest.index.from}];`);
}
