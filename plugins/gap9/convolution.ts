import {
  elementBytes,
  isOp,
  operandBox,
  ops,
  type DenseAttributes,
  type Conv2dAttributes,
  type KernelCall,
  type Node,
  type OperandAxis,
  type Region,
  type RequantizeAttributes,
  type TiledOperand,
  type TileRange,
  type Tiling,
  type Value,
} from 'match-compiler';

/** One axis of the window. */
export interface ConvolutionAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Positions of padding before the input. */
  readonly padBefore: number;
  /** Positions of padding behind the input that some window really reaches. */
  readonly padAfter: number;
}

/**
 * A convolution or dense layer in one form, with the requantize behind it where there is one. A dense layer of
 * M rows is a 1×1 convolution over an image of M×1 pixels. Images are of batch 1 and channels-last: rows,
 * columns, channels.
 */
export interface Convolution {
  readonly node: Node<Conv2dAttributes> | Node<DenseAttributes>;
  readonly kind: 'conv2d' | 'dense';
  readonly requantize: Node<RequantizeAttributes> | undefined;
  readonly x: Value;
  /** [outputs, channelsPerGroup, rows, columns], or [outputs, channels]: the same elements in the same order. */
  readonly w: Value;
  readonly bias: Value | undefined;
  readonly out: Value;
  readonly batch: number;
  readonly rows: ConvolutionAxis;
  readonly columns: ConvolutionAxis;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly groups: number;
  /** Input channels that an output channel sums over. */
  readonly channelsPerGroup: number;
  readonly inputZeroPoint: number;
  readonly weightZeroPoint: number;
}

/**
 * The convolution or dense layer of a region whose other node, if any, is a requantize.
 * @throws {TypeError} for a region that has none
 */
export function convolutionOf(region: Region): Convolution {
  const found = region.nodes.find((each) => isOp(each, ops.conv2d) || isOp(each, ops.dense));
  const [x, w, bias] = found?.inputs ?? [];
  const [out] = region.outputs;
  if (!found || !x || !w || !out) throw new TypeError(`${region.root.name} is no convolution`);
  const requantize = isOp(region.root, ops.requantize) ? region.root : undefined;
  if (isOp(found, ops.conv2d)) {
    const { strides, dilations, pads, groups, inputZeroPoint, weightZeroPoint } = found.attributes;
    const [batch = 1, inputChannels = 1] = x.type.shape;
    const [outputChannels = 1, channelsPerGroup = 1] = w.type.shape;
    const axis = (i: 0 | 1): ConvolutionAxis => {
      const window = {
        input: x.type.shape[i + 2] ?? 1,
        output: out.type.shape[i + 2] ?? 1,
        kernel: w.type.shape[i + 2] ?? 1,
        stride: strides[i] ?? 1,
        dilation: dilations[i] ?? 1,
        padBefore: pads[i] ?? 0,
      };
      return { ...window, padAfter: Math.max(0, windowEnd(window, window.output) - window.input) };
    };
    return {
      node: found,
      kind: 'conv2d',
      requantize,
      x,
      w,
      bias,
      out,
      batch,
      rows: axis(0),
      columns: axis(1),
      inputChannels,
      outputChannels,
      groups,
      channelsPerGroup,
      inputZeroPoint,
      weightZeroPoint,
    };
  }
  const [rows = 1, depth = 1] = x.type.shape;
  const point = { kernel: 1, stride: 1, dilation: 1, padBefore: 0, padAfter: 0 };
  return {
    node: found,
    kind: 'dense',
    requantize,
    x,
    w,
    bias,
    out,
    batch: 1,
    rows: { input: rows, output: rows, ...point },
    columns: { input: 1, output: 1, ...point },
    inputChannels: depth,
    outputChannels: w.type.shape[0] ?? 1,
    groups: 1,
    channelsPerGroup: depth,
    inputZeroPoint: found.attributes.inputZeroPoint,
    weightZeroPoint: found.attributes.weightZeroPoint,
  };
}

/** One input channel per output channel. */
export function isDepthwise({ groups, inputChannels, outputChannels }: Convolution): boolean {
  return groups > 1 && groups === inputChannels && groups === outputChannels;
}

/** What a tiling may do beyond cutting rows, columns and output channels anywhere. */
export interface ConvolutionTilingOptions {
  /** Output channels of a tile are a multiple of it; default 1. */
  readonly channelGranule?: number;
  /** Tiles of input channels may be added up (dimension `ic`), in multiples of it; absent: they are never cut. */
  readonly reductionGranule?: number;
}

/**
 * The loop nest: output rows `oy`, columns `ox`, channels `oc` and, where asked for and without groups, input
 * channels `ic`. Operands are rows × columns × channels.
 */
