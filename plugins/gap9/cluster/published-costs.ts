import type { KernelCall, ModulePattern } from 'match-compiler';
import { absorbedConvolution, extentsOf } from './convolution/facts.ts';

/**
 * The analytic models that published tilers use for the cluster's product kernels, in cycles of the slowest of eight
 * cores: rows are shared, two pixels and four output channels at a time. They know no scaling rule and no set-up.
 */
const models: Readonly<Record<string, (call: KernelCall) => number>> = {
  convolution: (call) => products(call, true),
  pointwise: (call) => {
    const { kind } = absorbedConvolution(call.region);
    return kind === 'dense' ? dense(call) : products(call, false);
  },
  depthwise,
};

function products(call: KernelCall, copiesWindows: boolean): number {
  const convolution = absorbedConvolution(call.region);
  const { rows, columns, channels, inputs } = extentsOf(call, convolution);
  const taps = convolution.rows.kernel * convolution.columns.kernel * inputs;
  const words = Math.ceil(taps / 4);
  const left = taps % 4;
  const four = 5 + 14 * words + 10 + 15 + left * (6 * 3 + 8 * 14);
  const single = 5 + 5 * words + 10 + 15 + left * (3 * 3 + 2 * 14);
  const copy = copiesWindows ? 2 * taps : 0;
  const pairs = Math.ceil(rows / 8) * Math.ceil(columns / 2);
  return pairs * (copy + Math.floor(channels / 4) * four + (channels % 4) * single);
}

function dense(call: KernelCall): number {
  const { rows, channels, inputs } = extentsOf(call, absorbedConvolution(call.region));
  return rows * Math.ceil(inputs / 2) * Math.ceil(channels / 4);
}

function depthwise(call: KernelCall): number {
  const convolution = absorbedConvolution(call.region);
  const { rows, columns, channels } = extentsOf(call, convolution);
  const { kernel, stride } = convolution.rows;
  const taps = kernel * convolution.columns.kernel;
  const inputRows = (rows - 1) * stride + kernel;
  const vector = 5 + 7 * Math.ceil(taps / 4) + 10;
  const scalar = 5 + 6 * (taps % 4) + 10;
  return Math.ceil(channels / 8) * columns * (inputRows * kernel + rows * (vector + scalar + 9));
}

/** A pattern with the published model in place of the measured one, where there is one. */
export function withPublishedCosts(pattern: ModulePattern): ModulePattern {
  const cycles = models[pattern.name];
  if (!cycles) return pattern;
  const own: { -readonly [K in keyof ModulePattern]: ModulePattern[K] } = { ...pattern, cycles };
  // The bound is one of the measured model.
  delete own.leastCycles;
  return own;
}
