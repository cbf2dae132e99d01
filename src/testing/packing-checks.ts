import type { KernelCall, ModulePattern } from '../target/target.ts';
import { operandBox, type OperandBox, type TiledOperand, type Tiling } from '../target/tiling.ts';
import { rangeTile } from './static-checks.ts';

/**
 * Packed constants against what the tiling says of them: as many bytes, the same every time, and of a share the very
 * bytes that the whole has there.
 * @returns how many shares were packed
 */
export function checkPacking(pattern: ModulePattern, call: KernelCall, tiling: Tiling | undefined): number {
  const packed = packedBy(pattern, call);
  const again = packedBy(pattern, call);
  if (!sameBytes(packed, again))
    throw new Error('the same constants are packed in another way when asked again');
  const [operand] = tiling?.constants ?? [];
  if (!tiling || !operand) return 0;
  if (packed.length !== operand.bytes)
    throw new Error(`packed into ${packed.length} bytes, the tiling says ${operand.bytes}`);
  let shares = 0;
  for (const { name, extent, granule, reduction } of tiling.dimensions) {
    if (reduction || extent <= granule) continue;
    const cut = granule * Math.ceil(extent / granule / 2);
    const last = granule * Math.floor((extent - 1) / granule);
    for (const [start, end] of [
      [0, granule],
      [0, cut],
      [cut, extent],
      [last, extent],
    ] as const) {
      if (end <= start) continue;
      const tile = rangeTile(name, start, Math.min(end, extent) - start);
      const box = operandBox(operand, tile);
      const own = packedBy(pattern, { ...call, tile });
      if (own.length !== box.bytes)
        throw new Error(
          `the share ${JSON.stringify(tile.ranges)} is packed into ${own.length} bytes, not ${box.bytes}`,
        );
      if (!sameBytes(own, cutOut(packed, operand, box)))
        throw new Error(`the share ${JSON.stringify(tile.ranges)} is packed in another way than the whole`);
      shares++;
    }
  }
  return shares;
}

function packedBy(pattern: ModulePattern, call: KernelCall): Uint8Array {
  const packed = pattern.pack?.(call);
  if (!(packed instanceof Uint8Array)) throw new Error('pack gives no bytes');
  return packed;
}

/** A box of an operand, stored densely. */
function cutOut(content: Uint8Array, { axes, bytes }: TiledOperand, box: OperandBox): Uint8Array {
  const dense = new Uint8Array(box.bytes);
  const walk = (axis: number, from: number, to: number): void => {
    if (axis === axes.length) {
      const run = axes.at(-1)?.bytes ?? bytes;
      const piece = content.subarray(from, from + run);
      dense.set(piece.subarray(0, Math.max(0, dense.length - to)), to);
      return;
    }
    for (let i = 0; i < (box.ranges[axis]?.extent ?? 1); i++)
      walk(axis + 1, from + i * (box.strides[axis] ?? 0), to + i * (box.denseStrides[axis] ?? 0));
  };
  walk(0, box.offset, 0);
  return dense;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
