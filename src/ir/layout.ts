import { elementCount, type Shape } from './tensor.ts';

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
  if (sameLayout(a, b) || elementCount(shape) <= 1) return true;
  if (a.kind === 'packed' || b.kind === 'packed') return false;
  const strideA = layoutStrides(a, shape);
  const strideB = layoutStrides(b, shape);
  return shape.every((extent, axis) => extent === 1 || strideA[axis] === strideB[axis]);
}

/** `NCHW`, `NHWC`, … for rank 3 to 5, else the axis numbers. */
export function formatLayout(layout: Layout): string {
  if (layout.kind === 'packed') return layout.name;
  const names = ({ 3: 'NCW', 4: 'NCHW', 5: 'NCDHW' } as Record<number, string>)[layout.order.length];
  return layout.order.map((axis) => names?.[axis] ?? String(axis)).join('');
}
