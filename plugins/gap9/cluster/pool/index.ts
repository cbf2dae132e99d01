import {
  channelsLast,
  elementBytes,
  integerRange,
  isOp,
  operandBox,
  ops,
  pattern,
  type JobField,
  type KernelCall,
  type ModulePattern,
  type OperandAxis,
  type Pattern,
  type Region,
  type Tiling,
} from 'match-compiler';
import { eitherSign, imageLayouts } from '../convolution/index.ts';
import { costs, ownShare, type Share } from '../costs.ts';
import { elementCode, isByte, isKnown } from '../element-types.ts';
import { packEntries } from '../element-wise/entries.ts';
import { alignedOperand, imageOf, imageRanges, type Image } from '../image.ts';
import { perRegion } from '../per-region.ts';
import { scalingFields, scalingOf, scalingReason, type Scaling } from '../requantization.ts';
import { joined, support } from '../support/index.ts';
import text from './cluster_pool.c';
import { poolOf, poolOperations, reducesPixels, type Pool, type PoolAxis } from './window.ts';

interface Facts {
  readonly pool: Pool;
  readonly scaling: Scaling;
  /** A requantize behind a sum. */
  readonly scales: boolean;
  readonly image: Image;
  readonly tiling: Tiling;
}

const factsOf = perRegion((region): Facts => {
  const pool = poolOf(region);
  const { x, out, rows, columns } = pool;
  const scales = isOp(region.root, ops.requantize);
  const scaling = scales ? scalingOf(region.root, out.type.dtype) : unscaled(pool);
  // A reduction may drop the axes that it reduces; the result is a pixel of channels either way.
  const channels = x.type.shape[1] ?? 1;
  const bytes = elementBytes(out.type.dtype);
  const pixel = { type: { dtype: out.type.dtype, shape: [1, channels, rows.output, columns.output] } };
  const image = imageOf(pixel, channelsLast(4));
  const inputBytes = elementBytes(x.type.dtype);
  const window = (dimension: string, axis: PoolAxis, stride: number): OperandAxis => ({
    extent: axis.input,
    bytes: stride,
    dimension,
    step: axis.stride,
    window: axis.dilation * (axis.kernel - 1) + 1,
    before: axis.padBefore,
  });
  return {
    pool,
    scaling,
    scales,
    image,
    tiling: {
      dimensions: [
        { name: 'oy', extent: rows.output, granule: 1, reduction: false },
        { name: 'ox', extent: columns.output, granule: 1, reduction: false },
        { name: 'oc', extent: channels, granule: 4, reduction: false },
      ],
      inputs: [
        {
          axes: [
            window('oy', rows, inputBytes * channels * columns.input),
            window('ox', columns, inputBytes * channels),
            { extent: channels, bytes: inputBytes, dimension: 'oc' },
          ],
          bytes: inputBytes * channels * columns.input * rows.input,
        },
      ],
      constants: scales
        ? [
            {
              axes: [
                {
                  extent: scaling.perChannel ? channels : 1,
                  bytes: scaling.entryBytes,
                  ...(scaling.perChannel && { dimension: 'oc' }),
                },
              ],
              bytes: scaling.entryBytes * (scaling.perChannel ? channels : 1),
            },
          ]
        : [],
      outputs: [{ ...alignedOperand(image, image), bytes: bytes * channels * rows.output * columns.output }],
    },
  };
});

/** No scaling: `low` is what a window without any element gives. */
function unscaled({ x, operation, inputOffset }: Pool): Scaling {
  const range = integerRange(operation === poolOperations.largest ? x.type.dtype : 'int32');
  const low = operation === poolOperations.largest ? range.min + inputOffset : range.min;
  const bounds = {
    min: low,
    max: range.max,
    rule: 0,
    inputZeroPoint: 0,
    zeroPoint: 0,
    divisor: 1,
    denominator: 1,
  };
  return {
    entryBytes: 0,
    write: () => undefined,
    perChannel: false,
    fields: scalingFields(bounds),
    cycles: 2,
  };
}

const supported = (region: Region): true | string => {
  const { node, x, out } = poolOf(region);
  const { root } = region;
  if (x.type.shape.length !== 4) return `pools a tensor of rank ${x.type.shape.length}`;
  if (x.type.shape[0] !== 1) return `has a batch of ${x.type.shape[0]}`;
  if (x.constant) return 'reads a constant';
  if (!isByte(x.type.dtype) && !isKnown(x.type.dtype)) return `reads ${x.type.dtype}`;
  if (!isKnown(out.type.dtype)) return `gives ${out.type.dtype}`;
  if (isOp(node, ops.averagePool2d) && node.attributes.rounding === 'float') return 'computes a real mean';
  if (node.op.name.startsWith('reduce') && !reducesPixels(node))
    return 'reduces other axes than rows and columns';
  if (node.op.name === ops.reduceSum.name && x.type.dtype !== 'int32' && region.nodes.length > 1)
    return 'sums up in less than 32 bits';
  return isOp(root, ops.requantize) ? scalingReason(root, 1) : true;
};

/** The pool with a change of sign on either side, where nothing else reads what is between. */
function changedOnBothSides(pool: Pattern): Pattern {
  return pattern.optional((inner) => pattern.op(ops.changeSign, { inputs: [inner] }), pool);
}

