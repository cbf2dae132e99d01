import {
  isOp,
  ops,
  type KernelCall,
  type Layout,
  type LayoutChoice,
  type Node,
  type Region,
  type RequantizeAttributes,
  type TiledOperand,
} from 'match-compiler';
import { imageDimensions, imageOf, type Image } from '../image.ts';
import type { Scaling } from '../requantization.ts';

/** The image axis along which the constants of a requantize differ; undefined where no axis is theirs alone. */
function axisAlong({ attributes, inputs }: Node<RequantizeAttributes>, image: Image): number | undefined {
  const shape = inputs[0]?.type.shape ?? [];
  const found = image.axes.findIndex((axes) => axes.includes(attributes.axis));
  const alone = (image.axes[found] ?? []).every((axis) => axis === attributes.axis || shape[axis] === 1);
  return found >= 0 && alone ? found : undefined;
}

/** The axis of the result's image along which a region's scaling differs; undefined: it does not. */
export function entryAxis({ root }: Region, scaling: Scaling, image: Image): number | undefined {
  return scaling.perChannel && isOp(root, ops.requantize) ? axisAlong(root, image) : undefined;
}

/** The packed constants of an element-wise scaling: an entry, or one per row or channel of the image. */
export function entryOperand(region: Region, scaling: Scaling, image: Image): TiledOperand {
  const along = entryAxis(region, scaling, image);
  const extent = along === undefined ? 1 : (image.extents[along] ?? 1);
  const dimension = along === undefined ? undefined : imageDimensions[along];
  return {
    axes: [{ extent, bytes: scaling.entryBytes, ...(dimension && { dimension }) }],
    bytes: scaling.entryBytes * extent,
  };
}

/** The content of `entryOperand`, cut to a share. */
export function packEntries({ region, tile }: KernelCall, scaling: Scaling, image: Image): Uint8Array {
  const along = entryAxis(region, scaling, image);
  const dimension = along === undefined ? undefined : imageDimensions[along];
  const whole = { start: 0, extent: along === undefined ? 1 : (image.extents[along] ?? 1) };
  const range = (dimension && tile.ranges[dimension]) ?? whole;
  const bytes = new Uint8Array(scaling.entryBytes * range.extent);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < range.extent; i++) scaling.write(view, i * scaling.entryBytes, range.start + i);
  return bytes;
}

/** Those of the layouts in which every channel with constants of its own is a row or a channel of the image. */
export function scalableLayouts(
  region: Region,
  scaling: Scaling,
  choices: readonly LayoutChoice[],
): readonly LayoutChoice[] {
  const [out] = region.outputs;
  if (!scaling.perChannel || !out) return choices;
  const fits = (layout: Layout | undefined): boolean =>
    layout !== undefined && [0, 2].includes(entryAxis(region, scaling, imageOf(out, layout)) ?? 1);
  return choices.filter(({ outputs }) => fits(outputs[0]));
}
