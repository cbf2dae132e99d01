import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('alone');
const norm = (from: string, channels: number) => [
  s.noise(`${from}.gamma`, 'float32', [channels], 0.5, 2),
  s.noise(`${from}.beta`, 'float32', [channels], -1, 1),
  s.noise(`${from}.mean`, 'float32', [channels], -1, 1),
  s.noise(`${from}.variance`, 'float32', [channels], 0.5, 2),
];
const x = s.input('x', { dtype: 'float32', shape: [1, 3, 4, 4] });
const first = s.node(ops.batchNorm, [x, ...norm('first', 3)], { epsilon: 0.001 }, 'first');
const second = s.node(ops.batchNorm, [first, ...norm('second', 3)], { epsilon: 0.001 }, 'second');

/** Without a layer before it a run of normalisations is one multiplication and one addition. */
export default { graph: s.done(second), tolerance: [1e-5] } satisfies TransformCase;
