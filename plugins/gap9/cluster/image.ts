import {
  elementBytes,
  layoutStrides,
  type KernelCall,
  type Layout,
  type OperandAxis,
  type Shape,
  type TileDimension,
  type TiledOperand,
  type TileRange,
  type Value,
} from 'match-compiler';

/** Names of the three axes of an image, from outermost to innermost in memory. */
export const imageDimensions = ['oy', 'ox', 'oc'] as const;

/** A tensor as an image of three axes in the order of its memory: rows, columns, channels when it is channels-last. */
export interface Image {
  readonly extents: readonly [number, number, number];
  /** In bytes. */
  readonly strides: readonly [number, number, number];
  readonly elementBytes: number;
  /** The logical axes that make up each axis. */
  readonly axes: readonly [readonly number[], readonly number[], readonly number[]];
}

/**
 * All axes but the last two in memory are one; a tensor of rank 2 is rows of one column, one of rank 1 is a single
 * pixel.
 */
export function imageOf({ type: { shape, dtype } }: Pick<Value, 'type'>, layout: Layout): Image {
  const order = layout.kind === 'strided' ? layout.order : shape.map((_, axis) => axis);
  const inner = order.slice(-1);
  const middle = order.length > 2 ? order.slice(-2, -1) : [];
  const outer = order.slice(0, order.length - inner.length - middle.length);
  const axes = [outer, middle, inner] as const;
  const count = (group: readonly number[]): number =>
    group.reduce((product, axis) => product * (shape[axis] ?? 1), 1);
  const strides = layoutStrides(layout, shape);
  const bytes = elementBytes(dtype);
  const stride = (group: readonly number[]): number => bytes * (strides[group.at(-1) ?? -1] ?? 0);
  return {
    extents: [count(outer), count(middle), count(inner)],
    strides: [
      stride(outer),
      middle.length === 0 ? stride(outer) : stride(middle),
      inner.length === 0 ? bytes : stride(inner),
    ],
    elementBytes: bytes,
    axes,
  };
}

/** The only logical axis of an image's axis that has more than one index; undefined for none, null for several. */
export function singleAxis(image: Image, i: number, ...shapes: readonly Shape[]): number | undefined | null {
  const wide = (image.axes[i] ?? []).filter((axis) => shapes.some((shape) => (shape[axis] ?? 1) > 1));
  return wide.length > 1 ? null : wide[0];
}

/** The loop nest over a result. Channels are cut in fours, which keeps rows of transfers whole words. */
export function imageTileDimensions(
  { extents }: Image,
  whole: readonly boolean[] = [],
): readonly TileDimension[] {
  return imageDimensions.flatMap((name, i) =>
    whole[i] === true
      ? []
      : [{ name, extent: extents[i] ?? 1, granule: name === 'oc' ? 4 : 1, reduction: false }],
  );
}

/** An operand that is cut like the result; an axis of one index that repeats is never cut. */
export function alignedOperand(image: Image, result: Image, whole: readonly boolean[] = []): TiledOperand {
  return {
    axes: image.extents.map((extent, i): OperandAxis => {
      const repeats = extent === 1 && result.extents[i] !== 1;
      return {
        extent,
        bytes: image.strides[i] ?? 0,
        ...(!repeats && whole[i] !== true && { dimension: imageDimensions[i] ?? 'oy' }),
      };
    }),
    bytes: image.elementBytes * image.extents[0] * image.extents[1] * image.extents[2],
  };
}

/** Ranges of the three axes of the result in a call. */
export function imageRanges(
  { tile }: KernelCall,
  { extents }: Image,
): readonly [TileRange, TileRange, TileRange] {
  const of = (i: 0 | 1 | 2): TileRange => tile.ranges[imageDimensions[i]] ?? { start: 0, extent: extents[i] };
  return [of(0), of(1), of(2)];
}

/** Byte strides of an operand where a call finds it; 0 along axes where it repeats. */
export function imageStrides(
  own: readonly number[] | undefined,
  image: Image,
  result: Image,
): readonly [number, number, number] {
  const of = (i: 0 | 1 | 2): number =>
    image.extents[i] === 1 && result.extents[i] !== 1 ? 0 : (own?.[i] ?? image.strides[i]);
  return [of(0), of(1), of(2)];
}

/** Extents as they are in a call's tile, and how many elements that is. */
export function tileElements(call: KernelCall, image: Image): number {
  return imageRanges(call, image).reduce((product, { extent }) => product * extent, 1);
}

/** Pieces of consecutive elements that a call's tile consists of where its tensors lie: one where all is whole. */
export function tileRuns(call: KernelCall, image: Image): number {
  const [rows, columns, channels] = imageRanges(call, image);
  if (channels.extent < image.extents[2]) return rows.extent * columns.extent;
  return columns.extent < image.extents[1] ? rows.extent : 1;
}
