import { ops, tensor, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { Coordinates, ResizedAxis } from './resize-coordinates.ts';

/** A kernel w(t) of interpolation, zero where |t| ≥ its reach. */
export interface Interpolation {
  readonly weight: (distance: number) => number;
  readonly reach: 1 | 2;
  /** Stretch the kernel where the axis shrinks, so that every input counts. */
  readonly antialias: boolean;
  /** Weights outside the input count as none and the others add up to 1; otherwise the edge is repeated. */
  readonly excludeOutside: boolean;
}

/** The triangle. */
export const linearWeight = (distance: number): number => Math.max(0, 1 - Math.abs(distance));

/** Keys' cubic convolution kernel; `a` is its slope at 1. */
export const cubicWeight =
  (a: number) =>
  (distance: number): number => {
    const t = Math.abs(distance);
    if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
    return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
  };

/** Which inputs make a sample, with their weights. */
interface Sample {
  readonly positions: readonly number[];
  readonly weights: readonly number[];
  readonly offset: number;
}

/** Interpolates along each axis in turn, those that shrink first, so that what is in between stays small. */
export function interpolate(
  build: NodeBuilder,
  x: Value,
  axes: readonly ResizedAxis[],
  kernel: Interpolation,
  coordinates: Coordinates,
  extrapolation: number,
): Value {
  const { dtype } = x.type;
  const real = dtype === 'float32' || dtype === 'float64';
  const start = real ? x : build.step(ops.cast, [x], { dtype: 'float32', saturate: false });
  const type = real ? dtype : 'float32';
  const order = [...axes].sort((a, b) => a.size / a.extent - b.size / b.extent);
  return order.reduce((value, axis, i) => {
    const samples = samplesOf(axis, kernel, coordinates, extrapolation);
    const taps = Math.max(1, ...samples.map(({ positions }) => positions.length));
    const table = (rows: readonly (readonly number[])[]): readonly number[] =>
      rows.flatMap((row) => Array.from({ length: taps }, (_, t) => row[t] ?? 0));
    const operands = [
      value,
      build.constant(
        'positions',
        tensor('int32', [axis.size, taps], table(samples.map(({ positions }) => positions))),
      ),
      build.constant(
        'weights',
        tensor(type, [axis.size, taps], table(samples.map(({ weights }) => weights))),
      ),
    ];
    const offsets = samples.map(({ offset }) => offset);
    if (offsets.some((offset) => offset !== 0)) {
      operands.push(build.constant('offset', tensor(type, [axis.size], offsets)));
    }
    const attributes = { axis: axis.axis };
    if (i < order.length - 1) return build.step(ops.resample, operands, attributes);
    if (real) return build.emit(ops.resample, operands, attributes);
    const result = build.step(ops.resample, operands, attributes);
    return build.emit(ops.cast, [result], { dtype, saturate: true });
  }, start);
}

function samplesOf(
  axis: ResizedAxis,
  kernel: Interpolation,
  { position, crops }: Coordinates,
  extrapolation: number,
): readonly Sample[] {
  const { extent, size, scale } = axis;
  const stretch = kernel.antialias ? Math.min(1, scale) : 1;
  return Array.from({ length: size }, (_, index) => {
    const at = position(index, axis);
    if (crops && (at < 0 || at > extent - 1)) return { positions: [], weights: [], offset: extrapolation };
    const taps = new Map<number, number>();
    const reach = kernel.reach / stretch;
    for (let i = Math.floor(at - reach) + 1; i < at + reach; i++) {
      const outside = i < 0 || i >= extent;
      if (outside && kernel.excludeOutside) continue;
      const place = Math.max(0, Math.min(extent - 1, i));
      taps.set(place, (taps.get(place) ?? 0) + kernel.weight((i - at) * stretch));
    }
    const used = [...taps].filter(([, weight]) => weight !== 0);
    const normalizes = kernel.antialias || kernel.excludeOutside;
    const total = normalizes ? used.reduce((sum, [, weight]) => sum + weight, 0) : 1;
    return {
      positions: used.map(([place]) => place),
      weights: used.map(([, weight]) => weight / total),
      offset: 0,
    };
  });
}
