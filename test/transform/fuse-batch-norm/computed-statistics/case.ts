import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('computed-statistics');
const x = s.input('x', { dtype: 'float32', shape: [1, 3, 4, 4] });
const mean = s.input('mean', { dtype: 'float32', shape: [3] });
const constants = ['gamma', 'beta'].map((name) => s.noise(name, 'float32', [3], 0.5, 2));
const variance = s.noise('variance', 'float32', [3], 0.5, 2);

/** Statistics that are only known at run time cannot be folded. */
export default {
  graph: s.done(s.node(ops.batchNorm, [x, ...constants, mean, variance], { epsilon: 0.001 }, 'norm')),
  refused: true,
} satisfies TransformCase;
