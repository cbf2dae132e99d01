import { ops, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';

/** A window over height and width, nets over one axis use a height of 1, or over depth, height and width. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before each axis, then after each axis: top, left, bottom, right. */
  readonly pads: readonly number[];
}

/**
 * The window attributes of convolutions and pools, `auto_pad` resolved.
 * @param spatial extents of the one to three axes that the window moves along
 */
export function readWindow(node: NodeReader, spatial: readonly number[], kernel: readonly number[]): Window {
  const rank = spatial.length;
  const list = (name: string, absent: number, length = rank): readonly number[] => {
    const values = node.ints(name);
    if (!values || values.length === 0) return new Array<number>(length).fill(absent);
    if (values.length !== length) {
      throw node.attributeFault(name, `has ${values.length} entries where ${length} are expected`);
    }
    return values;
  };
  const declared = node.ints('kernel_shape');
  if (declared && declared.join() !== kernel.join()) {
    throw node.attributeFault(
      'kernel_shape',
      `is [${declared.join(', ')}] with weights of [${kernel.join(', ')}]`,
    );
  }
  const strides = list('strides', 1);
  const dilations = list('dilations', 1);
  const explicit = list('pads', 0, 2 * rank);
  const mode = node.choice('auto_pad', ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'], 'NOTSET');
  const pads = mode === 'NOTSET' ? explicit : automaticPads(mode, spatial, kernel, strides, dilations);
  if (rank > 1) return { kernel, strides, dilations, pads };
  const [before = 0, after = 0] = pads;
  return {
    kernel: [1, ...kernel],
    strides: [1, ...strides],
    dilations: [1, ...dilations],
    pads: [0, before, 0, after],
  };
}

/** SAME: as much padding as gives ⌈extent/stride⌉ positions, the odd one after (UPPER) or before (LOWER). */
function automaticPads(
  mode: 'SAME_UPPER' | 'SAME_LOWER' | 'VALID',
  spatial: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): readonly number[] {
  if (mode === 'VALID') return new Array<number>(2 * spatial.length).fill(0);
  const totals = spatial.map((extent, axis) => {
    const stride = strides[axis] ?? 1;
    const reach = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    return Math.max(0, (Math.ceil(extent / stride) - 1) * stride + reach - extent);
  });
  const smaller = totals.map((total) => Math.floor(total / 2));
  const larger = totals.map((total) => Math.ceil(total / 2));
  return mode === 'SAME_UPPER' ? [...smaller, ...larger] : [...larger, ...smaller];
}

/** Kernel of a pool, which must be given. */
export function poolKernel(node: NodeReader, rank: number): readonly number[] {
  const kernel = node.ints('kernel_shape');
  if (kernel?.length !== rank) {
    throw node.attributeFault(
      'kernel_shape',
      kernel ? `has ${kernel.length} entries for ${rank} axes` : 'is missing',
    );
  }
  return kernel;
}

/** Extents of the axes after N and C. @throws {MatchError} FEATURE_UNSUPPORTED unless there are one to `most` */
export function spatialShape(node: NodeReader, x: Value, most: 2 | 3 = 2): readonly number[] {
  const spatial = x.type.shape.slice(2);
  if (spatial.length < 1 || spatial.length > most) {
    const counts = most === 2 ? 'one and two' : 'one to three';
    throw node.unsupported(
      `an input of shape [${x.type.shape.join(', ')}]: supported are ${counts} spatial axes`,
    );
  }
  return spatial;
}

/** [N,C,L] as [N,C,1,L]; [N,C,H,W] as it is. */
export function asImage(build: NodeBuilder, x: Value): Value {
  const { shape } = x.type;
  if (shape.length !== 3) return x;
  const [first = 1, second = 1, length = 1] = shape;
  return build.step(ops.reshape, [x], { shape: [first, second, 1, length] });
}

type Add = NodeBuilder['step'];

/**
 * Runs an operator on images, on [N,C,L] between two reshapes. `make` gets the image and how to add the node.
 * @param last how to add the last node: as the node's result or as a step
 */
export function onImage(
  build: NodeBuilder,
  x: Value,
  make: (image: Value, add: Add) => Value,
  last?: Add,
): Value {
  const finish: Add = last ?? ((op, inputs, attributes) => build.emit(op, inputs, attributes));
  if (x.type.shape.length !== 3) return make(x, finish);
  const result = make(asImage(build, x), (op, inputs, attributes) => build.step(op, inputs, attributes));
  const [batch = 1, channels = 1, , width = 1] = result.type.shape;
  return finish(ops.reshape, [result], { shape: [batch, channels, width] });
}

/**
 * Runs a pool whose result over a box is that of its lines pooled again: on images and [N,C,L] as it is, on
 * [N,C,D,H,W] over the planes, then along the depth. The reshapes between move nothing.
 */
export function onVolume(
  build: NodeBuilder,
  x: Value,
  window: Window,
  make: (image: Value, window: Window, add: Add) => Value,
): Value {
  const { shape } = x.type;
  if (shape.length !== 5) return onImage(build, x, (image, add) => make(image, window, add));
  const [batch = 1, channels = 1, depth = 1, height = 1, width = 1] = shape;
  const step: Add = (op, inputs, attributes) => build.step(op, inputs, attributes);
  const part = (from: number, to: number): Window => {
    const padded = (list: readonly number[]): readonly number[] => {
      const chosen = list.slice(from, to);
      return chosen.length === 1 ? [...chosen, 1] : chosen;
    };
    const sides = [window.pads.slice(0, 3), window.pads.slice(3)].map((list) => list.slice(from, to));
    return {
      kernel: padded(window.kernel),
      strides: padded(window.strides),
      dilations: padded(window.dilations),
      pads: sides.flatMap((list) => (list.length === 1 ? [...list, 0] : list)),
    };
  };
  const planes = step(ops.reshape, [x], { shape: [batch, channels * depth, height, width] });
  const flat = make(planes, part(1, 3), step);
  const [, , rows = 1, columns = 1] = flat.type.shape;
  const lines = step(ops.reshape, [flat], { shape: [batch, channels, depth, rows * columns] });
  const result = make(lines, part(0, 1), step);
  return build.emit(ops.reshape, [result], {
    shape: [batch, channels, result.type.shape[2] ?? 1, rows, columns],
  });
}
