import { ops, tensor, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { asImage, onImage, readWindow, spatialShape, type Window } from './window.ts';

/** Conv over one to three spatial axes, float. */
export const conv: Operator = (node, build) => {
  const x = node.value(0);
  const weights = node.value(1);
  const { dtype } = x.type;
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw node.unsupported(
      `operands of type ${dtype} and ${weights.type.dtype}`,
      "ONNX has no such Conv; the import option `dialect: 'plinio'` reads it as an integer net",
    );
  }
  const spatial = spatialShape(node, x, 3);
  const window = readWindow(node, spatial, weights.type.shape.slice(2));
  if (spatial.length === 3) return volumeConv(node, build, window, dtype);
  const attributes = {
    strides: window.strides,
    dilations: window.dilations,
    pads: window.pads,
    groups: node.int('group', 1),
    inputZeroPoint: 0,
    weightZeroPoint: 0,
    accumulator: dtype,
  };
  const bias = node.optionalValue(2);
  return onImage(build, x, (image, add) =>
    add(ops.conv2d, [image, asImage(build, weights), ...(bias ? [bias] : [])], attributes),
  );
};

/**
 * A convolution over depth, height and width as one over height and width: the slices that a window covers in depth
 * are gathered as further channels of their plane.
 */
function volumeConv(
  node: NodeReader,
  build: NodeBuilder,
  { kernel, strides, dilations, pads }: Window,
  accumulator: 'float32' | 'float64',
): Value {
  const [x, weights] = [node.value(0), node.value(1)];
  const [batch = 1, channels = 1, , height = 1, width = 1] = x.type.shape;
  const [filters = 1, perGroup = 1, taps = 1, ...plane] = weights.type.shape;
  const [before = 0, after = 0] = [pads[0], pads[3]];
  const padded =
    before + after === 0
      ? x
      : build.step(ops.pad, [x], {
          pads: [0, 0, before, 0, 0, 0, 0, after, 0, 0],
          value: 0,
          mode: 'constant',
        });
  const room = (padded.type.shape[2] ?? 1) - (dilations[0] ?? 1) * (taps - 1) - 1;
  const depth = Math.floor(room / (strides[0] ?? 1)) + 1;
  if (room < 0) throw node.unsupported(`a window of depth ${kernel[0]} on [${x.type.shape.join(', ')}]`);
  const slices = Array.from({ length: depth * taps }, (_, i) => {
    const [position, tap] = [Math.floor(i / taps), i % taps];
    return position * (strides[0] ?? 1) + tap * (dilations[0] ?? 1);
  });
  const indices = build.constant('indices', tensor('int32', [depth, taps], slices));
  const covered = build.step(ops.gather, [padded, indices], { axis: 2 });
  const moved = build.step(ops.transpose, [covered], { perm: [0, 2, 1, 3, 4, 5] });
  const image = build.step(ops.reshape, [moved], { shape: [batch * depth, channels * taps, height, width] });
  const flat = build.step(ops.reshape, [weights], { shape: [filters, perGroup * taps, ...plane] });
  const bias = node.optionalValue(2);
  const result = build.step(ops.conv2d, [image, flat, ...(bias ? [bias] : [])], {
    strides: strides.slice(1),
    dilations: dilations.slice(1),
    pads: [pads[1] ?? 0, pads[2] ?? 0, pads[4] ?? 0, pads[5] ?? 0],
    groups: node.int('group', 1),
    inputZeroPoint: 0,
    weightZeroPoint: 0,
    accumulator,
  });
  const [, , rows = 1, columns = 1] = result.type.shape;
  const planes = build.step(ops.reshape, [result], { shape: [batch, depth, filters, rows, columns] });
  return build.emit(ops.transpose, [planes], { perm: [0, 2, 1, 3, 4] });
}

/** ConvTranspose over one to three spatial axes, float. */
export const convTranspose: Operator = (node, build) => {
  const x = node.value(0);
  const weights = node.value(1);
  const { dtype } = x.type;
  if (dtype !== 'float32' && dtype !== 'float64') throw node.unsupported(`operands of type ${dtype}`);
  const spatial = spatialShape(node, x, 3);
  const window = readWindow(node, spatial, weights.type.shape.slice(2));
  const attributes = {
    ...transposedExtents(node, spatial, window),
    strides: window.strides,
    dilations: window.dilations,
    groups: node.int('group', 1),
    inputZeroPoint: 0,
    weightZeroPoint: 0,
    accumulator: dtype,
  };
  const bias = node.optionalValue(2);
  return onImage(build, x, (image, add) =>
    add(ops.convTranspose, [image, asImage(build, weights), ...(bias ? [bias] : [])], attributes),
  );
};

/**
 * What `pads`, `output_padding`, `output_shape` and `auto_pad` come to: the output's extents and what is cut off before
 * each axis. Where padding follows from the extents, SAME_UPPER cuts the smaller half before, everything else the
 * larger half.
 */
function transposedExtents(
  node: NodeReader,
  spatial: readonly number[],
  { kernel, strides, dilations, pads }: Window,
): { readonly extents: readonly number[]; readonly pads: readonly number[] } {
  const mode = node.choice('auto_pad', ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'], 'NOTSET');
  const flat = spatial.length === 1;
  const list = (name: string): readonly number[] | undefined => {
    const values = node.ints(name);
    if (!values || values.length === 0) return undefined;
    // Of output_shape the batch and channels may stand in front.
    if (values.length < spatial.length) throw node.attributeFault(name, `has ${values.length} entries`);
    const own = values.slice(values.length - spatial.length);
    return flat ? [name === 'output_shape' ? 1 : 0, ...own] : own;
  };
  const outputPadding = list('output_padding');
  const input = flat ? [1, ...spatial] : spatial;
  const full = input.map(
    (extent, axis) =>
      (strides[axis] ?? 1) * (extent - 1) +
      (dilations[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) +
      1 +
      (outputPadding?.[axis] ?? 0),
  );
  const same = mode === 'SAME_UPPER' || mode === 'SAME_LOWER';
  const wanted =
    list('output_shape') ?? (same ? input.map((extent, axis) => extent * (strides[axis] ?? 1)) : undefined);
  if (!wanted) {
    const axes = full.length;
    const extents = full.map((extent, axis) => extent - (pads[axis] ?? 0) - (pads[axis + axes] ?? 0));
    return { extents, pads: pads.slice(0, axes) };
  }
  const cut = full.map((extent, axis) => {
    const total = Math.max(0, extent - (wanted[axis] ?? 1));
    return mode === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2);
  });
  return { extents: wanted, pads: cut };
}
