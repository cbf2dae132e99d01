import {
  rowMajor,
  type LayoutChoice,
  type Region,
  type TiledOperand,
  type Tiling,
  type Value,
} from 'match-compiler';
import { isKnown } from '../element-types.ts';
import { alignedOperand, imageOf, imageTileDimensions, type Image } from '../image.ts';

/** Images of two operands and the result. */
export interface PairImages {
  readonly a: Image;
  readonly b: Image;
  readonly out: Image;
}

/** Conditions on the operands of any element-wise operator of two. */
export function pairReason(region: Region, a: Value, b: Value): true | string {
  const [out] = region.outputs;
  if (!out || !isKnown(out.type.dtype)) return `gives ${out?.type.dtype ?? 'nothing'}`;
  for (const value of [a, b]) {
    if (value.constant) return 'has a constant operand';
    if (!isKnown(value.type.dtype)) return `reads ${value.type.dtype}`;
    if (value.type.shape.length !== out.type.shape.length) return 'broadcasts a tensor of another rank';
    // Axes are merged in the order of memory; a tensor that repeats along one of several cannot be walked so.
    const [batch = 1] = out.type.shape;
    if (
      out.type.shape.length >= 4 &&
      batch !== 1 &&
      value.type.shape.some((extent, i) => extent !== out.type.shape[i])
    )
      return 'broadcasts a batch';
    if (out.type.shape.length > 4 && value.type.shape.some((extent, i) => extent !== out.type.shape[i]))
      return 'broadcasts a tensor of rank above 4';
  }
  return true;
}

export function imagesOf(region: Region, layouts: LayoutChoice, a: Value, b: Value): PairImages {
  const [out] = region.outputs;
  if (!out) throw new TypeError(`${region.root.name} has no output`);
  const of = (value: Value): Image =>
    imageOf(value, layouts.inputs[region.inputs.indexOf(value)] ?? rowMajor(value.type.shape.length));
  return { a: of(a), b: of(b), out: imageOf(out, layouts.outputs[0] ?? rowMajor(out.type.shape.length)) };
}

/** Both operands cut like the result; one operand where both are the same tensor. */
export function pairTiling(
  region: Region,
  { a, b, out }: PairImages,
  constants: readonly TiledOperand[],
): Tiling {
  const operands = [alignedOperand(a, out), alignedOperand(b, out)];
  return {
    dimensions: imageTileDimensions(out),
    inputs: operands.slice(0, region.inputs.length),
    constants,
    outputs: [alignedOperand(out, out)],
  };
}
