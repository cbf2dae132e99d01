import type { Sample } from '../sample-builder.ts';
import { elementWiseSamples } from './element-wise.ts';
import { otherSamples } from './other.ts';
import {
  convolutionSamples,
  deepSamples,
  denseSamples,
  edgeChannels,
  oddConvolutions,
  otherProductSamples,
  ternarySamples,
  type Channels,
} from './products.ts';
import { windowSamples } from './windows.ts';

/** Layers of all kinds at edge shapes. */
export function catalogue(): readonly Sample[] {
  return [
    ...productSamples(edgeChannels),
    ...deepSamples,
    ...oddConvolutions,
    ...ternarySamples,
    ...otherProductSamples,
    ...elementWiseSamples,
    ...windowSamples,
    ...otherSamples,
  ];
}

/** Convolutions and dense layers of these channels. */
export function productSamples(channels: readonly Channels[]): readonly Sample[] {
  return [...convolutionSamples(channels), ...denseSamples(channels)];
}

/** Channels around the size of an engine's blocks. */
export function channelsAround(block: number): readonly Channels[] {
  return [
    [block, block],
    [block - 1, block + 1],
    [block + 1, block - 1],
    [block, 2 * block],
    [2 * block, 2 * block + 1],
  ];
}
