import * as elements from './element-samples.ts';
import * as products from './product-samples.ts';
import type { Random } from './random.ts';
import type { Sample } from './scaled-graphs.ts';

/** For every pattern of the cluster: graphs of one region, and how many of them to try. */
export const kernelSamples: readonly {
  readonly pattern: string;
  readonly count: number;
  readonly make: (random: Random) => Sample;
}[] = [
  { pattern: 'convolution', count: 50, make: (random) => products.convolutionSample(random, 'windowed') },
  { pattern: 'pointwise', count: 30, make: (random) => products.convolutionSample(random, 'pointwise') },
  { pattern: 'pointwise', count: 30, make: (random) => products.denseSample(random) },
  { pattern: 'depthwise', count: 50, make: (random) => products.convolutionSample(random, 'depthwise') },
  // Reductions that are cut, with running sums in between.
  {
    pattern: 'pointwise',
    count: 6,
    make: (random) => products.denseSample(random, random.integer(2048, 4100)),
  },
  { pattern: 'pointwise', count: 5, make: (random) => products.deepConvolutionSample(random, 1) },
  { pattern: 'convolution', count: 5, make: (random) => products.deepConvolutionSample(random, 3) },
  ...['max_pool', 'average_pool', 'sum_pool', 'sum_pool_requantize', 'reduce_max'].map((pattern) => ({
    pattern,
    count: 25,
    make: (random: Random) => elements.poolSample(random, pattern),
  })),
  { pattern: 'sum_pool', count: 10, make: (random) => elements.poolSample(random, 'reduce_sum') },
  { pattern: 'quantized_pair', count: 40, make: elements.quantizedPairSample },
  { pattern: 'softmax', count: 30, make: elements.softmaxSample },
  { pattern: 'binary', count: 30, make: (random) => elements.binarySample(random, false) },
  { pattern: 'binary_requantize', count: 40, make: (random) => elements.binarySample(random, true) },
  { pattern: 'requantize', count: 60, make: elements.requantizeSample },
  ...['clip', 'cast', 'negate', 'magnitude', 'change_sign', 'lookup'].map((pattern) => ({
    pattern,
    count: 20,
    make: (random: Random) => elements.mapSample(random, pattern),
  })),
  ...['layout_transform', 'transpose', 'pad', 'slice', 'resize_nearest', 'concat'].map((pattern) => ({
    pattern,
    count: 25,
    make: (random: Random) => elements.copySample(random, pattern),
  })),
  ...['quantize', 'dequantize'].map((pattern) => ({
    pattern,
    count: 25,
    make: (random: Random) => elements.conversionSample(random, pattern),
  })),
  { pattern: 'windows', count: 25, make: products.windowsSample },
];