function cycles(call: KernelCall, share: Share): number {
  const { pool, scaling, scales, image } = factsOf(call.region);
  const [rows, columns, channels] = imageRanges(call, image);
  const pixels = rows.extent * columns.extent;
  const taps = pool.rows.kernel * pool.columns.kernel;
  const scale = scales ? scaling.cycles + (scaling.perChannel ? costs.entryLoad : 0) : 0;
  const words = share === 'even' ? channels.extent / 4 : Math.ceil(channels.extent / 4);
  if (pool.operation <= poolOperations.smallest && isByte(pool.x.type.dtype)) {
    const own = ownShare(pixels * words, share);
    return Math.floor(
      costs.entry + costs.poolTeamFactor * own * (taps * costs.largestTap + costs.largestResult),
    );
  }
  const own = ownShare(pixels * channels.extent, share);
  return Math.floor(
    costs.entry + costs.poolTeamFactor * own * (taps * costs.poolTap + costs.poolResult + scale),
  );
}

function fields(call: KernelCall): readonly JobField[] {
  const { region, tile, strides } = call;
  const { pool, scaling, scales, image, tiling } = factsOf(region);
  const [input] = tiling.inputs;
  if (!input) throw new TypeError('a pool has an input');
  const [oy, ox, oc] = imageRanges(call, image);
  const [iy, ix] = operandBox(input, tile).ranges;
  const own = strides?.inputs[0] ?? input.axes.map(({ bytes }) => bytes);
  const to = strides?.outputs[0] ?? image.strides;
  return [
    { name: 'input', role: 'input', index: 0 },
    scales ? { name: 'constants', role: 'constant', index: 0 } : { name: 'constants', value: 'NULL' },
    { name: 'output', role: 'output', index: 0 },
    { name: 'input_rows', value: pool.rows.input },
    { name: 'input_columns', value: pool.columns.input },
    { name: 'padded_rows', value: pool.rows.input + pool.rows.padAfter },
    { name: 'padded_columns', value: pool.columns.input + pool.columns.padAfter },
    { name: 'first_row', value: iy?.start ?? 0 },
    { name: 'first_column', value: ix?.start ?? 0 },
    { name: 'input_row_stride', value: own[0] ?? 0 },
    { name: 'input_column_stride', value: own[1] ?? 0 },
    { name: 'input_bytes', value: elementBytes(pool.x.type.dtype) },
    { name: 'input_type', value: elementCode(pool.x.type.dtype) },
    { name: 'top', value: oy.start * pool.rows.stride - pool.rows.padBefore },
    { name: 'left', value: ox.start * pool.columns.stride - pool.columns.padBefore },
    { name: 'output_rows', value: oy.extent },
    { name: 'output_columns', value: ox.extent },
    { name: 'output_channels', value: oc.extent },
    { name: 'output_row_stride', value: to[0] ?? 0 },
    { name: 'output_column_stride', value: to[1] ?? 0 },
    { name: 'output_bytes', value: image.elementBytes },
    { name: 'output_type', value: elementCode(pool.out.type.dtype) },
    { name: 'kernel_rows', value: pool.rows.kernel },
    { name: 'kernel_columns', value: pool.columns.kernel },
    { name: 'stride_rows', value: pool.rows.stride },
    { name: 'stride_columns', value: pool.columns.stride },
    { name: 'dilation_rows', value: pool.rows.dilation },
    { name: 'dilation_columns', value: pool.columns.dilation },
    { name: 'operation', value: pool.operation },
    { name: 'counts_padding', value: pool.countsPadding ? 1 : 0 },
    { name: 'input_offset', value: pool.inputOffset },
    { name: 'output_offset', value: pool.outputOffset },
    { name: 'channel_entry', value: scaling.perChannel ? scaling.entryBytes : 0 },
    ...scaling.fields,
  ];
}

function poolPattern(name: string, own: Pattern, scales: boolean): ModulePattern {
  return {
    name,
    pattern: own,
    constraints: [supported],
    layouts: imageLayouts,
    tiling: (region) => factsOf(region).tiling,
    ...(scales && {
      pack: (call: KernelCall) => {
        const { scaling } = factsOf(call.region);
        const [out] = call.region.outputs;
        const [layout] = call.layouts.outputs;
        if (!out || !layout) throw new TypeError('a pool has an output');
        return packEntries(call, scaling, imageOf(out, layout));
      },
    }),
    cycles: (call) => cycles(call, 'slowest'),
    leastCycles: (call) => cycles(call, 'even'),
    kernel: {
      kind: 'job',
      name: 'cluster_pool',
      source: { path: 'plugins/gap9/cluster/pool/cluster_pool.c', text },
      support: joined(support.load, support.store, support.share, support.requantize),
      headers: ['string.h'],
      fields,
    },
  };
}

const sums = pattern.oneOf(pattern.op(ops.sumPool2d, { inputs: [eitherSign] }), pattern.op(ops.reduceSum));

/** Pools of 8 to 32 bits, the whole image included, and reductions over rows and columns. */
export const poolPatterns: readonly ModulePattern[] = [
  poolPattern('sum_pool_requantize', pattern.op(ops.requantize, { inputs: [sums] }), true),
  poolPattern('sum_pool', sums, false),
  poolPattern('max_pool', changedOnBothSides(pattern.op(ops.maxPool2d, { inputs: [eitherSign] })), false),
  poolPattern(
    'average_pool',
    changedOnBothSides(pattern.op(ops.averagePool2d, { inputs: [eitherSign] })),
    false,
  ),
  poolPattern('reduce_max', pattern.op(ops.reduceMax), false),
];
