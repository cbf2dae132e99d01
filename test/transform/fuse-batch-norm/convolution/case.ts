import { ops } from 'match-compiler';
import { convolution, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('convolution');
const norm = (from: string, channels: number) => [
  s.noise(`${from}.gamma`, 'float32', [channels], 0.5, 2),
  s.noise(`${from}.beta`, 'float32', [channels], -1, 1),
  s.noise(`${from}.mean`, 'float32', [channels], -1, 1),
  s.noise(`${from}.variance`, 'float32', [channels], 0.5, 2),
];
const x = s.input('x', { dtype: 'float32', shape: [1, 3, 5, 5] });
const conv = s.node(ops.conv2d, [x, s.noise('w', 'float32', [4, 3, 3, 3], -1, 1)], convolution(), 'conv');
const normal = s.node(ops.batchNorm, [conv, ...norm('norm', 4)], { epsilon: 0.001 }, 'norm');

/** The normalisation scales the filters and becomes a bias. */
export default {
  graph: s.done(s.node(ops.clip, [normal], { min: 0, max: Infinity }, 'relu')),
  tolerance: [1e-4],
} satisfies TransformCase;
