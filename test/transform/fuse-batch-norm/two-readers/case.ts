import { ops } from 'match-compiler';
import { convolution, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('two-readers');
const norm = (from: string, channels: number) => [
  s.noise(`${from}.gamma`, 'float32', [channels], 0.5, 2),
  s.noise(`${from}.beta`, 'float32', [channels], -1, 1),
  s.noise(`${from}.mean`, 'float32', [channels], -1, 1),
  s.noise(`${from}.variance`, 'float32', [channels], 0.5, 2),
];
const x = s.input('x', { dtype: 'float32', shape: [1, 3, 5, 5] });
const conv = s.node(ops.conv2d, [x, s.noise('w', 'float32', [4, 3, 3, 3], -1, 1)], convolution(), 'conv');
const normal = s.node(ops.batchNorm, [conv, ...norm('norm', 4)], { epsilon: 0.001 }, 'norm');

/** A layer that something else reads as it is keeps its weights. */
export default {
  graph: s.done(normal, s.node(ops.abs, [conv], {}, 'other')),
  tolerance: [1e-5],
} satisfies TransformCase;
