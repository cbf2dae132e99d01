import { ops, type Value } from 'match-compiler';
import { attributeInvalid, notSupported } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
import type { OperatorTable } from './handler.ts';

/** Field ids of StridedSliceOptions. */
const fields = {
  beginMask: 0,
  endMask: 1,
  ellipsisMask: 2,
  newAxisMask: 3,
  shrinkAxisMask: 4,
  offset: 5,
} as const;

/** Begins and sizes per axis; a size of −1 takes the rest. */
function importSlice(operator: OperatorImport): Value {
  const x = operator.input(0);
  const { shape } = x.type;
  const starts = operator.integers(1, 'begin');
  const sizes = operator.integers(2, 'size');
  if (starts.length !== shape.length || sizes.length !== shape.length) {
    throw attributeInvalid(
      operator,
      'begin and size',
      `have ${starts.length} and ${sizes.length} entries for ${shape.length} dimensions`,
    );
  }
  const ends = sizes.map((size, axis) => (size === -1 ? (shape[axis] ?? 0) : (starts[axis] ?? 0) + size));
  return operator.result(ops.slice, [x], { starts, ends, steps: shape.map(() => 1) });
}

/** Python's begin:end:stride per axis; masked begins and ends are open, shrunk axes take one element and go. */
function importStridedSlice(operator: OperatorImport): Value {
  const options = operator.options('StridedSlice');
  const mask = (field: number): number => options?.int32(field) ?? 0;
  for (const [name, field] of [
    ['ellipsis', fields.ellipsisMask],
    ['new axis', fields.newAxisMask],
  ] as const) {
    if (mask(field) !== 0) throw notSupported(operator, `an ${name} in the slice`);
  }
  if (options?.bool(fields.offset)) throw notSupported(operator, 'ends relative to begins');
  const x = operator.input(0);
  const { shape } = x.type;
  const [begins, ends, strides] = [1, 2, 3].map((i) =>
    operator.integers(i, ['', 'begin', 'end', 'strides'][i] ?? ''),
  );
  if (
    !begins ||
    !ends ||
    !strides ||
    begins.length > shape.length ||
    ends.length !== begins.length ||
    strides.length !== begins.length
  ) {
    throw attributeInvalid(operator, 'begin, end and strides', `do not fit ${shape.length} dimensions`);
  }
  const has = (field: number, axis: number): boolean => (mask(field) >> axis) % 2 !== 0;
  const parts = shape.map((extent, axis) => {
    const step = strides[axis] ?? 1;
    if (step === 0) throw attributeInvalid(operator, 'its strides', 'contain 0');
    if (axis >= begins.length) return { start: 0, end: extent, step: 1 };
    const shrink = has(fields.shrinkAxisMask, axis);
    const begin = has(fields.beginMask, axis) && !shrink ? undefined : begins[axis];
    if (shrink) {
      const start = operator.axis(begin ?? 0, extent, `begin of dimension ${axis}`);
      return { start, end: start + 1, step: 1 };
    }
    const end = has(fields.endMask, axis) ? undefined : ends[axis];
    return normalized(begin, end, step, extent);
  });
  const attributes = {
    starts: parts.map((part) => part.start),
    ends: parts.map((part) => part.end),
    steps: parts.map((part) => part.step),
  };
  const kept = shape
    .map((_, axis) => axis)
    .filter((axis) => !has(fields.shrinkAxisMask, axis) || axis >= begins.length);
  if (kept.length === shape.length) return operator.result(ops.slice, [x], attributes);
  const sliced = operator.add(ops.slice, [x], attributes, 'slice');
  return operator.result(ops.reshape, [sliced], { shape: kept.map((axis) => sliced.type.shape[axis] ?? 1) });
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Negative positions count from the end; those outside are moved to the edge. An end of −1 is before the first. */
function normalized(begin: number | undefined, end: number | undefined, step: number, extent: number): Range {
  const [lowest, highest] = step > 0 ? [0, extent] : [-1, extent - 1];
  const clamp = (position: number): number =>
    Math.min(highest, Math.max(lowest, position < 0 ? position + extent : position));
  const start = begin === undefined ? (step > 0 ? 0 : extent - 1) : clamp(begin);
  const stop = end === undefined ? (step > 0 ? extent : -1) : clamp(end);
  return { start, end: stop, step };
}

function importSplit(operator: OperatorImport): readonly Value[] {
  const x = operator.input(1);
  const [given = 0] = operator.integers(0, 'axis');
  const axis = operator.axis(given, x.type.shape.length);
  const extent = x.type.shape[axis] ?? 0;
  const parts = operator.outputCount;
  if (parts < 1 || extent % parts !== 0) {
    throw attributeInvalid(operator, 'its number of outputs', `is ${parts} for an extent of ${extent}`);
  }
  const sizes = new Array<number>(parts).fill(extent / parts);
  return operator.results(ops.split, [x], { axis, sizes });
}

/** Sizes are given; one of them may be −1 for the rest. */
function importSplitV(operator: OperatorImport): readonly Value[] {
  const x = operator.input(0);
  const given = operator.integers(1, 'sizes');
  const [axisGiven = 0] = operator.integers(2, 'axis');
  const axis = operator.axis(axisGiven, x.type.shape.length);
  const known = given.filter((size) => size !== -1).reduce((sum, size) => sum + size, 0);
  const sizes = given.map((size) => (size === -1 ? (x.type.shape[axis] ?? 0) - known : size));
  return operator.results(ops.split, [x], { axis, sizes });
}

export const slices: OperatorTable = {
  SLICE: importSlice,
  STRIDED_SLICE: importStridedSlice,
  SPLIT: importSplit,
  SPLIT_V: importSplitV,
};
