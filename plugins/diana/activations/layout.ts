import {
  elementBytes,
  elementCount,
  rowMajor,
  type Layout,
  type LayoutChoice,
  type Region,
  type Shape,
  type TensorType,
  type Value,
} from 'match-compiler';

/** Name of the accelerators' layout of activations. */
export const planarName = 'diana-planar';

/** Values of an image row or a vector that the array takes side by side. */
const lanes = 16;

/**
 * Bytes of an 8-bit tensor in the accelerators' layout: its elements; a vector [1, N] is filled up with zeros to a
 * multiple of 16, as many as the array reads and writes at a time.
 */
export function planarBytes(shape: Shape): number {
  const count = elementCount(shape);
  return shape.length === 2 ? lanes * Math.ceil(count / lanes) : count;
}

/**
 * Planes, rows, columns, innermost last, with the bytes of each aligned group of four reversed: the element with the
 * row-major position p lies at byte p ^ 3.
 */
export function planarLayout({ shape }: TensorType): Layout {
  return { kind: 'packed', name: planarName, bytes: planarBytes(shape) };
}

export function isPlanar(layout: Layout | undefined): boolean {
  return layout?.kind === 'packed' && layout.name === planarName;
}

/** Activations as the accelerators have them; constants are packed by the pattern itself. */
export function planarLayouts(region: Region): readonly LayoutChoice[] {
  const planar = ({ type }: Value): Layout => planarLayout(type);
  return [
    {
      inputs: region.inputs.map(planar),
      constants: region.constants.map(({ type }) => rowMajor(type.shape.length)),
      outputs: region.outputs.map(planar),
    },
  ];
}

/** True, or why a value has no place in the accelerators' layout, as the end of a sentence about its reader. */
export function planarRefusal({ name, type }: Value): true | string {
  const { dtype, shape } = type;
  if (elementBytes(dtype) !== 1 || (dtype !== 'int8' && dtype !== 'uint8'))
    return `has ${dtype} in %${name}, and the accelerators int8 or uint8`;
  if (shape.length !== 4 && shape.length !== 2)
    return `has an operand of rank ${shape.length}, and the accelerators images or vectors`;
  const [batch = 1] = shape;
  if (batch !== 1) return `has a batch of ${batch}`;
  if (planarBytes(shape) % 4 !== 0) return `has ${planarBytes(shape)} elements in %${name}, no multiple of 4`;
  return true;
}
