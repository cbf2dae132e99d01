import type { Buffer, OperandBox, Slice, TiledOperand } from 'match-compiler';

/** A box in two places, run by run: `whole` where the operand lies, `dense` in a tile buffer. */
export interface BoxPiece {
  readonly whole: Slice;
  readonly dense: Slice;
}

/** Where an operand and its tile buffer are. */
export interface BoxPlaces {
  readonly whole: { readonly buffer: Buffer; readonly offset: number };
  readonly dense: { readonly buffer: Buffer; readonly offset: number };
}

interface Level {
  readonly whole: number;
  readonly dense: number;
  count: number;
}

/**
 * The box as pieces of planes × rows × bytes that have one shape on both sides: what `boxRows` counts. Nothing for
 * an empty box.
 */
export function boxPieces(
  { axes, bytes }: TiledOperand,
  box: OperandBox,
  { whole, dense }: BoxPlaces,
): readonly BoxPiece[] {
  if (box.bytes === 0 || box.ranges.some(({ extent }) => extent === 0)) return [];
  let rowBytes = axes.length === 0 ? bytes : (box.strides.at(-1) ?? 0);
  const levels: Level[] = [];
  for (let i = axes.length - 1; i >= 0; i--) {
    const count = box.ranges[i]?.extent ?? 1;
    const level = { whole: box.strides[i] ?? 0, dense: box.denseStrides[i] ?? 0, count };
    const inner = levels.at(-1);
    if (count === 1) continue;
    if (!inner && level.whole === rowBytes) rowBytes *= count;
    else if (inner && level.whole === inner.whole * inner.count) inner.count *= count;
    else levels.push(level);
  }
  rowBytes = Math.min(rowBytes, box.bytes);
  const [rows, planes, ...others] = levels;
  let origins = [{ whole: whole.offset, dense: dense.offset }];
  for (const level of others) {
    origins = origins.flatMap((origin) =>
      Array.from({ length: level.count }, (_, i) => ({
        whole: origin.whole + i * level.whole,
        dense: origin.dense + i * level.dense,
      })),
    );
  }
  const slice = (buffer: Buffer, base: number, side: 'whole' | 'dense'): Slice => ({
    buffer,
    offset: { base, terms: [] },
    rowBytes,
    rows: rows?.count ?? 1,
    rowStride: rows?.[side] ?? 0,
    ...(planes && { planes: { count: planes.count, stride: planes[side] } }),
  });
  return origins.map((origin) => ({
    whole: slice(whole.buffer, origin.whole, 'whole'),
    dense: slice(dense.buffer, origin.dense, 'dense'),
  }));
}

/** A run of bytes. */
export function plainSlice(buffer: Buffer, base: number, rowBytes: number): Slice {
  return { buffer, offset: { base, terms: [] }, rowBytes, rows: 1, rowStride: 0 };
}
