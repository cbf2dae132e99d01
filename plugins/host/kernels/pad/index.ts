import {
  cLiteral,
  elementCount,
  isWide,
  needsMathHeader,
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
  type PadAttributes,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { channelsLastLayout, layoutChoices, plainLayout } from '../../layout-choices.ts';
import { indexExpression, loopHead, loopNest } from '../../loop-nest.ts';
import { memoryOrder, Signature, type Operand } from '../../operands.ts';
import text from './pad.c';

const template = kernelTemplate('pad/pad.c', text);

/** Elements put around a tensor. */
export const padPattern: ModulePattern = {
  name: 'pad',
  pattern: pattern.op(ops.pad, { as: 'node' }),
  layouts: (region) => layoutChoices(region, [plainLayout, channelsLastLayout]),
  cycles: ({ region }) =>
    Math.ceil(cycles.call + elementCount(region.outputs[0]?.type.shape ?? []) * 2 * cycles.element),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { attributes, inputs } = pattern.captured(call.region.match, 'node', ops.pad);
  const [value] = inputs;
  if (!value) throw new TypeError('pad lacks its operand');
  const signature = new Signature(call);
  const x = signature.read('in', value);
  const out = signature.write('out');
  const constant = attributes.mode === 'constant';
  const fill = isWide(x.dtype) ? BigInt(attributes.value) : attributes.value;
  return kernelInstance(call, template, 'pad', signature, {
    holes: {
      count: elementCount(out.shape),
      value: cLiteral(x.dtype, fill),
      ...(constant ? interior(x, out, attributes) : mirrored(x, out, attributes)),
    },
    flags: { constant },
    headers: constant && needsMathHeader(fill) ? ['math.h'] : [],
  });
}

/** The input copied to its place inside the output. */
function interior(x: Operand, out: Operand, { pads }: PadAttributes): Record<string, string> {
  const offset = x.shape.reduce((sum, _, axis) => sum + (pads[axis] ?? 0) * (out.strides[axis] ?? 0), 0);
  const nest = loopNest(x.shape, memoryOrder(out), {
    in: { strides: x.strides },
    out: { strides: out.strides, offset },
  });
  return { loops: nest.heads, sources: '', in_index: nest.index.in, out_index: nest.index.out };
}

/** Every element of the output with the position that it comes from, per padded axis. */
function mirrored(x: Operand, out: Operand, { pads, mode }: PadAttributes): Record<string, string> {
  const rank = x.shape.length;
  const axes = memoryOrder(out).filter((axis) => out.shape[axis] !== 1);
  const sources: string[] = [];
  const from = axes.map((axis) => {
    const before = pads[axis] ?? 0;
    const extent = x.shape[axis] ?? 1;
    if (before === 0 && (pads[axis + rank] ?? 0) === 0) return `i${axis}`;
    if (mode === 'wrap') {
      const shift = (extent - (before % extent)) % extent;
      sources.push(`const int32_t from${axis} = (i${axis}${shift === 0 ? '' : ` + ${shift}`}) % ${extent};`);
      return `from${axis}`;
    }
    // The mirror stands on the edge element, or between it and its image.
    const between = mode === 'symmetric' ? 1 : 0;
    const low = mode === 'edge' ? '0' : `${before - between} - i${axis}`;
    const high = mode === 'edge' ? String(extent - 1) : `${2 * (extent - 1) + before + between} - i${axis}`;
    const inside = before === 0 ? `i${axis}` : `i${axis} - ${before}`;
    const below = before === 0 ? '' : `i${axis} < ${before} ? ${low} : `;
    sources.push(`const int32_t from${axis} = ${below}i${axis} < ${before + extent} ? ${inside} : ${high};`);
    return `from${axis}`;
  });
  return {
    loops: axes.map((axis) => loopHead(`i${axis}`, out.shape[axis] ?? 1)).join('\n'),
    sources: sources.join('\n'),
    in_index: indexExpression(axes.map((axis, i) => [from[i] ?? '0', x.strides[axis] ?? 0])),
    out_index: indexExpression(axes.map((axis) => [`i${axis}`, out.strides[axis] ?? 0])),
  };
}
