import {
  isOp,
  ops,
  pattern,
  type BinaryAttributes,
  type JobField,
  type KernelCall,
  type LayoutChoice,
  type ModulePattern,
  type Node,
  type OpDefinition,
  type Pattern,
  type Region,
  type Tiling,
  type Value,
} from 'match-compiler';
import { costs, ownShare, type Share } from '../costs.ts';
import { elementCode, isKnown } from '../element-types.ts';
import { entryAxis, entryOperand, packEntries, scalableLayouts } from '../element-wise/entries.ts';
import { uniformLayouts } from '../element-wise/index.ts';
import { imageRanges, imageStrides, tileElements, tileRuns } from '../image.ts';
import { perLayouts, perRegion } from '../per-region.ts';
import { scalingFields, scalingOf, scalingReason, type Scaling } from '../requantization.ts';
import { joined, support } from '../support/index.ts';
import text from './cluster_binary.c';
import { imagesOf, pairReason, pairTiling, type PairImages } from './pair.ts';

const operations: readonly OpDefinition<BinaryAttributes>[] = [
  ops.add,
  ops.sub,
  ops.mul,
  ops.minimum,
  ops.maximum,
];

interface Facts {
  readonly node: Node<BinaryAttributes>;
  readonly a: Value;
  readonly b: Value;
  readonly scales: boolean;
  readonly scaling: Scaling;
}

const factsOf = perRegion((region): Facts => {
  const node = region.nodes.find((each) => operations.some((op) => isOp(each, op))) as
    Node<BinaryAttributes> | undefined;
  const [a, b] = node?.inputs ?? [];
  if (!node || !a || !b) throw new TypeError(`${region.root.name} lacks operands`);
  const scales = isOp(region.root, ops.requantize);
  const plain = scalingOf(node, 'int32');
  const wide = { min: -(2 ** 31), max: 2 ** 31 - 1 };
  const none = { rule: 0, inputZeroPoint: 0, zeroPoint: 0, divisor: 1, denominator: 1 };
  const scaling = scales
    ? scalingOf(region.root, 'int32')
    : { ...plain, fields: scalingFields({ ...none, ...wide }) };
  return { node, a, b, scales, scaling };
});

const supported = (region: Region): true | string => {
  const { node, a, b } = factsOf(region);
  const { dtype } = node.attributes;
  if (!isKnown(dtype)) return `computes in ${dtype}`;
  if (region.root.op.name === ops.requantize.name) {
    const { root } = region;
    const reason = isOp(root, ops.requantize) ? scalingReason(root, root.attributes.axis) : true;
    if (reason !== true) return reason;
  }
  return pairReason(region, a, b);
};

const layoutsOf = (region: Region): readonly LayoutChoice[] =>
  scalableLayouts(region, factsOf(region).scaling, uniformLayouts(region));

const scalable = (region: Region): true | string =>
  layoutsOf(region).length > 0 || 'scales along an axis in the middle';

const images = perLayouts((region, layouts): PairImages => {
  const { a, b } = factsOf(region);
  return imagesOf(region, layouts, a, b);
});

const tiling = perLayouts((region, layouts): Tiling => {
  const own = images(region, layouts);
  const { scaling, scales } = factsOf(region);
  return pairTiling(region, own, scales ? [entryOperand(region, scaling, own.out)] : []);
});

function cycles(call: KernelCall, share: Share): number {
  const { scaling, scales } = factsOf(call.region);
  const { out } = images(call.region, call.layouts);
  const runs = ownShare(tileRuns(call, out), share);
  const scale = scales ? scaling.cycles + (scaling.perChannel ? costs.entryLoad : 0) : 0;
  // Two loads, the operation, a store, and the address of a repeated operand.
  const element = 5 + scale;
  const elements = ownShare(tileElements(call, out), share);
  return Math.floor(costs.entry + runs * costs.run + costs.teamFactor * element * elements);
}

function fields(call: KernelCall): readonly JobField[] {
  const { region, strides } = call;
  const { node, a, b, scales, scaling } = factsOf(region);
  const own = images(call.region, call.layouts);
  const [rows, columns, channels] = imageRanges(call, own.out);
  const [first, second] = [region.inputs.indexOf(a), region.inputs.indexOf(b)];
  const left = imageStrides(strides?.inputs[first], own.a, own.out);
  const right = imageStrides(strides?.inputs[second], own.b, own.out);
  const output = imageStrides(strides?.outputs[0], own.out, own.out);
  const along = entryAxis(region, scaling, own.out);
  return [
    { name: 'left', role: 'input', index: first },
    { name: 'right', role: 'input', index: second },
    scales ? { name: 'constants', role: 'constant', index: 0 } : { name: 'constants', value: 'NULL' },
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
    { name: 'output_type', value: elementCode(region.outputs[0]?.type.dtype ?? 'int32') },
    { name: 'operation', value: operations.findIndex((op) => isOp(node as unknown as Node, op)) },
    { name: 'type', value: elementCode(node.attributes.dtype) },
    { name: 'row_entry', value: along === 0 ? scaling.entryBytes : 0 },
    { name: 'channel_entry', value: along === 2 ? scaling.entryBytes : 0 },
    ...scaling.fields,
  ];
}

const anyOperation = pattern.oneOf(...(operations.map((op) => pattern.op(op)) as [Pattern, ...Pattern[]]));

function binaryPattern(name: string, own: Pattern, packs: boolean): ModulePattern {
  return {
    name,
    pattern: own,
    constraints: [supported, scalable],
    layouts: layoutsOf,
    tiling,
    ...(packs && {
      pack: (call: KernelCall) =>
        packEntries(call, factsOf(call.region).scaling, images(call.region, call.layouts).out),
    }),
    cycles: (call) => cycles(call, 'slowest'),
    leastCycles: (call) => cycles(call, 'even'),
    kernel: {
      kind: 'job',
      name: 'cluster_binary',
      source: { path: 'plugins/gap9/cluster/binary/cluster_binary.c', text },
      support: joined(support.load, support.store, support.share, support.requantize),
      headers: ['string.h'],
      fields,
    },
  };
}

/** Integer sums, differences, products, smaller and larger of two, scaled or as they are. */
export const binaryPatterns: readonly ModulePattern[] = [
  binaryPattern('binary_requantize', pattern.op(ops.requantize, { inputs: [anyOperation] }), true),
  binaryPattern('binary', anyOperation, false),
];
