import { ops, type Value } from 'match-compiler';
import { convolution, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('nhwc-layers');
const x = s.input('x', { dtype: 'int8', shape: [1, 6, 5, 3] });
const block = (input: Value, channels: number, name: string): Value => {
  const inner = s.node(ops.transpose, [input], { perm: [0, 3, 1, 2] }, `${name}.in`);
  const weights = s.noise(`${name}.w`, 'int8', [4, channels, 3, 3], -9, 9);
  const attributes = convolution({ accumulator: 'int32' });
  const conv = s.node(ops.conv2d, [inner, weights], attributes, `${name}.conv`);
  const constants = [
    s.fixed(`${name}.multiplier`, 'int32', [4], [3, 5, 2, 1]),
    s.fixed(`${name}.addend`, 'int32', [4], [0, 9, 1, 2]),
  ];
  const scaling = {
    rule: 'floor',
    axis: 1,
    inputZeroPoint: 0,
    zeroPoint: 0,
    dtype: 'int8',
    divisor: 64,
  } as const;
  const limits = { min: -128, max: 127 };
  const scaled = s.node(ops.requantize, [conv, ...constants], { ...scaling, ...limits }, `${name}.scaled`);
  return s.node(ops.transpose, [scaled], { perm: [0, 2, 3, 1] }, name);
};
const sum = {
  rule: 'single',
  aScale: 1,
  aZeroPoint: 0,
  bScale: 1,
  bZeroPoint: 0,
  outputScale: 1,
  zeroPoint: 0,
  min: 0,
  max: 127,
  dtype: 'int8',
} as const;
const first = block(x, 3, 'first');
const second = block(first, 4, 'second');
const third = block(s.node(ops.quantizedAdd, [first, second], sum, 'sum'), 4, 'third');

/** Layers in NHWC, imported one by one: what is left are the transposes of the edges. */
export default { graph: s.done(third) } satisfies TransformCase;
