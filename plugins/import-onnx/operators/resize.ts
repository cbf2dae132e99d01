import { isFloat, ops, tensor, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { axesOf } from './axes.ts';
import { cubicWeight, interpolate, linearWeight, type Interpolation } from './interpolation.ts';
import {
  asymmetric,
  coordinates,
  nearestMode,
  type Coordinates,
  type ResizedAxis,
} from './resize-coordinates.ts';

/** Input order: x, roi, scales, sizes (opset 10: x, scales). */
export const resize: Operator = (node, build) => {
  const old = node.opset < 11;
  const found: Coordinates = old ? { position: asymmetric, crops: false } : coordinates(node);
  const axes = resizedAxes(node, old ? 1 : 2, found.crops);
  const nearest = old ? Math.floor : nearestMode(node);
  return resized(node, build, axes, found, nearest);
};

/** The form before Resize: scales as an attribute or an input, from the pixel's own corner. */
export const upsample: Operator = (node, build) => {
  const { shape } = node.value(0).type;
  const scales = node.floats('scales') ?? node.numbers(1, 'scales') ?? [];
  const axes = shape.map((extent, axis): ResizedAxis => {
    const scale = scales[axis] ?? 1;
    return { axis, extent, scale, size: Math.floor(extent * scale), region: [0, 1] };
  });
  checkSizes(node, axes);
  return resized(node, build, axes, { position: asymmetric, crops: false }, Math.floor);
};

function resized(
  node: NodeReader,
  build: NodeBuilder,
  axes: readonly ResizedAxis[],
  found: Coordinates,
  nearest: (position: number) => number,
): Value {
  const x = node.value(0);
  const mode = node.choice('mode', ['nearest', 'linear', 'bilinear', 'cubic'], 'nearest');
  const antialias = node.int('antialias', 0) !== 0;
  const extrapolation = node.float('extrapolation_value', 0);
  const slope = node.float('cubic_coeff_a', -0.75);
  const excludeOutside = node.int('exclude_outside', 0) !== 0;
  if (axes.some(({ extent, size }) => extent === 0 && size > 0)) throw node.unsupported('an empty input');
  // Positions may differ from the pixels' own even where the size stays.
  const moved = axes.filter((axis) => !isIdentity(axis, found));
  if (moved.length === 0) return x;
  if (mode !== 'nearest') {
    const kernel: Interpolation = {
      weight: mode === 'cubic' ? cubicWeight(slope) : linearWeight,
      reach: mode === 'cubic' ? 2 : 1,
      antialias,
      excludeOutside,
    };
    return interpolate(build, x, moved, kernel, found, extrapolation);
  }
  const picks = x.type.shape.map((extent, axis): Picks => {
    const own = moved.find((other) => other.axis === axis);
    if (!own) return Array.from({ length: extent }, (_, i) => i);
    return Array.from({ length: own.size }, (_, i) => {
      const at = found.position(i, own);
      if (found.crops && (at < 0 || at > extent - 1)) return -1;
      return Math.max(0, Math.min(extent - 1, nearest(at)));
    });
  });
  if (!picks.some((list) => list.includes(-1))) return pickPixels(build, x, picks);
  if (!isFloat(x.type.dtype)) throw node.unsupported(`values outside a region of ${x.type.dtype}`);
  // One pixel of weight 1 each, none where the extrapolation value stands.
  const whole: Interpolation = {
    weight: (distance) => (distance === 0 ? 1 : 0),
    reach: 1,
    antialias: false,
    excludeOutside: false,
  };
  const rounded: Coordinates = {
    crops: true,
    position: (index, axis) => {
      const at = found.position(index, axis);
      return at < 0 || at > axis.extent - 1 ? -1 : nearest(at);
    },
  };
  return interpolate(build, x, moved, whole, rounded, extrapolation);
}

/** Every output position is the input's own. */
function isIdentity(axis: ResizedAxis, { position }: Coordinates): boolean {
  if (axis.size !== axis.extent) return false;
  return Array.from({ length: axis.size }, (_, i) => position(i, axis) === i).every(Boolean);
}

/** Sizes and scales of the axes that the node names. */
function resizedAxes(node: NodeReader, scalesInput: number, crops: boolean): readonly ResizedAxis[] {
  const { shape } = node.value(0).type;
  const axes = axesOf(node, node.ints('axes') ?? shape.map((_, axis) => axis), shape.length);
  const extents = axes.map((axis) => shape[axis] ?? 1);
  const scaleList = node.numbers(scalesInput, 'scales');
  const sizeList = scalesInput === 1 ? undefined : node.integers(3, 'sizes');
  const policy = node.choice('keep_aspect_ratio_policy', ['stretch', 'not_larger', 'not_smaller'], 'stretch');
  const roi = crops ? (node.numbers(1, 'region of interest') ?? []) : [];
  const region = (i: number): readonly [number, number] => [roi[i] ?? 0, roi[i + axes.length] ?? 1];
  const result = axes.map((axis, i): ResizedAxis => {
    const extent = extents[i] ?? 1;
    if (sizeList && sizeList.length > 0) {
      const ratios = extents.map((other, j) => (sizeList[j] ?? 1) / other);
      const size = sizeList[i] ?? 1;
      if (policy === 'stretch') return { axis, extent, size, scale: size / extent, region: region(i) };
      const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
      return { axis, extent, size: Math.round(scale * extent), scale, region: region(i) };
    }
    if (!scaleList || scaleList.length === 0) throw node.unsupported('neither scales nor sizes');
    const scale = scaleList[i] ?? 1;
    return { axis, extent, size: Math.floor(extent * scale), scale, region: region(i) };
  });
  checkSizes(node, result);
  return result;
}

/** Tables of positions are made of these. */
function checkSizes(node: NodeReader, axes: readonly ResizedAxis[]): void {
  if (!axes.every(({ size }) => size >= 0 && size <= 2 ** 20))
    throw node.unsupported(`a result of [${axes.map(({ size }) => size).join(', ')}]`);
}

/** Which pixel of the input an output pixel shows, along one axis. */
type Picks = readonly number[];

/** Pixels repeated by whole factors are one operator; anything else picks along each axis that changes. */
function pickPixels(build: NodeBuilder, x: Value, picks: readonly Picks[]): Value {
  const { shape } = x.type;
  const factors = picks.map((list, axis) => wholeFactor(list, shape[axis] ?? 0));
  if (factors.every((factor) => factor === 1)) return x;
  if (shape.length === 4 && factors[0] === 1 && factors[1] === 1 && factors[2] && factors[3]) {
    return build.emit(ops.resizeNearest, [x], { scales: [factors[2], factors[3]] });
  }
  const changed = picks.flatMap((list, axis) => (factors[axis] === 1 ? [] : [{ list, axis }]));
  return changed.reduce((value, { list, axis }, i) => {
    const indices = build.constant('indices', tensor('int32', [list.length], list));
    return i === changed.length - 1
      ? build.emit(ops.gather, [value, indices], { axis })
      : build.step(ops.gather, [value, indices], { axis });
  }, x);
}

/** k when every pixel appears k times in order. */
function wholeFactor(picks: Picks, extent: number): number | undefined {
  const factor = picks.length / extent;
  return Number.isInteger(factor) && picks.every((pick, i) => pick === Math.floor(i / factor))
    ? factor
    : undefined;
}
