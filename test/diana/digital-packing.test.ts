import test from 'ava';
import { digitalPatterns, unswizzle } from 'match-compiler/plugins/diana';
import type { Node, RequantizeAttributes } from 'match-compiler';
import { offerOf, patternNamed } from '../gap9/ne16/call-engine.ts';
import { drawFrom, pointwise, sampleShiftLayer, type ShiftLayer } from './shift-layer.ts';

const patterns = digitalPatterns();

/** Weights (channel, input, tap) and biases as they stand in packed constants, read the way the array does. */
function unpack(packed: Uint8Array, depth: number, taps: number) {
  const blockBytes = 64 + 16 * depth * taps;
  const bytes = unswizzle(packed);
  const signed = (byte: number): number => (byte << 24) >> 24;
  const blocks = packed.length / blockBytes;
  return {
    bias: Array.from({ length: 16 * blocks }, (_, k) => {
      const at = Math.floor(k / 16) * blockBytes + (k % 16);
      return [0, 1, 2, 3].reduce((sum, plane) => sum | ((bytes[at + 16 * plane] ?? 0) << (8 * plane)), 0);
    }),
    weight: (k: number, input: number, tap: number): number =>
      signed(bytes[Math.floor(k / 16) * blockBytes + 64 + (input * taps + tap) * 16 + (k % 16)] ?? 0),
  };
}

const layers: readonly (readonly [string, ShiftLayer, number])[] = [
  ['conv2d', { ...pointwise, kernel: [3, 5], pads: [1, 2], inputs: 3, outputs: 20, bias: true }, 3],
  ['conv1x1_flat', { ...pointwise, inputs: 7, outputs: 33, bias: true }, 7],
  ['depthwise', { ...pointwise, kernel: [3, 3], pads: [1, 1], inputs: 18, outputs: 18, depthwise: true }, 4],
  ['dense', { ...pointwise, kind: 'dense', inputs: 33, outputs: 10 }, 48],
];

for (const [name, layer, depth] of layers) {
  test(`packed constants of ${name} hold every weight and bias, and zeros`, (t) => {
    const { graph } = sampleShiftLayer(layer, drawFrom(7));
    const region = offerOf(graph, name, patterns);
    if (typeof region === 'string') throw new TypeError(region);
    const pattern = patternNamed(name, patterns);
    const [layouts] = pattern.layouts(region);
    if (!layouts) throw new TypeError('no layouts');
    const packed = pattern.pack?.({ region, layouts, tile: { ranges: {} } }) ?? new Uint8Array();
    const taps = layer.kernel[0] * layer.kernel[1];
    const blocks = Math.ceil(layer.outputs / 16);
    t.is(packed.length, blocks * (64 + 16 * depth * taps));
    const { weight, bias } = unpack(packed, depth, taps);
    const [sums] = region.nodes;
    const weights = sums?.inputs[1]?.constant?.data;
    const own = sums?.inputs[2]?.constant?.data;
    const addend = (region.root as Node<RequantizeAttributes>).inputs[2]?.constant?.data;
    const inputs = layer.depthwise ? 1 : layer.inputs;
    for (let k = 0; k < 16 * blocks; k++) {
      const known = k < layer.outputs;
      const constant = Number(addend?.[addend.length > 1 ? k : 0] ?? 0) + Number(own?.[k] ?? 0);
      t.is(bias[k], known ? constant : 0);
      for (let input = 0; input < depth; input++) {
        for (let tap = 0; tap < taps; tap++) {
          // The lane of a depthwise channel is its position in its group of four.
          const position = layer.depthwise ? (input === k % 4 ? 0 : -1) : input;
          const wanted = known && position >= 0 && position < inputs;
          t.is(weight(k, input, tap), wanted ? Number(weights?.[(k * inputs + position) * taps + tap]) : 0);
        }
      }
    }
    // A share of the channels is that part of the whole.
    const share = pattern.pack?.({
      region,
      layouts,
      tile: { ranges: { oc: { start: 0, extent: Math.min(16, layer.outputs) } } },
    });
    t.deepEqual(share, packed.slice(0, packed.length / blocks));
  });
}
