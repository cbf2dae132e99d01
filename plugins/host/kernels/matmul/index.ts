import {
  cType,
  elementBytes,
  isFloat,
  ops,
  pattern,
  rowMajor,
  strided,
  type DataType,
  type KernelCall,
  type KernelInstance,
  type Layout,
  type LayoutChoice,
  type ModulePattern,
  type Node,
  type Region,
  type Value,
} from 'match-compiler';
import { cycles, storeCycles } from '../../costs.ts';
import { rowOverlaps } from '../../diagonal-overlap.ts';
import { epilogueOf } from '../../epilogue.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { advanced, loopNest } from '../../loop-nest.ts';
import { Signature } from '../../operands.ts';
import { accumulateStatement, initialValue, sumBound } from '../../products.ts';
import { requantizesAlong } from '../../requantization.ts';
import text from './matmul.c';

const template = kernelTemplate('matmul/matmul.c', text);

/** A product of matrices in the common form of `dense` and `matmul`: out[…,m,n] = Σ a[…,m,k]·b[…,n,k]. */
interface Product {
  readonly node: Node;
  readonly a: Value;
  readonly b: Value;
  readonly bias: Value | undefined;
  readonly aZeroPoint: number;
  readonly bZeroPoint: number;
  readonly accumulator: DataType;
  /** Logical axes of b: those of the batch, of the result's columns, of the sum. */
  readonly bColumn: number | undefined;
  readonly bDepth: number;
}

function productOf(region: Region): Product {
  const node = region.match.captures.get('product');
  const [a, b, bias] = node?.inputs ?? [];
  if (!node || !a || !b) throw new TypeError('no product in this region');
  const { attributes } = node;
  const number = (name: string): number => Number(attributes[name] ?? 0);
  const dense = node.op.name === ops.dense.name;
  const rank = b.type.shape.length;
  return {
    node,
    a,
    b,
    bias,
    aZeroPoint: number(dense ? 'inputZeroPoint' : 'aZeroPoint'),
    bZeroPoint: number(dense ? 'weightZeroPoint' : 'bZeroPoint'),
    accumulator: attributes['accumulator'] as DataType,
    bColumn: dense ? 0 : rank === 1 ? undefined : rank - 1,
    bDepth: dense ? 1 : rank === 1 ? 0 : rank - 2,
  };
}

const product = pattern.oneOf(
  pattern.op(ops.dense, { as: 'product' }),
  pattern.op(ops.matmul, { as: 'product' }),
);

/** Fully connected layers and matrix products, alone or with the requantize or clip behind them. */
export const matmulPattern: ModulePattern = {
  name: 'matmul',
  pattern: pattern.oneOf(
    pattern.op(ops.requantize, { inputs: [product] }),
    pattern.op(ops.clip, { inputs: [product] }),
    product,
  ),
  constraints: [
    (region) => {
      const rank = region.outputs[0]?.type.shape.length ?? 0;
      return requantizesAlong(region.root, Math.max(0, rank - 1));
    },
  ],
  layouts,
  cycles: predictCycles,
  overlaps(call) {
    const { a, b, node } = productOf(call.region);
    const [out] = call.region.outputs;
    if (!out || node.op.name !== ops.dense.name || a === b || call.region.inputs[0] !== a) return [];
    const [rows = 1, depth = 1] = a.type.shape;
    const [, columns = 1] = out.type.shape;
    return rowOverlaps(rows, depth * elementBytes(a.type.dtype), columns * elementBytes(out.type.dtype));
  },
  kernel: { instantiate },
};

/** Everything row-major, but constant right operands with the summed axis innermost. */
function layouts(region: Region): readonly LayoutChoice[] {
  const { a, b, bColumn, bDepth } = productOf(region);
  const rank = b.type.shape.length;
  const batch = Array.from({ length: rank }, (_, axis) => axis).filter(
    (axis) => axis !== bColumn && axis !== bDepth,
  );
  const depthInnermost = strided([...batch, ...(bColumn === undefined ? [] : [bColumn]), bDepth]);
  const layoutOf = (value: Value): Layout =>
    value === b && value !== a && value.constant ? depthInnermost : rowMajor(value.type.shape.length);
  return [
    {
      inputs: region.inputs.map(layoutOf),
      constants: region.constants.map(layoutOf),
      outputs: region.outputs.map(layoutOf),
    },
  ];
}

function predictCycles({ region }: KernelCall): number {
  const { node, b } = productOf(region);
  const types = node.inputs.map((value) => value.type);
  const macs =
    node.op.macs?.(
      types,
      node.outputs.map((value) => value.type),
      node.attributes,
    ) ?? 0;
  const outputs = (node.outputs[0]?.type.shape ?? []).reduce((count, extent) => count * extent, 1);
  const strided = !b.constant && node.op.name === ops.matmul.name;
  const store = storeCycles(region);
  return Math.ceil(
    cycles.call + macs * (strided ? cycles.stridedMac : cycles.mac) + outputs * (store + cycles.element),
  );
}

