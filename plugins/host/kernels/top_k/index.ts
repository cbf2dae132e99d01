import {
  elementCount,
  isFloat,
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { channelsLastLayout, layoutChoices, plainLayout } from '../../layout-choices.ts';
import { advanced, loopNest } from '../../loop-nest.ts';
import { memoryOrder, Signature, type Operand } from '../../operands.ts';
import text from './top_k.c';

const template = kernelTemplate('top_k/top_k.c', text);

/** The best elements along an axis, by insertion: no memory beside the results. */
export const topKPattern: ModulePattern = {
  name: 'top_k',
  pattern: pattern.op(ops.topK, { as: 'node' }),
  layouts: (region) => layoutChoices(region, [plainLayout, channelsLastLayout]),
  cycles({ region }) {
    const { attributes, inputs } = pattern.captured(region.match, 'node', ops.topK);
    const count = elementCount(inputs[0]?.type.shape ?? []);
    return Math.ceil(cycles.call + count * (cycles.tap + (cycles.element * attributes.k) / 2));
  },
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { region } = call;
  const node = pattern.captured(region.match, 'node', ops.topK);
  const { axis, k, largest } = node.attributes;
  const [value] = node.inputs;
  if (!value) throw new TypeError(`${node.name} lacks its operand`);
  const signature = new Signature(call);
  const x = signature.read('x', value);
  // A result that nobody reads is no output of the region.
  const [values, indices] = ['values', 'indices'].map((name, i) => {
    const output = node.outputs[i];
    const index = output ? region.outputs.indexOf(output) : -1;
    return index < 0 ? undefined : signature.write(name, index);
  });
  const results = [values, indices].filter((operand) => operand !== undefined);
  const rest = x.shape.map((extent, i) => (i === axis ? 1 : extent));
  const strides = (operand: Operand | undefined): { strides: readonly number[] } => ({
    strides: operand?.strides ?? rest.map(() => 0),
  });
  const [first = x] = results;
  const nest = loopNest(rest, memoryOrder(first), { x, values: strides(values), indices: strides(indices) }, [
    'n',
    'j',
    'l',
    'm',
  ]);
  const at = (operand: Operand | undefined, position: string): string => {
    const stride = operand?.strides[axis] ?? 0;
    if (stride === 0) return '0';
    return stride === 1 ? position : `${/\W/.test(position) ? `(${position})` : position} * ${stride}`;
  };
  const xStride = x.strides[axis] ?? 0;
  const float = isFloat(x.dtype);
  // Not a number is the largest.
  const wins = largest
    ? `value > other${float ? ' || (value != value && other == other)' : ''}`
    : `value < other${float ? ' || (value == value && other != other)' : ''}`;
  return kernelInstance(call, template, 'top_k', signature, {
    holes: {
      loops: nest.heads,
      type: x.type,
      row: advanced(x.name, nest.index.x),
      best: advanced('values', nest.index.values),
      place: advanced('indices', nest.index.indices),
      extent: x.shape[axis] ?? 1,
      x_step: xStride === 0 ? '0' : xStride === 1 ? 'i' : `i * ${xStride}`,
      k,
      other: values
        ? `best[${at(values, 'p - 1')}]`
        : xStride === 0
          ? 'row[0]'
          : `row[place[${at(indices, 'p - 1')}]${xStride === 1 ? '' : ` * ${xStride}`}]`,
      wins,
      best_at: at(values, 'p'),
      place_at: at(indices, 'p'),
      place_before: at(indices, 'p - 1'),
    },
    flags: { with_values: values !== undefined, with_indices: indices !== undefined },
  });
}
