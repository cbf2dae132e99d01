import { createData } from '../ir/data-type.ts';
import { defineOp } from '../ir/op.ts';
import { atLeast, expectIntegers, expectInputs, expectRank, resultType } from './type-checks.ts';

export type ResizeNearestAttributes = {
  /** Height, width: positive integers. */
  readonly scales: readonly number[];
};

const name = 'resize_nearest';

/** Every pixel of [N,C,H,W] repeated: y[h,w] = x[⌊h/scale⌋, ⌊w/scale⌋]. */
export const resizeNearest = defineOp<ResizeNearestAttributes>({
  name,
  summary: 'Repeats pixels by integer factors',
  infer(inputs, { scales }) {
    const [x] = expectInputs(name, inputs, 1);
    expectRank(name, 'the input', x, 4);
    expectIntegers(name, 'scales', scales, 2, 1);
    const [batch = 0, channels = 0, height = 0, width = 0] = x.shape;
    return [
      resultType(name, x.dtype, [batch, channels, height * (scales[0] ?? 1), width * (scales[1] ?? 1)]),
    ];
  },
  evaluate(inputs, { scales }) {
    const [x] = atLeast(inputs, 1);
    const [scaleH = 1, scaleW = 1] = scales;
    const [batch = 0, channels = 0, height = 0, width = 0] = x.type.shape;
    const result = createData(x.type.dtype, x.data.length * scaleH * scaleW);
    let at = 0;
    for (let row = 0; row < batch * channels * height; row++) {
      for (let copy = 0; copy < scaleH; copy++) {
        for (let column = 0; column < width * scaleW; column++) {
          result[at++] = x.data[row * width + Math.floor(column / scaleW)] as never;
        }
      }
    }
    return [result];
  },
});
