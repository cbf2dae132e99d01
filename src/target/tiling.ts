/** A run of indices of one dimension. */
export interface TileRange {
  readonly start: number;
  readonly extent: number;
}

/** A box in the loop nest of a region; a dimension that is not named is whole. */
export interface Tile {
  readonly ranges: Readonly<Record<string, TileRange>>;
}

/** The whole region as one tile. */
export const wholeTile: Tile = { ranges: {} };

/** One dimension of the loop nest that a region computes. */
export interface TileDimension {
  readonly name: string;
  readonly extent: number;
  /** Tile sizes are multiples of it; the last tile may be ragged. */
  readonly granule: number;
  /** Tiles along it add up to one result (partial sums); other dimensions are independent. */
  readonly reduction: boolean;
}

/**
 * One axis of an operand in memory. For a tile that has indices start … start+extent of `dimension` the operand's
 * indices from ⌊(start·step − before)/per⌋ to ⌈((start+extent−1)·step − before + window)/per⌉ are needed, clipped to
 * 0 … `extent`. Without a dimension the axis is always whole.
 */
export interface OperandAxis {
  readonly extent: number;
  /** From one index to the next where the whole operand lies, in bytes. */
  readonly bytes: number;
  readonly dimension?: string;
  /** Default 1. */
  readonly step?: number;
  /** Default 1. */
  readonly window?: number;
  /** Default 0. */
  readonly before?: number;
  /** Default 1: for axes of blocks, such as 32 channels each. */
  readonly per?: number;
}

/** An operand as a dense array: axes from outermost to innermost. */
export interface TiledOperand {
  readonly axes: readonly OperandAxis[];
  /** Bytes of the whole operand: where the last block of an axis is shorter, less than extent · bytes. */
  readonly bytes: number;
  /** Bytes behind the operand that an engine reads beyond it: any content, but addressable. */
  readonly guardBytes?: number;
}

/** The loop nest of a region, and which part of each operand a tile of it needs. */
export interface Tiling {
  readonly dimensions: readonly TileDimension[];
  /** One per input of the region. */
  readonly inputs: readonly TiledOperand[];
  /** One per constant of the region, or one for all where the pattern packs them. */
  readonly constants: readonly TiledOperand[];
  /** One per output of the region. */
  readonly outputs: readonly TiledOperand[];
}

/** The part of an operand that a tile needs. */
export interface OperandBox {
  /** Per axis: first index and how many. */
  readonly ranges: readonly TileRange[];
  /** Of the first byte, from the beginning of the whole operand. */
  readonly offset: number;
  /** Bytes of the box, stored densely. */
  readonly bytes: number;
  /** Byte strides per axis in the whole operand. */
  readonly strides: readonly number[];
  /** Byte strides per axis of the box stored densely. */
  readonly denseStrides: readonly number[];
}

/** The indices of one axis that a range of its dimension needs, clipped to the axis. */
export function axisRange(axis: OperandAxis, range: TileRange | undefined): TileRange {
  if (axis.dimension === undefined || range === undefined) return { start: 0, extent: axis.extent };
  const { step = 1, window = 1, before = 0, per = 1 } = axis;
  const first = Math.floor((range.start * step - before) / per);
  const end = Math.ceil(((range.start + range.extent - 1) * step - before + window) / per);
  const start = Math.min(Math.max(0, first), axis.extent);
  return { start, extent: Math.max(0, Math.min(end, axis.extent) - start) };
}

/** The box of an operand that a tile needs. */
export function operandBox(operand: TiledOperand, tile: Tile): OperandBox {
  const ranges = operand.axes.map((axis) =>
    axisRange(axis, axis.dimension === undefined ? undefined : tile.ranges[axis.dimension]),
  );
  const strides = operand.axes.map((axis) => axis.bytes);
  const denseStrides = new Array<number>(ranges.length).fill(0);
  const innermost = operand.axes.at(-1);
  let dense = innermost?.bytes ?? operand.bytes;
  for (let i = ranges.length - 1; i >= 0; i--) {
    denseStrides[i] = dense;
    dense *= ranges[i]?.extent ?? 1;
  }
  const offset = ranges.reduce((sum, { start }, i) => sum + start * (strides[i] ?? 0), 0);
  // Only an operand of one axis may end within its last block.
  const bytes = Math.min(dense, Math.max(0, operand.bytes - offset));
  return { ranges, offset, bytes, strides, denseStrides };
}

/** Runs of a box in memory: `planes` × `rows` × `rowBytes`; several where it has more than three levels. */
export interface BoxRows {
  readonly offset: number;
  readonly rowBytes: number;
  readonly rows: number;
  readonly rowStride: number;
  readonly planes: number;
  readonly planeStride: number;
}

/** A box as runs of bytes, each as long as can be. `strides` says how it lies: in the whole operand, or densely. */
export function boxRows(
  { axes, bytes }: Pick<TiledOperand, 'axes' | 'bytes'>,
  box: OperandBox,
  where: 'whole' | 'dense',
): readonly BoxRows[] {
  const strides = where === 'whole' ? box.strides : box.denseStrides;
  const origin = where === 'whole' ? box.offset : 0;
  const levels: { count: number; stride: number }[] = [];
  let rowBytes = axes.length === 0 ? bytes : (strides.at(-1) ?? 0);
  for (let i = axes.length - 1; i >= 0; i--) {
    const count = box.ranges[i]?.extent ?? 1;
    const stride = strides[i] ?? 0;
    const outer = levels.at(-1);
    if (count === 1) continue;
    if (outer === undefined && stride === rowBytes) rowBytes *= count;
    else if (outer && stride === outer.stride * outer.count) outer.count *= count;
    else levels.push({ count, stride });
  }
  rowBytes = Math.min(rowBytes, box.bytes);
  if (rowBytes === 0 || box.ranges.some(({ extent }) => extent === 0)) return [];
  const [rows, planes, ...others] = levels;
  let offsets = [origin];
  for (const { count, stride } of others) {
    offsets = offsets.flatMap((offset) => Array.from({ length: count }, (_, i) => offset + i * stride));
  }
  return offsets.map((offset) => ({
    offset,
    rowBytes,
    rows: rows?.count ?? 1,
    rowStride: rows?.stride ?? 0,
    planes: planes?.count ?? 1,
    planeStride: planes?.stride ?? 0,
  }));
}
