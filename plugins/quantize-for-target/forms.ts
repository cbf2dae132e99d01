import type { Layer } from './layers.ts';
import type { Site } from './sites.ts';

/** How the values of a site are stored: q' ≈ factor·(q − zeroPoint), within low … high. */
export interface Form {
  readonly zeroPoint: number;
  readonly dtype: 'int8' | 'uint8';
  readonly low: number;
  readonly high: number;
  /** The model cuts values off above: the largest level stands for that bound, so that the factors are settled. */
  readonly clipped: boolean;
  /** Per channel of the site. */
  readonly factors: readonly number[];
}

export type Forms = ReadonlyMap<Site, Form>;

export interface Plan {
  /** Of the sites that change; the others keep the model's form. */
  readonly forms: Forms;
  readonly shifts: ReadonlyMap<Layer, number>;
}
