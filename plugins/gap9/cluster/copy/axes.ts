import {
  channelsLast,
  isOp,
  ops,
  rowMajor,
  sameLayout,
  strided,
  type Layout,
  type LayoutChoice,
  type Node,
  type Region,
  type Value,
} from 'match-compiler';
import { imageOf, singleAxis, type Image } from '../image.ts';

/** How an axis of the result's image goes over the input: index i reads index ⌊(i · step + shift)/repeat⌋. */
export interface CopyAxis {
  /** Axis of the input's image; undefined where there is one index on both sides. */
  readonly source: number | undefined;
  readonly step: number;
  readonly shift: number;
  readonly repeat: number;
  /** Reaches outside the input: never cut, so that every tile has something to read. */
  readonly reachesOutside: boolean;
}

/** A copy between two images. */
export interface Copy {
  readonly x: Image;
  readonly out: Image;
  readonly axes: readonly [CopyAxis, CopyAxis, CopyAxis];
}

/** The operand that is copied, and the result. */
export function copiedOperands(region: Region): { readonly x: Value; readonly out: Value } {
  const [x] = region.root.inputs;
  const [out] = region.outputs;
  if (!x || !out) throw new TypeError(`${region.root.name} lacks operands`);
  return { x, out };
}

/** The copy that a node is in these layouts; undefined where an image cannot hold it. */
export function copyOf(region: Region, layouts: LayoutChoice): Copy | undefined {
  const { x: value, out: result } = copiedOperands(region);
  const [from, to] = [layouts.inputs[0], layouts.outputs[0]];
  if (!from || !to) return undefined;
  const x = imageOf(value, from);
  const out = imageOf(result, to);
  const perm = isOp(region.root, ops.transpose) ? region.root.attributes.perm : undefined;
  const shapes = perm ? undefined : [value.type.shape, result.type.shape];
  const ownAxis = (i: number): number | undefined | null =>
    singleAxis(out, i, ...(shapes ?? [result.type.shape]));
  const sourceAxis = (i: number): number | undefined | null =>
    singleAxis(x, i, ...(shapes ?? [value.type.shape]));
  if ([0, 1, 2].some((i) => ownAxis(i) === null || sourceAxis(i) === null)) return undefined;
  const axisOf = (i: number): CopyAxis => {
    const logical = ownAxis(i) ?? undefined;
    const origin = logical === undefined ? undefined : perm ? perm[logical] : logical;
    const source = origin === undefined ? -1 : [0, 1, 2].findIndex((j) => sourceAxis(j) === origin);
    const way = logical === undefined ? stay : wayAlong(region.root, logical);
    return { ...way, source: source < 0 ? undefined : source };
  };
  const axes = [axisOf(0), axisOf(1), axisOf(2)] as const;
  return { x, out, axes };
}

const stay = { step: 1, shift: 0, repeat: 1, reachesOutside: false } as const;

/** What a node does along a logical axis of its result. */
function wayAlong(node: Node, axis: number): Omit<CopyAxis, 'source'> {
  if (isOp(node, ops.slice)) {
    return { ...stay, step: node.attributes.steps[axis] ?? 1, shift: node.attributes.starts[axis] ?? 0 };
  }
  if (isOp(node, ops.pad)) {
    const { pads } = node.attributes;
    const before = pads[axis] ?? 0;
    const after = pads[axis + pads.length / 2] ?? 0;
    return { ...stay, shift: -before, reachesOutside: before + after > 0 };
  }
  if (isOp(node, ops.resizeNearest)) return { ...stay, repeat: node.attributes.scales[axis - 2] ?? 1 };
  return stay;
}

/** Layouts in which the copy is one of images. */
export function copyLayouts(region: Region): readonly LayoutChoice[] {
  const { x, out } = copiedOperands(region);
  const choice = (from: Layout, to: Layout): LayoutChoice => ({
    inputs: region.inputs.map(() => from),
    constants: region.constants.map((value) => rowMajor(value.type.shape.length)),
    outputs: [to],
  });
  const [xRank, outRank] = [x.type.shape.length, out.type.shape.length];
  const { root } = region;
  const pairs: (readonly [Layout, Layout])[] = isOp(root, ops.layoutTransform)
    ? [[layoutNamed(root.attributes.from, xRank), layoutNamed(root.attributes.to, outRank)]]
    : isOp(root, ops.transpose)
      ? [rowMajor(xRank), channelsLast(xRank)].flatMap((from) =>
          [rowMajor(outRank), channelsLast(outRank)].map((to) => [from, to] as const),
        )
      : [
          [channelsLast(xRank), channelsLast(outRank)],
          [rowMajor(xRank), rowMajor(outRank)],
        ];
  return pairs
    .map(([from, to]) => choice(from, to))
    .filter((own, i, all) => all.findIndex((other) => sameOperands(own, other)) === i)
    .filter((own) => copyOf(region, own) !== undefined);
}

function sameOperands(a: LayoutChoice, b: LayoutChoice): boolean {
  const same = (x: Layout | undefined, y: Layout | undefined): boolean =>
    x !== undefined && y !== undefined && sameLayout(x, y);
  return same(a.inputs[0], b.inputs[0]) && same(a.outputs[0], b.outputs[0]);
}

/** A layout by the text that `formatLayout` writes. */
function layoutNamed(text: string, rank: number): Layout {
  const letters = ({ 3: 'NCW', 4: 'NCHW', 5: 'NCDHW' } as Readonly<Record<number, string>>)[rank] ?? '';
  return strided([...text].map((letter) => (/\d/.test(letter) ? Number(letter) : letters.indexOf(letter))));
}

/** Bytes from one element to the next along the innermost axis of the result: in the result, and in the input. */
export function innermostSteps({ x, out, axes }: Copy): { readonly out: number; readonly input: number } {
  const { source, step } = axes[2];
  return { out: out.strides[2], input: source === undefined ? 0 : step * (x.strides[source] ?? 0) };
}
