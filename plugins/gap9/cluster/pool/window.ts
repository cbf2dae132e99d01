import { isOp, ops, type Node, type Region, type Value } from 'match-compiler';

/** One axis of a pool's window. */
export interface PoolAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBefore: number;
  readonly padAfter: number;
}

/** Codes of the kernel. */
export const poolOperations = { largest: 0, smallest: 1, sum: 2, meanHalfAway: 3, meanFloor: 4 } as const;

/** A pool, or a reduction over rows and columns, which is a pool of one window. */
export interface Pool {
  readonly node: Node;
  readonly operation: number;
  readonly x: Value;
  readonly out: Value;
  readonly rows: PoolAxis;
  readonly columns: PoolAxis;
  readonly countsPadding: boolean;
  /** Added to every element read, and to every result: changes of sign, and the zero point of a sum. */
  readonly inputOffset: number;
  readonly outputOffset: number;
}

const reductions: readonly { readonly name: string; readonly operation: number }[] = [
  { name: ops.reduceMax.name, operation: poolOperations.largest },
  { name: ops.reduceSum.name, operation: poolOperations.sum },
];

function isPool(node: Node): boolean {
  return [
    ops.maxPool2d.name,
    ops.averagePool2d.name,
    ops.sumPool2d.name,
    ...reductions.map(({ name }) => name),
  ].includes(node.op.name);
}

/** The pool of a region, changes of sign before and behind it absorbed. @throws {TypeError} where there is none */
export function poolOf(region: Region): Pool {
  const node = region.nodes.find(isPool);
  const read = node?.inputs[0];
  const [out] = region.outputs;
  if (!node || !read || !out) throw new TypeError(`${region.root.name} is no pool`);
  const before = region.nodes.find((each) => isOp(each, ops.changeSign) && each.outputs[0] === read);
  const x = before?.inputs[0] ?? read;
  const after = isOp(region.root, ops.changeSign) ? region.root : undefined;
  const changed = (from: Value | undefined): number => (from?.type.dtype === 'int8' ? 128 : -128);
  // A sum loses its zero point, a mean has it taken off before rounding and added again.
  const mean = isOp(node, ops.averagePool2d);
  const zeroPoint = Number(node.attributes[mean ? 'zeroPoint' : 'inputZeroPoint'] ?? 0);
  const common = {
    node,
    x,
    out,
    inputOffset: (before ? changed(x) : 0) - zeroPoint,
    outputOffset: (after ? changed(after.inputs[0]) : 0) + (mean ? zeroPoint : 0),
    countsPadding: node.attributes['countIncludePad'] === true,
  };
  const reduction = reductions.find(({ name }) => name === node.op.name);
  if (reduction) {
    const axis = (i: 2 | 3): PoolAxis => {
      const extent = read.type.shape[i] ?? 1;
      return { input: extent, output: 1, kernel: extent, stride: 1, dilation: 1, padBefore: 0, padAfter: 0 };
    };
    return { ...common, operation: reduction.operation, rows: axis(2), columns: axis(3) };
  }
  const list = (name: string): readonly number[] => (node.attributes[name] ?? []) as readonly number[];
  const made = node.outputs[0]?.type.shape ?? [];
  const axis = (i: 0 | 1): PoolAxis => ({
    input: read.type.shape[i + 2] ?? 1,
    output: made[i + 2] ?? 1,
    kernel: list('kernel')[i] ?? 1,
    stride: list('strides')[i] ?? 1,
    dilation: list('dilations')[i] ?? 1,
    padBefore: list('pads')[i] ?? 0,
    padAfter: list('pads')[i + 2] ?? 0,
  });
  return { ...common, operation: operationOf(node), rows: axis(0), columns: axis(1) };
}

function operationOf(node: Node): number {
  if (isOp(node, ops.maxPool2d)) return poolOperations.largest;
  if (isOp(node, ops.sumPool2d)) return poolOperations.sum;
  return node.attributes['rounding'] === 'floor' ? poolOperations.meanFloor : poolOperations.meanHalfAway;
}

/** Are the reduced axes of a reduction rows and columns, with one index each left? */
export function reducesPixels({ attributes, inputs }: Node): boolean {
  const axes = attributes['axes'] as readonly number[] | undefined;
  return inputs[0]?.type.shape.length === 4 && axes?.length === 2 && axes.includes(2) && axes.includes(3);
}