function instantiate(call: KernelCall): KernelInstance {
  const facts = productOf(call.region);
  const signature = new Signature(call);
  const dense = facts.node.op.name === ops.dense.name;
  const a = signature.read(dense ? 'x' : 'a', facts.a);
  const b = signature.read(dense ? 'weights' : 'b', facts.b);
  const bias = facts.bias && signature.read('bias', facts.bias);
  const out = signature.write('out');
  const aRank = a.shape.length;
  const depth = a.shape[aRank - 1] ?? 1;
  const columns = facts.bColumn === undefined ? 1 : (b.shape[facts.bColumn] ?? 1);
  const bDepthStride = b.strides[facts.bDepth] ?? 0;
  const aDepthStride = a.strides[aRank - 1] ?? 0;
  const bound = isFloat(facts.accumulator) ? Infinity : boundOf(facts, depth, columns);
  const epilogue = epilogueOf(call.region, facts.node, signature, out, { dtype: facts.accumulator, bound });

  // The result's axes: batch, then m unless a is a vector, then n unless b is one.
  const vectorA = aRank === 1;
  const vectorB = facts.bColumn === undefined;
  const rank = out.shape.length;
  const rowAxis = vectorA ? -1 : rank - (vectorB ? 1 : 2);
  const columnAxis = vectorB ? -1 : rank - 1;
  const batch = rank - (vectorA ? 0 : 1) - (vectorB ? 0 : 1);
  const along = (shape: readonly number[], strides: readonly number[], own: number, axis: number): number => {
    const ownBatch = shape.length - own;
    const from = axis - (batch - ownBatch);
    return axis >= batch || from < 0 || shape[from] === 1 ? 0 : (strides[from] ?? 0);
  };
  const nest = loopNest(
    out.shape,
    out.shape.map((_, axis) => axis),
    {
      a: {
        strides: out.shape.map((_, axis) =>
          axis === rowAxis ? (a.strides[aRank - 2] ?? 0) : along(a.shape, a.strides, vectorA ? 1 : 2, axis),
        ),
      },
      b: {
        strides: out.shape.map((_, axis) =>
          axis === columnAxis
            ? (b.strides[facts.bColumn ?? 0] ?? 0)
            : dense
              ? 0
              : along(b.shape, b.strides, vectorB ? 1 : 2, axis),
        ),
      },
      column: { strides: out.shape.map((_, axis) => (axis === columnAxis ? 1 : 0)) },
      out: { strides: out.strides },
    },
    ['i', 'j', 'l', 'm', 'n'],
  );
  const step = (stride: number): string => (stride === 1 ? 'k' : stride === 0 ? '0' : `k * ${stride}`);
  return kernelInstance(call, template, dense ? 'dense' : 'matmul', signature, {
    holes: {
      loops: nest.heads,
      a_type: a.type,
      b_type: b.type,
      row: advanced(a.name, nest.index.a),
      column: advanced(b.name, nest.index.b),
      acc_type: cType(facts.accumulator),
      initial: initialValue(bias && `bias[${nest.index.column}]`, facts.accumulator),
      depth,
      accumulate: accumulateStatement(
        { text: `row[${step(aDepthStride)}]`, dtype: a.dtype, zeroPoint: facts.aZeroPoint },
        { text: `column[${step(bDepthStride)}]`, dtype: b.dtype, zeroPoint: facts.bZeroPoint },
        facts.accumulator,
        bound,
      ),
      store: epilogue.store(`out[${nest.index.out}]`, nest.index.column),
    },
    support: epilogue.support,
  });
}

function boundOf(facts: Product, depth: number, columns: number): number {
  const { a, b, bias, aZeroPoint, bZeroPoint } = facts;
  const dense = facts.node.op.name === ops.dense.name;
  const matrices = b.type.shape.reduce((count, extent) => count * extent, 1) / Math.max(1, depth * columns);
  const factor = { dtype: a.type.dtype, zeroPoint: aZeroPoint };
  if (dense) {
    return sumBound(factor, b, bZeroPoint, { count: columns, depth, stride: 1, step: depth }, bias);
  }
  // Matrices one after the other, each depth × columns: the largest column of any of them.
  let bound = 0;
  for (let matrix = 0; matrix < matrices; matrix++) {
    bound = Math.max(
      bound,
      sumBound(
        factor,
        b,
        bZeroPoint,
        { count: columns, depth, stride: columns, step: 1, start: matrix * depth * columns },
        undefined,
      ),
    );
    if (!b.constant) break;
  }
  return bound;
}
