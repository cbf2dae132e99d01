import {
  bytesOf,
  integerRange,
  isInteger,
  isOp,
  ops,
  pattern,
  rowMajor,
  channelsLast,
  sameLayout,
  type JobField,
  type JobKernel,
  type KernelCall,
  type Layout,
  type LayoutChoice,
  type ModulePattern,
  type OpDefinition,
  type Region,
  type Tiling,
  type Value,
} from 'match-compiler';
import { costs, ownShare, type Share } from '../costs.ts';
import { elementCode, isByte, isKnown } from '../element-types.ts';
import {
  alignedOperand,
  imageOf,
  imageRanges,
  imageStrides,
  imageTileDimensions,
  tileElements,
  tileRuns,
  type Image,
} from '../image.ts';
import { entryAxis, entryOperand, packEntries, scalableLayouts } from './entries.ts';
import { perLayouts, perRegion } from '../per-region.ts';
import { scalingFields, scalingOf, scalingReason, type Scaling } from '../requantization.ts';
import { joined, support } from '../support/index.ts';
import text from './cluster_map.c';

const operations = { scale: 0, negate: 1, magnitude: 2, changeSign: 3, table: 4 } as const;

const kernel: JobKernel = {
  kind: 'job',
  name: 'cluster_map',
  source: { path: 'plugins/gap9/cluster/element-wise/cluster_map.c', text },
  support: joined(support.load, support.store, support.share, support.requantize),
  headers: ['string.h'],
  fields,
};

/** Row-major and channels-last, the same for what is read and written. */
export function uniformLayouts({ inputs, constants, outputs }: Region): readonly LayoutChoice[] {
  const choice = (of: (rank: number) => Layout): LayoutChoice => ({
    inputs: inputs.map((value) => of(value.type.shape.length)),
    constants: constants.map((value) => rowMajor(value.type.shape.length)),
    outputs: outputs.map((value) => of(value.type.shape.length)),
  });
  const rank = outputs[0]?.type.shape.length ?? 0;
  return sameLayout(channelsLast(rank), rowMajor(rank))
    ? [choice(rowMajor)]
    : [choice(channelsLast), choice(rowMajor)];
}

function operandsOf(region: Region): { readonly x: Value; readonly out: Value } {
  const [x] = region.root.inputs;
  const [out] = region.outputs;
  if (!x || !out) throw new TypeError(`${region.root.name} lacks operands`);
  return { x, out };
}

/** Images of what is read and written. */
const imagesOf = perLayouts((region, layouts): { readonly x: Image; readonly out: Image } => {
  const { x, out } = operandsOf(region);
  const rank = out.type.shape.length;
  return {
    x: imageOf(x, layouts.inputs[0] ?? rowMajor(rank)),
    out: imageOf(out, layouts.outputs[0] ?? rowMajor(rank)),
  };
});

/** What a node does to each element. */
interface Meaning {
  readonly operation: number;
  readonly scaling: Scaling;
  /** Cycles of a core for `elements`. */
  readonly cycles: (elements: number) => number;
}

const meaningOf = perRegion(({ root, outputs }): Meaning => {
  const dtype = outputs[0]?.type.dtype ?? 'int32';
  const plain = { scaling: scalingOf(root, 'int32'), cycles: (count: number) => costs.element * count };
  switch (root.op.name) {
    case ops.neg.name:
      return { ...plain, operation: operations.negate };
    case ops.abs.name:
      return { ...plain, operation: operations.magnitude };
    case ops.changeSign.name:
      return {
        ...plain,
        operation: operations.changeSign,
        cycles: (count) => (costs.signWord * count) / 4,
      };
    case ops.lookup.name:
      return { ...plain, operation: operations.table };
    case ops.cast.name: {
      const limits = root.attributes['saturate'] === true ? integerRange(dtype) : integerRange('int32');
      const bounds = { ...limits, rule: 0, inputZeroPoint: 0, zeroPoint: 0, divisor: 1, denominator: 1 };
      return {
        ...plain,
        operation: operations.scale,
        scaling: { ...plain.scaling, fields: scalingFields(bounds) },
      };
    }
    default: {
      const scaling = scalingOf(root, dtype);
      const element = isOp(root, ops.requantize)
        ? 2 + scaling.cycles + (scaling.perChannel ? costs.entryLoad : 0)
        : costs.element;
      return { operation: operations.scale, scaling, cycles: (count) => element * count };
    }
  }
});

const tilingOf = perLayouts((region, layouts): Tiling => {
  const { x, out } = imagesOf(region, layouts);
  const { root } = region;
  const { scaling } = meaningOf(region);
  const constants = [];
  if (isOp(root, ops.lookup)) constants.push({ axes: [{ extent: 256, bytes: 1 }], bytes: 256 });
  if (isOp(root, ops.requantize)) constants.push(entryOperand(region, scaling, out));
  return {
    dimensions: imageTileDimensions(out),
    inputs: [alignedOperand(x, out)],
    constants,
    outputs: [alignedOperand(out, out)],
  };
});

