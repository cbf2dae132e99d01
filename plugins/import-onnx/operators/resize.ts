import { ops, tensor, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { axesOf } from './axes.ts';

/** Which pixel of the input an output pixel shows, along one axis. */
type Picks = readonly number[];

/** Resize in nearest mode. Input order: x, roi, scales, sizes (opset 10: x, scales). */
export const resize: Operator = (node, build) => {
  const x = node.value(0);
  const { shape } = x.type;
  node.ignore('cubic_coeff_a', 'exclude_outside', 'extrapolation_value');
  const mode = node.string('mode', 'nearest');
  if (mode !== 'nearest') {
    throw node.attributeFault(
      'mode',
      `is '${mode}'`,
      'nearest is supported; a transposed view of the net may avoid the rest',
    );
  }
  node.requireInt('antialias', 0);
  const old = node.opset < 11;
  const axes = axesOf(node, node.ints('axes') ?? shape.map((_, axis) => axis), shape.length);
  const scaleList = node.numbers(old ? 1 : 2, 'scales');
  const sizeList = old ? undefined : node.integers(3, 'sizes');
  const policy = node.choice('keep_aspect_ratio_policy', ['stretch', 'not_larger', 'not_smaller'], 'stretch');
  const scales = shape.map(() => 1);
  const sizes = [...shape];
  if (sizeList && sizeList.length > 0) {
    const ratios = axes.map((axis, i) => (sizeList[i] ?? 1) / (shape[axis] ?? 1));
    const common = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
    axes.forEach((axis, i) => {
      const scale = policy === 'stretch' ? (ratios[i] ?? 1) : common;
      scales[axis] = scale;
      sizes[axis] = policy === 'stretch' ? (sizeList[i] ?? 1) : Math.round(scale * (shape[axis] ?? 1));
    });
  } else if (scaleList && scaleList.length > 0) {
    axes.forEach((axis, i) => {
      scales[axis] = scaleList[i] ?? 1;
      sizes[axis] = Math.floor((shape[axis] ?? 1) * (scaleList[i] ?? 1));
    });
  } else {
    throw node.unsupported('neither scales nor sizes');
  }
  checkSizes(node, sizes);
  const position = old ? asymmetric : coordinates(node);
  const nearest = old ? Math.floor : rounding(node);
  const picks = shape.map((extent, axis) =>
    Array.from({ length: sizes[axis] ?? 1 }, (_, i) => {
      const at = nearest(position(i, scales[axis] ?? 1, extent, sizes[axis] ?? 1));
      return Math.max(0, Math.min(extent - 1, at));
    }),
  );
  return pickPixels(build, x, picks);
};

/** The form before Resize: scales as an attribute or an input, always to the nearest pixel before. */
export const upsample: Operator = (node, build) => {
  const x = node.value(0);
  const mode = node.string('mode', 'nearest');
  if (mode !== 'nearest') throw node.attributeFault('mode', `is '${mode}'`, 'supported: nearest');
  const scales = node.floats('scales') ?? node.numbers(1, 'scales') ?? [];
  const sizes = x.type.shape.map((extent, axis) => Math.floor(extent * (scales[axis] ?? 1)));
  checkSizes(node, sizes);
  const picks = x.type.shape.map((extent, axis) =>
    Array.from({ length: sizes[axis] ?? 0 }, (_, i) =>
      Math.min(extent - 1, Math.floor(i / (scales[axis] ?? 1))),
    ),
  );
  return pickPixels(build, x, picks);
};

/** Lists of pixels are made of these. */
function checkSizes(node: NodeReader, sizes: readonly number[]): void {
  if (!sizes.every((size) => size >= 0 && size <= 2 ** 20))
    throw node.unsupported(`a result of [${sizes.join(', ')}]`);
}

type Position = (index: number, scale: number, extent: number, size: number) => number;

const asymmetric: Position = (index, scale) => index / scale;

/** Position in the input of an output pixel, by the formulas of the ONNX operator. */
function coordinates(node: NodeReader): Position {
  const name = node.choice(
    'coordinate_transformation_mode',
    ['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'],
    'half_pixel',
  );
  switch (name) {
    case 'asymmetric':
      return asymmetric;
    case 'align_corners':
      return (index, _, extent, size) => (size === 1 ? 0 : (index * (extent - 1)) / (size - 1));
    case 'pytorch_half_pixel':
      return (index, scale, _, size) => (size === 1 ? 0 : (index + 0.5) / scale - 0.5);
    case 'half_pixel_symmetric':
      return (index, scale, extent, size) => {
        const adjustment = size / (extent * scale);
        return (extent / 2) * (1 - adjustment) + (index + 0.5) / scale - 0.5;
      };
    case 'half_pixel':
      return (index, scale) => (index + 0.5) / scale - 0.5;
  }
}

function rounding(node: NodeReader): (position: number) => number {
  const name = node.choice(
    'nearest_mode',
    ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'],
    'round_prefer_floor',
  );
  switch (name) {
    case 'floor':
      return Math.floor;
    case 'ceil':
      return Math.ceil;
    case 'round_prefer_ceil':
      return (position) => Math.floor(position + 0.5);
    case 'round_prefer_floor':
      return (position) => Math.ceil(position - 0.5);
  }
}

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
