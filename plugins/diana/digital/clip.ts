/** How the array brings shifted sums into 8 bits. */
export interface ArrayClip {
  readonly signed: boolean;
  /** Negative values become 0 before they are clipped. */
  readonly relu: boolean;
}

/** Bounds that the array clips to, by type: the whole type, for int8 also what a ReLU leaves of it. */
const bounds: Readonly<Record<string, readonly (readonly [min: number, max: number])[]>> = {
  uint8: [[0, 255]],
  int8: [
    [-128, 127],
    [0, 127],
  ],
};

interface Clipping {
  readonly dtype: string;
  readonly min: number;
  readonly max: number;
}

/** True, or why the array does not clip so, as the end of a sentence about the node. */
export function clipRefusal({ dtype, min, max }: Clipping): true | string {
  const known = bounds[dtype];
  if (!known) return `writes ${dtype}, and the array int8 or uint8`;
  const text = known.map((pair) => pair.join(' … ')).join(' or ');
  return (
    known.some(([least, most]) => least === min && most === max) ||
    `clips to ${min} … ${max}, and the array ${dtype} to ${text}`
  );
}

export function arrayClip({ dtype, min }: Clipping): ArrayClip {
  const signed = dtype === 'int8';
  return { signed, relu: signed && min === 0 };
}
