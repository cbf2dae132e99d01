import {
  elementCount,
  isFloat,
  ops,
  pattern,
  type ArgExtremeAttributes,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { mixedLayouts } from '../../layout-choices.ts';
import { advanced, loopNest } from '../../loop-nest.ts';
import { memoryOrder, Signature } from '../../operands.ts';
import text from './arg_extreme.c';

const template = kernelTemplate('arg_extreme/arg_extreme.c', text);

/** Index of the largest or smallest element along an axis. */
export const argExtremePattern: ModulePattern = {
  name: 'arg_extreme',
  pattern: pattern.oneOf(pattern.op(ops.argMax), pattern.op(ops.argMin)),
  layouts: (region) => mixedLayouts(region),
  cycles: ({ region }) =>
    Math.ceil(cycles.call + elementCount(region.root.inputs[0]?.type.shape ?? []) * cycles.tap),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { root } = call.region;
  const { axis, keepDims, lastIndex } = root.attributes as unknown as ArgExtremeAttributes;
  const [value] = root.inputs;
  if (!value) throw new TypeError(`${root.op.name} lacks its operand`);
  const signature = new Signature(call);
  const x = signature.read('x', value);
  const out = signature.write('out');
  const kept = x.strides.flatMap((stride, i) => (i === axis ? (keepDims ? [0] : []) : [stride]));
  const nest = loopNest(
    out.shape,
    memoryOrder(out),
    { x: { strides: kept }, out: { strides: out.strides } },
    ['n', 'j', 'k', 'l', 'm'],
  );
  const stride = x.strides[axis] ?? 0;
  const operator = root.op.name === ops.argMax.name ? '>' : '<';
  return kernelInstance(call, template, root.op.name, signature, {
    holes: {
      loops: nest.heads,
      type: x.type,
      row: advanced(x.name, nest.index.x),
      extent: x.shape[axis] ?? 1,
      step: stride === 0 ? '0' : stride === 1 ? 'i' : `i * ${stride}`,
      wins: wins(operator, lastIndex, isFloat(x.dtype)),
      out_index: nest.index.out,
    },
  });
}

/** Whether `value` takes the place of `champion`; not a number beats every number. */
function wins(operator: '<' | '>', lastIndex: boolean, float: boolean): string {
  if (lastIndex) return `value ${operator}= champion${float ? ' || value != value' : ''}`;
  return `value ${operator} champion${float ? ' || (value != value && champion == champion)' : ''}`;
}
