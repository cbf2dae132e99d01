import { byteSize, elementCount, type Shape, type TensorType } from './tensor.ts';

/**
 * How a tensor lies in memory. `strided` lists the logical axes from outermost to innermost, dense;
 * `packed` is an order that only the target that names it understands.
 */
export type Layout =
  | { readonly kind: 'strided'; readonly order: readonly number[] }
  | { readonly kind: 'packed'; readonly name: string; readonly bytes: number };

export function rowMajor(rank: number): Layout {
  return strided(Array.from({ length: rank }, (_, axis) => axis));
}

/** Channels innermost: N, (D,) H, W, C. Row-major below rank 3, where no spatial axis exists. */
export function channelsLast(rank: number): Layout {
  if (rank < 3) return rowMajor(rank);
  return strided([0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]);
}

export function strided(order: readonly number[]): Layout {
  return { kind: 'strided', order };
}

export function sameLayout(a: Layout, b: Layout): boolean {
  if (a.kind === 'packed' || b.kind === 'packed') {
    return a.kind === 'packed' && b.kind === 'packed' && a.name === b.name && a.bytes === b.bytes;
  }
  return a.order.length === b.order.length && a.order.every((axis, i) => axis === b.order[i]);
}

/** Strides per logical axis, in elements. */
export function layoutStrides(layout: Layout, shape: Shape): number[] {
  if (layout.kind === 'packed') throw new TypeError(`layout ${layout.name} has no strides`);
  const strides = new Array<number>(shape.length).fill(0);
  let step = 1;
  for (let i = layout.order.length - 1; i >= 0; i--) {
    const axis = layout.order[i] ?? 0;
    strides[axis] = step;
    step *= shape[axis] ?? 1;
  }
  return strides;
}

/** Both layouts put every element of this shape at the same address (axes of extent 1 may move freely). */
export function sameAddresses(a: Layout, b: Layout, shape: Shape): boolean {
  if (sameLayout(a, b)) return true;
  // A packed layout may put even one element elsewhere, or fill it up.
  if (a.kind === 'packed' || b.kind === 'packed') return false;
  if (elementCount(shape) <= 1) return true;
  const strideA = layoutStrides(a, shape);
  const strideB = layoutStrides(b, shape);
  return shape.every((extent, axis) => extent === 1 || strideA[axis] === strideB[axis]);
}

/** Bytes of a tensor in a layout: a packed one says how many it takes. */
export function layoutBytes(layout: Layout | undefined, type: TensorType): number {
  return layout?.kind === 'packed' ? layout.bytes : byteSize(type);
}

const axisNames: Readonly<Record<number, string>> = { 3: 'NCW', 4: 'NCHW', 5: 'NCDHW' };

/** `NCHW`, `NHWC`, … for rank 3 to 5, else the axis numbers. */
export function formatLayout(layout: Layout): string {
  if (layout.kind === 'packed') return layout.name;
  const names = axisNames[layout.order.length];
  return layout.order.map((axis) => names?.[axis] ?? String(axis)).join('');
}

/** The strided layout that `formatLayout` writes so; undefined for the name of a packed one. */
export function parseLayout(text: string, rank: number): Layout | undefined {
  const names = axisNames[rank] ?? '';
  const order = [...text].map((letter) => (/\d/.test(letter) ? Number(letter) : names.indexOf(letter)));
  const complete = order.length === rank && Array.from(order.keys()).every((axis) => order.includes(axis));
  return complete ? strided(order) : undefined;
}