export function convolutionTiling(
  convolution: Convolution,
  constants: readonly TiledOperand[],
  { channelGranule = 1, reductionGranule }: ConvolutionTilingOptions = {},
): Tiling {
  const { rows, columns, groups, channelsPerGroup, inputChannels, outputChannels } = convolution;
  const filtersPerGroup = outputChannels / groups;
  const reduces = groups === 1 && reductionGranule !== undefined;
  // Groups of several channels are never cut: then the channels of a tile are those of whole groups.
  const groupGranule = groups > 1 && channelsPerGroup > 1 ? filtersPerGroup : 1;
  const dimension = (name: string, extent: number, granule = 1, reduction = false) => ({
    name,
    extent,
    granule,
    reduction,
  });
  const inputBytes = elementBytes(convolution.x.type.dtype);
  const outputBytes = elementBytes(convolution.out.type.dtype);
  const window = (name: string, axis: ConvolutionAxis, bytes: number): OperandAxis => ({
    extent: axis.input,
    bytes,
    dimension: name,
    step: axis.stride,
    window: axis.dilation * (axis.kernel - 1) + 1,
    before: axis.padBefore,
  });
  const channels: OperandAxis =
    groups > 1
      ? {
          extent: inputChannels,
          bytes: inputBytes,
          dimension: 'oc',
          step: channelsPerGroup,
          window: channelsPerGroup,
          per: filtersPerGroup,
        }
      : { extent: inputChannels, bytes: inputBytes, ...(reduces && { dimension: 'ic' }) };
  const inputPixel = inputBytes * inputChannels;
  const outputPixel = outputBytes * outputChannels;
  return {
    dimensions: [
      dimension('oy', rows.output),
      dimension('ox', columns.output),
      dimension('oc', outputChannels, leastCommonMultiple(channelGranule, groupGranule)),
      ...(reduces ? [dimension('ic', inputChannels, reductionGranule, true)] : []),
    ],
    inputs: [
      {
        axes: [window('oy', rows, inputPixel * columns.input), window('ox', columns, inputPixel), channels],
        bytes: inputPixel * columns.input * rows.input,
      },
    ],
    constants,
    outputs: [
      {
        axes: [
          { extent: rows.output, bytes: outputPixel * columns.output, dimension: 'oy' },
          { extent: columns.output, bytes: outputPixel, dimension: 'ox' },
          { extent: outputChannels, bytes: outputBytes, dimension: 'oc' },
        ],
        bytes: outputPixel * columns.output * rows.output,
      },
    ],
  };
}

/** One call's part of a convolution, and how its operands lie behind their pointers. */
export interface ConvolutionTile {
  readonly oy: TileRange;
  readonly ox: TileRange;
  readonly oc: TileRange;
  /** Input channels that are read: of the reduction, or those of the tile's groups. */
  readonly ic: TileRange;
  /** Input rows and columns that are read. */
  readonly iy: TileRange;
  readonly ix: TileRange;
  /** Positions of the tile's windows outside the tensor; what lies beside the tile is no padding. */
  readonly pads: {
    readonly top: number;
    readonly left: number;
    readonly bottom: number;
    readonly right: number;
  };
  /** In bytes, from row to row and from pixel to pixel. */
  readonly inputStrides: { readonly row: number; readonly column: number };
  readonly outputStrides: { readonly row: number; readonly column: number };
}

/** What a call of a kernel works on. `tiling` is what `convolutionTiling` gave for its pattern. */
export function convolutionTile(
  { tile, strides }: KernelCall,
  { rows, columns }: Convolution,
  tiling: Tiling,
): ConvolutionTile {
  const rangeOf = (name: string): TileRange =>
    tile.ranges[name] ?? {
      start: 0,
      extent: tiling.dimensions.find((dimension) => dimension.name === name)?.extent ?? 1,
    };
  const [input, output] = [tiling.inputs[0], tiling.outputs[0]];
  if (!input || !output) throw new TypeError('a convolution has an input and an output');
  const box = operandBox(input, tile);
  const none: TileRange = { start: 0, extent: 0 };
  const [iy = none, ix = none, ic = none] = box.ranges;
  const [oy, ox] = [rangeOf('oy'), rangeOf('ox')];
  const before = ({ stride, padBefore }: ConvolutionAxis, { start }: TileRange): number =>
    Math.max(0, padBefore - start * stride);
  const rowAndColumn = (own: readonly number[] | undefined, whole: readonly OperandAxis[]) => ({
    row: own?.[0] ?? whole[0]?.bytes ?? 0,
    column: own?.[1] ?? whole[1]?.bytes ?? 0,
  });
  return {
    oy,
    ox,
    oc: rangeOf('oc'),
    ic,
    iy,
    ix,
    pads: {
      top: before(rows, oy),
      left: before(columns, ox),
      bottom: padBehind(rows, oy),
      right: padBehind(columns, ox),
    },
    inputStrides: rowAndColumn(strides?.inputs[0], input.axes),
    outputStrides: rowAndColumn(strides?.outputs[0], output.axes),
  };
}

/** Positions behind the tensor that the windows of a range of outputs reach. */
export function padBehind(axis: ConvolutionAxis, { start, extent }: TileRange): number {
  return Math.max(0, windowEnd(axis, start + extent) - axis.input);
}

/** The position behind the last one that the windows of outputs 0 … `outputs` − 1 reach; negative: before the input. */
function windowEnd(
  { kernel, stride, dilation, padBefore }: Omit<ConvolutionAxis, 'padAfter'>,
  outputs: number,
): number {
  return (outputs - 1) * stride - padBefore + dilation * (kernel - 1) + 1;
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
