import {
  constantNumbers,
  elementCount,
  isOp,
  operandBox,
  ops,
  pattern,
  type Conv2dAttributes,
  type DenseAttributes,
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
}

/** A convolution or a dense layer with the requantize behind it. A dense layer is a 1×1 convolution over M×1 pixels. */
export interface ConvolutionShape {
  readonly kind: 'conv2d' | 'dense';
  readonly node: Node<Conv2dAttributes> | Node<DenseAttributes>;
  readonly requantize: Node<RequantizeAttributes>;
  readonly x: Value;
  /** [outputs, channelsPerGroup, rows, columns], or [outputs, channels]: the same elements in the same order. */
  readonly w: Value;
  readonly biasValue: Value | undefined;
  readonly out: Value;
  readonly batch: number;
  readonly rows: ConvolutionAxis;
  readonly columns: ConvolutionAxis;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly groups: number;
  /** One input channel per output channel. */
  readonly depthwise: boolean;
  /** Input channels that an output channel sums over. */
  readonly channelsPerGroup: number;
}

/** The same with its constants: y = clip((Σ x·w + bias) >> shift, min, max), the shift rounding down. */
export interface ShiftedConvolution extends ConvolutionShape {
  readonly weights: Int8Array;
  /** Per output channel: the layer's own bias and the requantize's addend. */
  readonly bias: Int32Array;
  readonly shift: number;
  readonly dtype: 'int8' | 'uint8';
  readonly min: number;
  readonly max: number;
  readonly inputSigned: boolean;
}

const scaled = (inner: typeof ops.conv2d | typeof ops.dense) =>
  pattern.op(ops.requantize, {
    inputs: [inner === ops.dense ? pattern.op(ops.dense) : pattern.op(ops.conv2d)],
  });

/** requantize(conv2d(…)) */
export const shiftedConv2d = scaled(ops.conv2d);
/** requantize(dense(…)) */
export const shiftedDense = scaled(ops.dense);

/** The shape of a region that one of the two patterns matched. @throws {TypeError} for another region */
export function convolutionShapeOf({ root, nodes, outputs }: Region): ConvolutionShape {
  const node = nodes.find((each) => isOp(each, ops.conv2d) || isOp(each, ops.dense));
  const [x, w, biasValue] = node?.inputs ?? [];
  const [out] = outputs;
  if (!node || !x || !w || !out || !isOp(root, ops.requantize))
    throw new TypeError(`${root.name} is no convolution with a requantize`);
  const operands = { requantize: root, x, w, biasValue, out };
  if (isOp(node, ops.conv2d)) {
    const { strides, dilations, pads, groups } = node.attributes;
    const [batch = 1, inputChannels = 1] = x.type.shape;
    const [outputChannels = 1, channelsPerGroup = 1] = w.type.shape;
    const axis = (i: 0 | 1): ConvolutionAxis => ({
      input: x.type.shape[i + 2] ?? 1,
      output: out.type.shape[i + 2] ?? 1,
      kernel: w.type.shape[i + 2] ?? 1,
      stride: strides[i] ?? 1,
      dilation: dilations[i] ?? 1,
      padBefore: pads[i] ?? 0,
    });
    return {
      kind: 'conv2d',
      node,
      ...operands,
      batch,
      rows: axis(0),
      columns: axis(1),
      inputChannels,
      outputChannels,
      groups,
      depthwise: groups > 1 && groups === inputChannels && groups === outputChannels,
      channelsPerGroup,
    };
  }
  const [batch = 1, depth = 1] = x.type.shape;
  const point = { kernel: 1, stride: 1, dilation: 1, padBefore: 0 };
  return {
    kind: 'dense',
    node,
    ...operands,
    batch,
    rows: { input: 1, output: 1, ...point },
    columns: { input: 1, output: 1, ...point },
    inputChannels: depth,
    outputChannels: w.type.shape[0] ?? 1,
    groups: 1,
    depthwise: false,
    channelsPerGroup: depth,
  };
}

/** The constants of a region that the common conditions hold for. @throws {TypeError} where they do not */
export function shiftedConvolutionOf(region: Region): ShiftedConvolution {
  const shape = convolutionShapeOf(region);
  const { w, biasValue, requantize, outputChannels, x } = shape;
  const { dtype, min, max } = requantize.attributes;
  const [, , addends, shifts] = requantize.inputs;
  const addend = perChannel(addends, outputChannels);
  const own = biasValue ? perChannel(biasValue, outputChannels) : undefined;
  const [shift] = constantNumbers(shifts) ?? [];
  if (!w.constant || !addend || shift === undefined || (dtype !== 'int8' && dtype !== 'uint8'))
    throw new TypeError(`${region.root.name} has constants that are not known`);
  return {
    ...shape,
    weights: Int8Array.from(w.constant.data as ArrayLike<number>),
    bias: Int32Array.from(addend, (value, c) => value + (own?.[c] ?? 0)),
    shift,
    dtype,
    min,
    max,
    inputSigned: x.type.dtype === 'int8',
  };
}