function packTable({ region }: KernelCall): Uint8Array {
  const table = region.constants[0]?.constant;
  if (!table) throw new TypeError(`${region.root.name} has no table`);
  return bytesOf(table.data).slice();
}

function cycles(call: KernelCall, share: Share): number {
  const { out } = imagesOf(call.region, call.layouts);
  const own = ownShare(tileElements(call, out), share);
  const runs = ownShare(tileRuns(call, out), share);
  return Math.floor(costs.entry + costs.run * runs + costs.teamFactor * meaningOf(call.region).cycles(own));
}

function fields(call: KernelCall): readonly JobField[] {
  const { region, layouts, strides } = call;
  const { x, out } = operandsOf(region);
  const images = imagesOf(region, layouts);
  const { operation, scaling } = meaningOf(region);
  const [rows, columns, channels] = imageRanges(call, images.out);
  const input = imageStrides(strides?.inputs[0], images.x, images.out);
  const output = imageStrides(strides?.outputs[0], images.out, images.out);
  const along = entryAxis(region, scaling, images.out);
  return [
    { name: 'input', role: 'input', index: 0 },
    isOp(region.root, ops.requantize) || isOp(region.root, ops.lookup)
      ? { name: 'constants', role: 'constant', index: 0 }
      : { name: 'constants', value: 'NULL' },
    { name: 'output', role: 'output', index: 0 },
    { name: 'rows', value: rows.extent },
    { name: 'columns', value: columns.extent },
    { name: 'channels', value: channels.extent },
    { name: 'input_row_stride', value: input[0] },
    { name: 'input_column_stride', value: input[1] },
    { name: 'input_channel_stride', value: input[2] },
    { name: 'input_type', value: elementCode(x.type.dtype) },
    { name: 'output_row_stride', value: output[0] },
    { name: 'output_column_stride', value: output[1] },
    { name: 'output_channel_stride', value: output[2] },
    { name: 'output_type', value: elementCode(out.type.dtype) },
    { name: 'operation', value: operation },
    { name: 'row_entry', value: along === 0 ? scaling.entryBytes : 0 },
    { name: 'channel_entry', value: along === 2 ? scaling.entryBytes : 0 },
    ...scaling.fields,
  ];
}

const reads = (region: Region): true | string => {
  const { x, out } = operandsOf(region);
  if (x.constant) return 'reads a constant';
  if (!isInteger(x.type.dtype) || !isKnown(x.type.dtype)) return `reads ${x.type.dtype}`;
  if (!isInteger(out.type.dtype) || !isKnown(out.type.dtype)) return `gives ${out.type.dtype}`;
  return true;
};

/** One pattern of the kernel, with what its constants are where it has any. */
function mapPattern(
  name: string,
  definition: OpDefinition,
  own: Pick<ModulePattern, 'pack'> & { readonly constraint?: (region: Region) => true | string } = {},
): ModulePattern {
  const { pack, constraint } = own;
  return {
    name,
    pattern: pattern.op(definition),
    constraints: [reads, ...(constraint ? [constraint] : [])],
    layouts: uniformLayouts,
    tiling: tilingOf,
    ...(pack && { pack }),
    cycles: (call) => cycles(call, 'slowest'),
    leastCycles: (call) => cycles(call, 'even'),
    kernel,
  };
}

const scalable = ({ root }: Region): true | string =>
  isOp(root, ops.requantize) ? scalingReason(root, root.attributes.axis) : true;

const requantizeLayouts = (region: Region): readonly LayoutChoice[] =>
  scalableLayouts(region, meaningOf(region).scaling, uniformLayouts(region));

const alongRows = (region: Region): true | string =>
  requantizeLayouts(region).length > 0 || 'scales along an axis in the middle';

const byteTable = (region: Region): true | string => {
  const { x, out } = operandsOf(region);
  return isByte(x.type.dtype) && isByte(out.type.dtype) && region.constants.length === 1
    ? true
    : 'looks up something else than constant bytes';
};

/** Scaling of sums, by every rule. */
export const requantizePattern: ModulePattern = {
  ...mapPattern('requantize', ops.requantize, {
    pack: (call) =>
      packEntries(call, meaningOf(call.region).scaling, imagesOf(call.region, call.layouts).out),
  }),
  constraints: [reads, scalable, alongRows],
  layouts: requantizeLayouts,
};

/** Functions of each element. */
export const mapPatterns: readonly ModulePattern[] = [
  requantizePattern,
  mapPattern('clip', ops.clip),
  mapPattern('cast', ops.cast),
  mapPattern('negate', ops.neg),
  mapPattern('magnitude', ops.abs),
  mapPattern('change_sign', ops.changeSign),
  mapPattern('lookup', ops.lookup, { pack: packTable, constraint: byteTable }),
];
