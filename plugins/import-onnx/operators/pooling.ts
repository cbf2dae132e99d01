import { elementCount, ops, type MaxPool2dIndicesAttributes, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { asImage, onImage, onVolume, poolKernel, readWindow, spatialShape, type Window } from './window.ts';

export const maxPool: Operator = (node, build) => {
  const x = node.value(0);
  const window = poolWindow(node, x);
  const ceilMode = node.int('ceil_mode', 0) !== 0;
  const columnMajor = node.int('storage_order', 0) !== 0;
  if (node.isRead(1)) return maxPoolWithIndices(node, build, x, { ...window, ceilMode, columnMajor });
  return onVolume(build, x, window, (image, part, add) => add(ops.maxPool2d, [image], { ...part, ceilMode }));
};

function maxPoolWithIndices(
  node: NodeReader,
  build: NodeBuilder,
  x: Value,
  attributes: MaxPool2dIndicesAttributes,
): readonly Value[] {
  const { shape } = x.type;
  if (shape.length === 4) return build.emitAll(ops.maxPool2dIndices, [x], attributes);
  if (shape.length !== 3) throw node.unsupported('indices of windows over three axes');
  const results = build.steps(ops.maxPool2dIndices, [asImage(build, x)], attributes);
  return results.map((result, output) => {
    const [batch = 1, channels = 1, , width = 1] = result.type.shape;
    return build.emit(ops.reshape, [result], { shape: [batch, channels, width] }, { output });
  });
}

/** (Σ|x|^p)^(1/p) over windows. */
export const lpPool: Operator = (node, build) => {
  const x = node.value(0);
  const ceilMode = node.int('ceil_mode', 0) !== 0;
  const p = node.int('p', 2);
  return onVolume(build, x, poolWindow(node, x), (image, part, add) =>
    add(ops.lpPool2d, [image], { ...part, ceilMode, p }),
  );
};

/** (Σ|x|^p)^(1/p) over everything after N and C. */
export const globalLpPool: Operator = (node, build) => {
  const x = node.value(0);
  const [batch = 1, channels = 1, ...spatial] = x.type.shape;
  const image = build.step(ops.reshape, [x], { shape: [batch, channels, 1, elementCount(spatial)] });
  const norm = build.step(ops.lpPool2d, [image], {
    ...globalWindow(image),
    dilations: [1, 1],
    p: node.int('p', 2),
  });
  return build.emit(ops.reshape, [norm], { shape: [batch, channels, ...spatial.map(() => 1)] });
};

/** The window of a pool over one to three axes. */
function poolWindow(node: NodeReader, x: Value): Window {
  const spatial = spatialShape(node, x, 3);
  return readWindow(node, spatial, poolKernel(node, spatial.length));
}

export const averagePool: Operator = (node, build) => {
  const x = node.value(0);
  const window = poolWindow(node, x);
  const ceilMode = node.int('ceil_mode', 0) !== 0;
  const countIncludePad = node.int('count_include_pad', 0) !== 0;
  return onVolume(build, x, window, (image, { dilations, ...part }, add) =>
    add(ops.averagePool2d, [image], {
      ...part,
      ...(dilations.some((dilation) => dilation !== 1) && { dilations }),
      ceilMode,
      countIncludePad,
      rounding: 'float',
    }),
  );
};

/** Attributes of an average over integers, for any way of rounding. */
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
