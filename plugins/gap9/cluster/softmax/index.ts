import {
  bytesOf,
  cLiteral,
  elementBytes,
  integerRange,
  ops,
  pattern,
  rowMajor,
  softmaxAccumulationBits,
  softmaxFixedPointTable,
  softmaxFloatTable,
  softmaxRealTable,
  type JobField,
  type KernelCall,
  type LayoutChoice,
  type ModulePattern,
  type QuantizedSoftmaxAttributes,
  type Region,
  type Tiling,
} from 'match-compiler';
import { costs, ownShare, type Share } from '../costs.ts';
import { elementCode } from '../element-types.ts';
import { uniformLayouts } from '../element-wise/index.ts';
import { alignedOperand, imageOf, imageRanges, imageTileDimensions, type Image } from '../image.ts';
import { perLayouts, perRegion } from '../per-region.ts';
import { joined, support } from '../support/index.ts';
import text from './cluster_softmax.c';

const ruleCodes = { 'float-table': 0, 'real-even': 1, gemmlowp: 2 } as const;

interface Facts {
  readonly attributes: QuantizedSoftmaxAttributes;
  readonly table: Uint8Array;
}

const factsOf = perRegion((region): Facts => {
  const { attributes } = pattern.captured(region.match, 'softmax', ops.quantizedSoftmax);
  return { attributes, table: tableOf(attributes) };
});

function tableOf({ rule, inputScale }: QuantizedSoftmaxAttributes): Uint8Array {
  switch (rule) {
    case 'float-table':
      return bytesOf(softmaxFloatTable(inputScale));
    case 'real-even':
      return bytesOf(softmaxRealTable(inputScale));
    case 'gemmlowp': {
      const { exponentials, terms } = softmaxFixedPointTable(inputScale);
      return Uint8Array.from([...bytesOf(exponentials), ...bytesOf(terms)]);
    }
  }
}

/** Layouts in which the axis of the softmax is innermost. */
const layoutsOf = (region: Region): readonly LayoutChoice[] => {
  const { axis } = factsOf(region).attributes;
  return uniformLayouts(region).filter(
    ({ inputs: [layout] }) => layout?.kind === 'strided' && layout.order.at(-1) === axis,
  );
};

const innermost = (region: Region): true | string =>
  layoutsOf(region).length > 0 || 'goes along an axis that is innermost in no layout';

const notConstant = (region: Region): true | string => region.inputs.length === 1 || 'reads a constant';

const imagesOf = perLayouts((region, layouts): { readonly x: Image; readonly out: Image } => {
  const [x] = region.inputs;
  const [out] = region.outputs;
  if (!x || !out) throw new TypeError(`${region.root.name} lacks operands`);
  return {
    x: imageOf(x, layouts.inputs[0] ?? rowMajor(x.type.shape.length)),
    out: imageOf(out, layouts.outputs[0] ?? rowMajor(out.type.shape.length)),
  };
});

const rowsWhole = [false, false, true];

const tiling = perLayouts((region, layouts): Tiling => {
  const { x, out } = imagesOf(region, layouts);
  const { length } = factsOf(region).table;
  return {
    dimensions: imageTileDimensions(out, rowsWhole),
    inputs: [alignedOperand(x, out, rowsWhole)],
    constants: [{ axes: [{ extent: length, bytes: 1 }], bytes: length }],
    outputs: [alignedOperand(out, out, rowsWhole)],
  };
});

function cycles(call: KernelCall, share: Share): number {
  const { attributes } = factsOf(call.region);
  const [rows, columns, channels] = imageRanges(call, imagesOf(call.region, call.layouts).out);
  const own = ownShare(rows.extent * columns.extent, share);
  const { softmax } = costs;
  const perRow = {
    'float-table': softmax.row + channels.extent * softmax.floatTable,
    'real-even': softmax.row + channels.extent * softmax.realEven,
    gemmlowp: softmax.gemmlowpRow + channels.extent * softmax.gemmlowp,
  };
  return Math.floor(costs.entry + costs.teamFactor * own * perRow[attributes.rule]);
}

function fields(call: KernelCall): readonly JobField[] {
  const { region, layouts, strides } = call;
  const { attributes } = factsOf(region);
  const { rule, zeroPoint, dtype, outputScale } = attributes;
  const { x, out } = imagesOf(region, layouts);
  const [rows, columns, channels] = imageRanges(call, out);
  const from = strides?.inputs[0] ?? x.strides;
  const to = strides?.outputs[0] ?? out.strides;
  const { min, max } = integerRange(dtype);
  return [
    { name: 'input', role: 'input', index: 0 },
    { name: 'constants', role: 'constant', index: 0 },
    { name: 'output', role: 'output', index: 0 },
    { name: 'rows', value: rows.extent },
    { name: 'columns', value: columns.extent },
    { name: 'channels', value: channels.extent },
    { name: 'input_row_stride', value: from[0] ?? 0 },
    { name: 'input_column_stride', value: from[1] ?? 0 },
    { name: 'input_type', value: elementCode(region.inputs[0]?.type.dtype ?? 'int8') },
    { name: 'output_row_stride', value: to[0] ?? 0 },
    { name: 'output_column_stride', value: to[1] ?? 0 },
    { name: 'output_bytes', value: elementBytes(dtype) },
    { name: 'output_type', value: elementCode(dtype) },
    { name: 'rule', value: ruleCodes[rule] },
    { name: 'bits', value: softmaxAccumulationBits + 31 - 8 * elementBytes(dtype) },
    // The fixed-point rule knows no other zero point than the lowest value.
    { name: 'offset', value: rule === 'gemmlowp' ? min : zeroPoint },
    { name: 'low', value: min },
    { name: 'high', value: max },
    { name: 'output_scale', value: cLiteral('float64', outputScale) },
  ];
}

/** Softmax of bytes by every rule, with the exponentials as a table. */
export const softmaxPattern: ModulePattern = {
  name: 'softmax',
  pattern: pattern.op(ops.quantizedSoftmax, { as: 'softmax' }),
  constraints: [notConstant, innermost],
  layouts: layoutsOf,
  tiling,
  pack: ({ region }) => factsOf(region).table,
  cycles: (call) => cycles(call, 'slowest'),
  leastCycles: (call) => cycles(call, 'even'),
  kernel: {
    kind: 'job',
    name: 'cluster_softmax',
    source: { path: 'plugins/gap9/cluster/softmax/cluster_softmax.c', text },
    support: joined(
      support.load,
      support.store,
      support.share,
      support.fixedPointReciprocal,
      support.roundingDivide,
      support.roundEvenFloat64,
    ),
    headers: ['string.h'],
    fields,
  },
};
