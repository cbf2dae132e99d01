import type { Shape } from '../ir/tensor.ts';

/** How a row-major index maps to a channel of `axis`: ⌊i/inner⌋ mod extent. Extent 1 for constants of one element. */
export function channelOf(
  shape: Shape,
  axis: number,
  constants: number,
): { readonly extent: number; readonly inner: number } {
  if (constants === 1) return { extent: 1, inner: 1 };
  let inner = 1;
  for (const extent of shape.slice(axis + 1)) inner *= extent;
  return { extent: shape[axis] ?? 1, inner: Math.max(1, inner) };
}
