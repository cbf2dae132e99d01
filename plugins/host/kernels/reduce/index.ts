import {
  cLiteral,
  elementCount,
  isFloat,
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
  type ReductionAttributes,
} from 'match-compiler';
import { isNarrow, wrappingType } from '../../arithmetic-expressions.ts';
import { cycles } from '../../costs.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { mixedLayouts } from '../../layout-choices.ts';
import { loopNest } from '../../loop-nest.ts';
import { memoryOrder, Signature, type Operand } from '../../operands.ts';
import text from './reduce.c';

const template = kernelTemplate('reduce/reduce.c', text);

/** Sums, means and maxima over some axes. */
export const reducePattern: ModulePattern = {
  name: 'reduce',
  pattern: pattern.oneOf(pattern.op(ops.reduceMean), pattern.op(ops.reduceSum), pattern.op(ops.reduceMax)),
  layouts: (region) => mixedLayouts(region),
  cycles: ({ region }) =>
    Math.ceil(
      cycles.call +
        elementCount(region.root.inputs[0]?.type.shape ?? []) * cycles.tap +
        elementCount(region.root.outputs[0]?.type.shape ?? []) * cycles.libraryCall,
    ),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { root } = call.region;
  const { axes, keepDims } = root.attributes as unknown as ReductionAttributes;
  const [value] = root.inputs;
  if (!value) throw new TypeError(`${root.op.name} lacks its operand`);
  const signature = new Signature(call);
  const x = signature.read('x', value);
  const out = signature.write('out');
  const rank = x.shape.length;
  const all = Array.from({ length: rank }, (_, axis) => axis);
  const kept = all.filter((axis) => !axes.includes(axis));
  const outAxis = (axis: number): number => (keepDims ? axis : kept.indexOf(axis));
  const outer = loopNest(out.shape, memoryOrder(out), {
    x: {
      strides: spread(
        out.shape.length,
        kept.map((axis) => [outAxis(axis), x.strides[axis] ?? 0]),
      ),
    },
    out: { strides: out.strides },
  });
  // Row-major over the reduced axes: the order in which float sums are defined.
  const inner = loopNest(
    x.shape.map((extent, axis) => (axes.includes(axis) ? extent : 1)),
    all,
    { x: { strides: x.strides } },
    ['r', 's', 't', 'u', 'v', 'w'],
  );
  const index = [outer.index.x, inner.index.x].filter((part) => part !== '0').join(' + ') || '0';
  const count = elementCount(axes.map((axis) => x.shape[axis] ?? 1));
  return kernelInstance(call, template, root.op.name, signature, {
    holes: {
      outer_loops: outer.heads,
      inner_loops: inner.heads,
      out_index: outer.index.out,
      x_index: index,
      type: x.type,
      ...reduction(root.op.name, x, index, outer.index.x, count),
    },
    flags: { maximum: root.op.name === ops.reduceMax.name },
  });
}

/** Strides of the output's axes, 0 where nothing is given. */
function spread(rank: number, entries: readonly (readonly [axis: number, stride: number])[]): number[] {
  const strides = new Array<number>(rank).fill(0);
  for (const [axis, stride] of entries) strides[axis] = stride;
  return strides;
}

function reduction(
  name: string,
  x: Operand,
  index: string,
  first: string,
  count: number,
): Record<'acc_type' | 'initial' | 'accumulate' | 'result', string> {
  const element = `x[${index}]`;
  if (name === ops.reduceMax.name) {
    return { acc_type: x.type, initial: `x[${first}]`, accumulate: '', result: 'acc' };
  }
  if (isFloat(x.dtype)) {
    const mean = name === ops.reduceMean.name && count !== 1;
    return {
      acc_type: x.type,
      initial: cLiteral(x.dtype, 0),
      accumulate: `acc += ${element};`,
      result: mean ? `acc / ${cLiteral(x.dtype, count)}` : 'acc',
    };
  }
  if (isNarrow(x.dtype)) {
    // 16-bit elements: so many of them fit an int32 sum.
    const sum = count <= 2 ** 15 ? 'int32_t' : 'int64_t';
    return { acc_type: sum, initial: '0', accumulate: `acc += ${element};`, result: `(${x.type})acc` };
  }
  const type = wrappingType(x.dtype);
  return {
    acc_type: type,
    initial: '0',
    accumulate: `acc += (${type})${element};`,
    result: x.type === type ? 'acc' : `(${x.type})acc`,
  };
}
