import { ops, type Value } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('residual');
const a = s.input('a', { dtype: 'uint8', shape: [1, 4, 2, 2] });
const b = s.input('b', { dtype: 'uint8', shape: [1, 4, 2, 2] });
const wide = (x: Value, name: string) => s.node(ops.cast, [x], { dtype: 'int32', saturate: true }, name);
const narrow = (x: Value, name: string) => s.node(ops.cast, [x], { dtype: 'uint8', saturate: true }, name);
const number = (name: string) => s.fixed(name, 'int32', [], [42]);

const sum = s.node(ops.add, [wide(a, 'wide-a'), wide(b, 'wide-b')], { dtype: 'int32' }, 'sum');
const six = narrow(s.node(ops.clip, [sum], { min: 0, max: 6 }, 'six'), 'six8');
const scaled = s.node(ops.mul, [number('times'), wide(six, 'wide-six')], { dtype: 'int32' }, 'scaled');
const divided = s.node(ops.div, [scaled, number('by')], { dtype: 'int32', rounding: 'floor' }, 'divided');

/** The sum reads 8 bits and is limited once; times 42 by 42 is nothing. */
export default { graph: s.done(narrow(divided, 'y')) } satisfies TransformCase;
