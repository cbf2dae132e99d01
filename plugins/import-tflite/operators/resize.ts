import { ops, tensor, type Value } from 'match-compiler';
import { attributeInvalid, shapeFault } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
import type { OperatorTable } from './handler.ts';

/** Field ids of ResizeNearestNeighborOptions. */
const fields = { alignCorners: 0, halfPixelCenters: 1 } as const;

/** Every pixel of the result is one of the input: repeated by a whole factor, or picked by index. */
function importResizeNearest(operator: OperatorImport): Value {
  const options = operator.options('ResizeNearestNeighbor');
  const x = operator.input(0);
  const [, height, width] = x.type.shape;
  if (x.type.shape.length !== 4 || height === undefined || width === undefined) {
    throw shapeFault(operator, `an input of ${x.type.shape.length} dimensions`);
  }
  const [rows = 0, columns = 0] = operator.integers(1, 'size');
  if (rows < 1 || columns < 1 || rows > 2 ** 16 || columns > 2 ** 16) {
    throw attributeInvalid(operator, 'its size', `is [${rows}, ${columns}]`);
  }
  const mapping = (input: number, output: number): number[] =>
    sources(
      input,
      output,
      options?.bool(fields.alignCorners) ?? false,
      options?.bool(fields.halfPixelCenters) ?? false,
    );
  const rowSources = mapping(height, rows);
  const columnSources = mapping(width, columns);
  if (repeats(rowSources, rows / height) && repeats(columnSources, columns / width)) {
    const scales = [rows / height, columns / width];
    const resized = operator.add(ops.resizeNearest, [operator.channelsFirst(x)], { scales }, 'resized');
    return operator.channelsLastResult(resized);
  }
  const pick = (list: readonly number[], role: string): Value =>
    operator.constant(tensor('int32', [list.length], list), role);
  const tall = operator.add(ops.gather, [x, pick(rowSources, 'rows')], { axis: 1 }, 'resized');
  return operator.result(ops.gather, [tall, pick(columnSources, 'columns')], { axis: 2 });
}

/** Source of each position, in float32 (tensorflow/lite/kernels/internal/reference/resize_nearest_neighbor.h). */
function sources(input: number, output: number, alignCorners: boolean, halfPixelCenters: boolean): number[] {
  const scale =
    alignCorners && output > 1 ? Math.fround((input - 1) / (output - 1)) : Math.fround(input / output);
  return Array.from({ length: output }, (_, i) => {
    const position = Math.fround(Math.fround(i + (halfPixelCenters ? 0.5 : 0)) * scale);
    return Math.max(0, Math.min(input - 1, alignCorners ? Math.floor(position + 0.5) : Math.floor(position)));
  });
}

function repeats(list: readonly number[], factor: number): boolean {
  return Number.isInteger(factor) && list.every((source, i) => source === Math.floor(i / factor));
}

export const resizes: OperatorTable = { RESIZE_NEAREST_NEIGHBOR: importResizeNearest };
