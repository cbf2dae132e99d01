import type { NodeReader } from '../node-reader.ts';

/** One axis of a resize. */
export interface ResizedAxis {
  readonly axis: number;
  readonly extent: number;
  readonly size: number;
  /** Output by input positions; the size may be rounded. */
  readonly scale: number;
  /** Start and end of the region of interest, as parts of the axis. */
  readonly region: readonly [start: number, end: number];
}

/** Position in the input, a real number, of an output position. */
export type Position = (index: number, axis: ResizedAxis) => number;

/** Where mode `asymmetric` looks, and all of opset 10. */
export const asymmetric: Position = (index, { scale }) => index / scale;

const halfPixel: Position = (index, { scale }) => (index + 0.5) / scale - 0.5;

/** How the file asks for positions. */
export interface Coordinates {
  readonly position: Position;
  /** Positions outside the input get a value of their own, not that of the edge. */
  readonly crops: boolean;
}

/** Attribute `coordinate_transformation_mode`, by the formulas of the ONNX operator. */
export function coordinates(node: NodeReader): Coordinates {
  const name = node.choice(
    'coordinate_transformation_mode',
    [
      'half_pixel',
      'half_pixel_symmetric',
      'pytorch_half_pixel',
      'align_corners',
      'asymmetric',
      'tf_half_pixel_for_nn',
      'tf_crop_and_resize',
    ],
    'half_pixel',
  );
  return { position: positions[name], crops: name === 'tf_crop_and_resize' };
}

const positions = {
  asymmetric,
  align_corners: (index, { extent, size }) => (size === 1 ? 0 : (index * (extent - 1)) / (size - 1)),
  half_pixel: halfPixel,
  half_pixel_symmetric: (index, axis) => {
    const adjustment = axis.size / (axis.extent * axis.scale);
    return (axis.extent / 2) * (1 - adjustment) + halfPixel(index, axis);
  },
  pytorch_half_pixel: (index, axis) => (axis.size === 1 ? 0 : halfPixel(index, axis)),
  tf_half_pixel_for_nn: (index, { scale }) => (index + 0.5) / scale,
  tf_crop_and_resize: (index, { extent, size, region: [start, end] }) => {
    const last = extent - 1;
    return size === 1
      ? ((start + end) * last) / 2
      : start * last + (index * (end - start) * last) / (size - 1);
  },
} as const satisfies Readonly<Record<string, Position>>;

/**
 * Attribute `nearest_mode`. Positions are taken as float32, as the file gives scales and regions: more digits would
 * put some on the wrong side of a pixel.
 */
export function nearestMode(node: NodeReader): (position: number) => number {
  const round = roundingOf(node);
  return (position) => round(Math.fround(position));
}

function roundingOf(node: NodeReader): (position: number) => number {
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
