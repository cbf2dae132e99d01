import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('transposed');
const x = s.dequantize(s.input('x', { dtype: 'uint8', shape: [1, 4, 3, 3] }), 0.05, 120, 'x.real');
const float = { inputZeroPoint: 0, weightZeroPoint: 0, accumulator: 'float32' } as const;
const window = { extents: [6, 7], strides: [2, 2], dilations: [1, 1], pads: [1, 0] };

/** Scales by filter, which lie along the second axis of the weights. */
const scales = s.fixed('w.scales', 'float32', [3], [0.01, 0.02, 0.005]);
const zeros = s.fixed('w.zeros', 'int8', [3], [0, 0, 0]);
const weights = s.node(
  ops.dequantize,
  [s.noise('w', 'int8', [4, 3, 3, 3], -90, 90), scales, zeros],
  { axis: 1 },
  'w.real',
);
const bias = s.fixed('b', 'float32', [3], [0.5, -1, 2]);
const sum = s.node(ops.convTranspose, [x, weights, bias], { ...float, ...window, groups: 1 }, 'sum');

/** In groups one scale for all. */
const shared = s.dequantize(s.noise('v', 'int8', [4, 2, 2, 2], -90, 90), 0.02, 0, 'v.real');
const grouped = s.node(ops.convTranspose, [x, shared], { ...float, ...window, groups: 2 }, 'grouped');

/** Transposed convolutions become integer ones. */
export default {
  graph: s.done(s.quantize(sum, 0.3, 3, 'int8', 'y'), s.quantize(grouped, 0.2, 100, 'uint8', 'z')),
  tolerance: [1, 1],
} satisfies TransformCase;
