import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('part-of-split');
const x = s.input('x', { dtype: 'float32', shape: [1, 4] });
const [first] = s.nodes(ops.split, [x], { axis: 1, sizes: [1, 3] }, 'parts');

/** A node with several results stays for one of them. */
export default { graph: s.done(...(first ? [first] : [])), refused: true } satisfies TransformCase;
