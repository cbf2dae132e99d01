import { ops, type Value } from 'match-compiler';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { onImage, poolKernel, readWindow, spatialShape } from './window.ts';

export const maxPool: Operator = (node, build) => {
  const x = node.value(0);
  const spatial = spatialShape(node, x);
  const window = readWindow(node, spatial, poolKernel(node, spatial.length));
  node.ignore('storage_order');
  if (node.isRead(1)) throw node.unsupported('its second output, the indices');
  const attributes = { ...window, ceilMode: node.int('ceil_mode', 0) !== 0 };
  return onImage(build, x, (image, add) => add(ops.maxPool2d, [image], attributes));
};

export const averagePool: Operator = (node, build) => {
  const x = node.value(0);
  const attributes = averageAttributes(node, x);
  return onImage(build, x, (image, add) =>
    add(ops.averagePool2d, [image], { ...attributes, rounding: 'float' }),
  );
};

/** Attributes of AveragePool, for any way of rounding. */
export function averageAttributes(
  node: NodeReader,
  x: Value,
): PoolWindow & { readonly countIncludePad: boolean } {
  const spatial = spatialShape(node, x);
  const { dilations, ...window } = readWindow(node, spatial, poolKernel(node, spatial.length));
  if (dilations.some((dilation) => dilation !== 1)) throw node.attributeFault('dilations', 'are not 1');
  return {
    ...window,
    ceilMode: node.int('ceil_mode', 0) !== 0,
    countIncludePad: node.int('count_include_pad', 0) !== 0,
  };
}

/** A pool over everything after N and C: as a pool where there are one or two axes, else as a reduction. */
const globalPool =
  (kind: 'average' | 'max'): Operator =>
  (node, build) => {
    const x = node.value(0);
    const rank = x.type.shape.length;
    if (rank !== 3 && rank !== 4) {
      const axes = Array.from({ length: Math.max(0, rank - 2) }, (_, i) => i + 2);
      return build.emit(kind === 'max' ? ops.reduceMax : ops.reduceMean, [x], { axes, keepDims: true });
    }
    return onImage(build, x, (image, add) => {
      const window = globalWindow(image);
      return kind === 'max'
        ? add(ops.maxPool2d, [image], { ...window, dilations: [1, 1] })
        : add(ops.averagePool2d, [image], { ...window, countIncludePad: false, rounding: 'float' });
    });
  };

/** Attributes of a pool without padding rules. */
export interface PoolWindow {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly ceilMode: boolean;
}

/** One window over the whole of [N,C,H,W]. */
export function globalWindow(image: Value): PoolWindow {
  return { kernel: image.type.shape.slice(2), strides: [1, 1], pads: [0, 0, 0, 0], ceilMode: false };
}

export const globalAveragePool = globalPool('average');
export const globalMaxPool = globalPool('max');
