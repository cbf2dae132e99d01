import {
  isOp,
  ops,
  pattern,
  type JobField,
  type KernelCall,
  type ModulePattern,
  type Node,
  type QuantizedBinaryAttributes,
  type Region,
  type Tiling,
  type Value,
} from 'match-compiler';
import { imagesOf, pairReason, pairTiling, type PairImages } from '../binary/pair.ts';
import { costs, ownShare, type Share } from '../costs.ts';
import { elementCode, isByte } from '../element-types.ts';
import { uniformLayouts } from '../element-wise/index.ts';
import { imageRanges, imageStrides, tileElements, tileRuns } from '../image.ts';
import { perLayouts, perRoot } from '../per-region.ts';
import { joined, support } from '../support/index.ts';
import text from './cluster_quantized_pair.c';
import { pairForm, type PairForm } from './forms.ts';

function operandsOf({ root }: Pick<Region, 'root'>): {
  readonly node: Node<QuantizedBinaryAttributes>;
  readonly a: Value;
  readonly b: Value;
} {
  const [a, b] = root.inputs;
  if (!a || !b) throw new TypeError(`${root.name} lacks operands`);
  return { node: root as unknown as Node<QuantizedBinaryAttributes>, a, b };
}

const formOf = perRoot((root): PairForm => {
  const { node, a, b } = operandsOf({ root });
  return pairForm(isOp(root, ops.quantizedAdd), node.attributes, a.type.dtype, b.type.dtype);
});

const supported = (region: Region): true | string => {
  const { a, b } = operandsOf(region);
  for (const { type } of [a, b, ...region.outputs]) {
    if (!isByte(type.dtype)) return `adds or multiplies ${type.dtype}, not bytes`;
  }
  return pairReason(region, a, b);
};

const images = perLayouts((region, layouts): PairImages => {
  const { a, b } = operandsOf(region);
  return imagesOf(region, layouts, a, b);
});

const tiling = perLayouts((region, layouts): Tiling => {
  const { length } = formOf(region).constants;
  return pairTiling(region, images(region, layouts), [
    { axes: [{ extent: length, bytes: 1 }], bytes: length },
  ]);
});

function cycles(call: KernelCall, share: Share): number {
  const { out } = images(call.region, call.layouts);
  const runs = ownShare(tileRuns(call, out), share);
  const elements = ownShare(tileElements(call, out), share);
  return Math.floor(
    costs.entry + runs * costs.run + costs.teamFactor * formOf(call.region).cycles * elements,
  );
}

function fields(call: KernelCall): readonly JobField[] {
  const { region, strides } = call;
  const { a, b } = operandsOf(region);
  const { form, fields: scaling } = formOf(region);
  const own = images(call.region, call.layouts);
  const [rows, columns, channels] = imageRanges(call, own.out);
  const [first, second] = [region.inputs.indexOf(a), region.inputs.indexOf(b)];
  const left = imageStrides(strides?.inputs[first], own.a, own.out);
  const right = imageStrides(strides?.inputs[second], own.b, own.out);
  const output = imageStrides(strides?.outputs[0], own.out, own.out);
  return [
    { name: 'left', role: 'input', index: first },
    { name: 'right', role: 'input', index: second },
    { name: 'constants', role: 'constant', index: 0 },
    { name: 'output', role: 'output', index: 0 },
    { name: 'rows', value: rows.extent },
    { name: 'columns', value: columns.extent },
    { name: 'channels', value: channels.extent },
    { name: 'left_row_stride', value: left[0] },
    { name: 'left_column_stride', value: left[1] },
    { name: 'left_channel_stride', value: left[2] },
    { name: 'left_type', value: elementCode(a.type.dtype) },
    { name: 'right_row_stride', value: right[0] },
    { name: 'right_column_stride', value: right[1] },
    { name: 'right_channel_stride', value: right[2] },
    { name: 'right_type', value: elementCode(b.type.dtype) },
    { name: 'output_row_stride', value: output[0] },
    { name: 'output_column_stride', value: output[1] },
    { name: 'output_channel_stride', value: output[2] },
    { name: 'output_type', value: elementCode(region.outputs[0]?.type.dtype ?? 'int8') },
    { name: 'form', value: form },
    ...scaling,
  ];
}

/** Sums and products of quantized tensors by every rule, broadcast. */
export const quantizedPairPattern: ModulePattern = {
  name: 'quantized_pair',
  pattern: pattern.oneOf(pattern.op(ops.quantizedAdd), pattern.op(ops.quantizedMul)),
  constraints: [supported],
  layouts: uniformLayouts,
  tiling,
  pack: ({ region }) => formOf(region).constants,
  cycles: (call) => cycles(call, 'slowest'),
  leastCycles: (call) => cycles(call, 'even'),
  kernel: {
    kind: 'job',
    name: 'cluster_quantized_pair',
    source: { path: 'plugins/gap9/cluster/quantized-pair/cluster_quantized_pair.c', text },
    support: joined(support.load, support.store, support.share, support.requantize),
    headers: ['string.h'],
    fields,
  },
};