/** A constant of one number, or of one per channel, as one per channel. */
export function perChannel(value: Value | undefined, channels: number): readonly number[] | undefined {
  const numbers = constantNumbers(value);
  if (numbers?.length === channels) return numbers;
  return numbers?.length === 1 ? new Array<number>(channels).fill(numbers[0] ?? 0) : undefined;
}

/** Calls on planes: which axes a tile may cut. */
export interface PlanarTilingOptions {
  /** Output channels of a tile are a multiple of it. */
  readonly channelGranule: number;
  /** Rows may be cut where the layout lets them; default true. */
  readonly rows?: boolean;
}

/**
 * The loop nest over output channels `oc` and rows `oy`; operands are planes × rows × columns. Rows are cut only where
 * rows of both operands are whole groups of four bytes, so that a tile lies in its buffer as it does in the tensor.
 */
export function planarTiling(
  { x, out, rows, columns, inputChannels, outputChannels, groups, channelsPerGroup }: ConvolutionShape,
  constants: readonly TiledOperand[],
  { channelGranule, rows: cutRows = true }: PlanarTilingOptions,
): Tiling {
  const cut = cutRows && columns.input % 4 === 0 && columns.output % 4 === 0;
  const inputRows: OperandAxis = {
    extent: rows.input,
    bytes: columns.input,
    ...(cut && {
      dimension: 'oy',
      step: rows.stride,
      window: rows.dilation * (rows.kernel - 1) + 1,
      before: rows.padBefore,
    }),
  };
  const dimension = (name: string, extent: number, granule: number) => ({
    name,
    extent,
    granule,
    reduction: false,
  });
  return {
    dimensions: [
      ...(cut ? [dimension('oy', rows.output, 1)] : []),
      dimension('oc', outputChannels, channelGranule),
    ],
    inputs: [
      {
        axes: [
          {
            extent: inputChannels,
            bytes: rows.input * columns.input,
            ...(groups > 1 && {
              dimension: 'oc',
              step: channelsPerGroup,
              window: channelsPerGroup,
              per: outputChannels / groups,
            }),
          },
          inputRows,
          { extent: columns.input, bytes: 1 },
        ],
        bytes: elementCount(x.type.shape),
      },
    ],
    constants,
    outputs: [
      {
        axes: [
          { extent: outputChannels, bytes: rows.output * columns.output, dimension: 'oc' },
          { extent: rows.output, bytes: columns.output, ...(cut && { dimension: 'oy' }) },
          { extent: columns.output, bytes: 1 },
        ],
        bytes: elementCount(out.type.shape),
      },
    ],
  };
}

/** One call's part of a convolution, and how its planes lie behind their pointers. */
export interface PlanarTile {
  readonly oy: TileRange;
  readonly oc: TileRange;
  /** Rows of padding above the first input row. */
  readonly top: number;
  /** Input rows that are read. */
  readonly inputRows: number;
  /** Bytes from channel to channel. */
  readonly inputPlane: number;
  readonly outputPlane: number;
}

/** What a call works on. `tiling` is what `planarTiling` gave for its pattern. */
export function planarTile(
  { tile, strides }: KernelCall,
  { rows, outputChannels }: ConvolutionShape,
  { inputs: [input], outputs: [output] }: Tiling,
): PlanarTile {
  if (!input || !output) throw new TypeError('a convolution has an input and an output');
  const oy = tile.ranges['oy'] ?? { start: 0, extent: rows.output };
  const oc = tile.ranges['oc'] ?? { start: 0, extent: outputChannels };
  const [, inputRows] = operandBox(input, tile).ranges;
  return {
    oy,
    oc,
    top: Math.max(0, rows.padBefore - oy.start * rows.stride),
    inputRows: inputRows?.extent ?? rows.input,
    inputPlane: strides?.inputs[0]?.[0] ?? input.axes[0]?.bytes ?? 0,
    outputPlane: strides?.outputs[0]?.[0] ?? output.axes[0]?.bytes ?? 0,
  };
}
