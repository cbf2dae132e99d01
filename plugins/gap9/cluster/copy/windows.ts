import {
  isOp,
  operandBox,
  ops,
  pattern,
  type JobField,
  type KernelCall,
  type ModulePattern,
  type OperandAxis,
  type Region,
  type TileRange,
  type Tiling,
  type Value,
} from 'match-compiler';
import { eitherSign, imageLayouts, originOf } from '../convolution/index.ts';
import { costs, ownShare, type Share } from '../costs.ts';
import { isByte } from '../element-types.ts';
import { perRegion } from '../per-region.ts';
import { joined, support } from '../support/index.ts';
import text from './cluster_windows.c';

interface Axis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBefore: number;
  readonly padAfter: number;
}

interface Facts {
  readonly x: Value;
  readonly channels: number;
  readonly rows: Axis;
  readonly columns: Axis;
  readonly padValue: number;
  /** Flips the sign of every byte: a change of sign in front is absorbed. */
  readonly flips: boolean;
  readonly tiling: Tiling;
}

const factsOf = perRegion((region): Facts => {
  const { attributes, inputs } = pattern.captured(region.match, 'im2col', ops.im2col);
  const [read] = inputs;
  const [out] = region.outputs;
  if (!read || !out) throw new TypeError(`${region.root.name} lacks operands`);
  const change = region.nodes.find((node) => isOp(node, ops.changeSign) && node.outputs[0] === read);
  const x = change?.inputs[0] ?? read;
  const axis = (i: 0 | 1): Axis => ({
    input: x.type.shape[i + 2] ?? 1,
    output: out.type.shape[i + 2] ?? 1,
    kernel: attributes.kernel[i] ?? 1,
    stride: attributes.strides[i] ?? 1,
    dilation: attributes.dilations[i] ?? 1,
    padBefore: attributes.pads[i] ?? 0,
    padAfter: attributes.pads[i + 2] ?? 0,
  });
  const [rows, columns] = [axis(0), axis(1)];
  const channels = x.type.shape[1] ?? 1;
  const taps = out.type.shape[1] ?? 1;
  const window = (dimension: string, own: Axis, bytes: number): OperandAxis => ({
    extent: own.input,
    bytes,
    dimension,
    step: own.stride,
    window: own.dilation * (own.kernel - 1) + 1,
    before: own.padBefore,
  });
  return {
    x,
    channels,
    rows,
    columns,
    padValue: attributes.padValue,
    flips: change !== undefined,
    tiling: {
      dimensions: [
        { name: 'oy', extent: rows.output, granule: 1, reduction: false },
        { name: 'ox', extent: columns.output, granule: 1, reduction: false },
      ],
      inputs: [
        {
          axes: [
            window('oy', rows, channels * columns.input),
            window('ox', columns, channels),
            { extent: channels, bytes: 1 },
          ],
          bytes: channels * columns.input * rows.input,
        },
      ],
      constants: [],
      outputs: [
        {
          axes: [
            { extent: rows.output, bytes: taps * columns.output, dimension: 'oy' },
            { extent: columns.output, bytes: taps, dimension: 'ox' },
            { extent: taps, bytes: 1 },
          ],
          bytes: taps * columns.output * rows.output,
        },
      ],
    },
  };
});

const supported = (region: Region): true | string => {
  const { x } = factsOf(region);
  if (x.constant) return 'reads a constant';
  if (!isByte(x.type.dtype)) return `copies windows of ${x.type.dtype}`;
  return x.type.shape[0] === 1 || `has a batch of ${x.type.shape[0]}`;
};

function rangesOf({ tile }: KernelCall, { rows, columns }: Facts): readonly [TileRange, TileRange] {
  return [
    tile.ranges['oy'] ?? { start: 0, extent: rows.output },
    tile.ranges['ox'] ?? { start: 0, extent: columns.output },
  ];
}

/** Rows of windows, as the convolutions copy them for themselves. */
function cycles(call: KernelCall, share: Share): number {
  const facts = factsOf(call.region);
  const { rows, columns, channels } = facts;
  const [oy, ox] = rangesOf(call, facts);
  const pieces = columns.dilation === 1 ? 1 : columns.kernel;
  const words = Math.ceil((columns.kernel * channels) / pieces / 4);
  const pixel = rows.kernel * pieces * (costs.windowRow + costs.windowWord * words);
  return Math.floor(costs.entry + costs.teamFactor * pixel * ownShare(oy.extent * ox.extent, share));
}

function fields(call: KernelCall): readonly JobField[] {
  const facts = factsOf(call.region);
  const { rows, columns, tiling } = facts;
  const [oy, ox] = rangesOf(call, facts);
  const [input, output] = [tiling.inputs[0], tiling.outputs[0]];
  if (!input || !output) throw new TypeError('windows are copied from an image to an image');
  const [iy, ix] = operandBox(input, call.tile).ranges;
  const from = call.strides?.inputs[0] ?? input.axes.map(({ bytes }) => bytes);
  const to = call.strides?.outputs[0] ?? output.axes.map(({ bytes }) => bytes);
  return [
    { name: 'input', role: 'input', index: 0 },
    { name: 'output', role: 'output', index: 0 },
    { name: 'input_rows', value: iy?.extent ?? 0 },
    { name: 'input_columns', value: ix?.extent ?? 0 },
    { name: 'pixel_bytes', value: facts.channels },
    { name: 'input_row_stride', value: from[0] ?? 0 },
    { name: 'input_column_stride', value: from[1] ?? 0 },
    { name: 'pad_top', value: originOf(rows, oy.start, iy?.start ?? 0) },
    { name: 'pad_left', value: originOf(columns, ox.start, ix?.start ?? 0) },
    { name: 'output_rows', value: oy.extent },
    { name: 'output_columns', value: ox.extent },
    { name: 'output_row_stride', value: to[0] ?? 0 },
    { name: 'output_column_stride', value: to[1] ?? 0 },
    { name: 'kernel_rows', value: rows.kernel },
    { name: 'kernel_columns', value: columns.kernel },
    { name: 'stride_rows', value: rows.stride },
    { name: 'stride_columns', value: columns.stride },
    { name: 'dilation_rows', value: rows.dilation },
    { name: 'dilation_columns', value: columns.dilation },
    { name: 'pad_value', value: facts.padValue & 0xff },
    { name: 'flip', value: facts.flips ? 0x80 : 0 },
  ];
}

/** The windows of a convolution as channels, for an engine that is better at products than at windows. */
export const windowsPattern: ModulePattern = {
  name: 'windows',
  pattern: pattern.op(ops.im2col, { as: 'im2col', inputs: [eitherSign] }),
  constraints: [supported],
  layouts: imageLayouts,
  tiling: (region) => factsOf(region).tiling,
  cycles: (call) => cycles(call, 'slowest'),
  leastCycles: (call) => cycles(call, 'even'),
  kernel: {
    kind: 'job',
    name: 'cluster_windows',
    source: { path: 'plugins/gap9/cluster/copy/cluster_windows.c', text },
    support: joined(support.share),
    headers: [],
    fields,
  },
};
