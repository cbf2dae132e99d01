import {
  cLiteral,
  elementCount,
  integerRange,
  isFloat,
  ops,
  pattern,
  type DataType,
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

/** Sums, means, products and extremes over some axes. */
export const reducePattern: ModulePattern = {
  name: 'reduce',
  pattern: pattern.oneOf(
    pattern.op(ops.reduceMean),
    pattern.op(ops.reduceSum),
    pattern.op(ops.reduceProd),
    pattern.op(ops.reduceMax),
    pattern.op(ops.reduceMin),
  ),
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
    flags: { extreme: isExtreme(root.op.name) },
    headers: isExtreme(root.op.name) && isFloat(x.dtype) && count === 0 ? ['math.h'] : [],
  });
}

const isExtreme = (name: string): boolean => name === ops.reduceMax.name || name === ops.reduceMin.name;

/** What the extreme of no element is: every element is beyond it. */
function extremeOfNone(dtype: DataType, largest: boolean): string {
  if (isFloat(dtype)) return largest ? 'INFINITY' : '-INFINITY';
  if (dtype === 'int64') return cLiteral(dtype, largest ? 2n ** 63n - 1n : -(2n ** 63n));
  if (dtype === 'uint64') return cLiteral(dtype, largest ? 2n ** 64n - 1n : 0n);
  const { min, max } = integerRange(dtype);
  return cLiteral(dtype, largest ? max : min);
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
): Record<'acc_type' | 'initial' | 'accumulate' | 'result' | 'beats', string> {
  const element = `x[${index}]`;
  if (isExtreme(name)) {
    const smallest = name === ops.reduceMin.name;
    const initial = count === 0 ? extremeOfNone(x.dtype, smallest) : `x[${first}]`;
    return { acc_type: x.type, initial, accumulate: '', result: 'acc', beats: smallest ? '<' : '>' };
  }
  return { ...combination(name, x, element, count), beats: '' };
}

function combination(
  name: string,
  x: Operand,
  element: string,
  count: number,
): Record<'acc_type' | 'initial' | 'accumulate' | 'result', string> {
  if (name === ops.reduceProd.name) {
    const type = isFloat(x.dtype) ? x.type : wrappingType(x.dtype);
    const result = x.type === type ? 'acc' : `(${x.type})acc`;
    // GCC warns of the sign where a narrow signed factor is converted within the product.
    const accumulate =
      x.type === type ? `acc *= ${element};` : `const ${type} factor = (${type})${element};\nacc *= factor;`;
    const initial = isFloat(x.dtype) ? cLiteral(x.dtype, 1) : '1';
    return { acc_type: type, initial, accumulate, result };
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
