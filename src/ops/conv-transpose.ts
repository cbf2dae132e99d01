import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { convolveTransposed } from './conv-transpose-loops.ts';
import { expectProductTypes, type Accumulator } from './products.ts';
import {
  atLeast,
  expectDtype,
  expectElements,
  expectInputs,
  expectIntegers,
  resultType,
} from './type-checks.ts';

export type ConvTransposeAttributes = {
  /** Extents of the output's spatial axes: depth where there are three, height, width. */
  readonly extents: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Positions cut off before each spatial axis; negative ones are added. */
  readonly pads: readonly number[];
  readonly groups: number;
  readonly inputZeroPoint: number;
  readonly weightZeroPoint: number;
  readonly accumulator: Accumulator;
};

const name = 'conv_transpose';

/**
 * Transposed convolution over two or three spatial axes. x [N,C,(D,)H,W], w [C,O/groups,(KD,)KH,KW], bias? [O] of the
 * accumulator's type → [N,O,…extents]: input position i and tap k add to output position i·stride + k·dilation − pad.
 * The sums follow the rules of `conv2d`, floats from the bias on over the taps in row-major order, then the channels
 * of the group; outputs that nothing adds to are the bias.
 */
export const convTranspose = defineOp<ConvTransposeAttributes>({
  name,
  summary: 'Grouped transposed convolution into an accumulator',
  infer(inputs, attributes) {
    const [x, w, bias] = expectInputs(name, inputs, 2, 3);
    const rank = x.shape.length;
    if ((rank !== 4 && rank !== 5) || w.shape.length !== rank) {
      throw new ShapeError(
        `${name}: the input has rank ${rank}, the weights ${w.shape.length}, not 4 or 5 both`,
      );
    }
    expectElements(name, 'the input', x);
    expectElements(name, 'the weights', w);
    const { extents, strides, dilations, pads, groups, inputZeroPoint, weightZeroPoint, accumulator } =
      attributes;
    expectProductTypes(name, x, inputZeroPoint, w, weightZeroPoint, accumulator);
    expectIntegers(name, 'extents', extents, rank - 2, 1);
    expectIntegers(name, 'strides', strides, rank - 2, 1);
    expectIntegers(name, 'dilations', dilations, rank - 2, 1);
    expectIntegers(name, 'pads', pads, rank - 2, -(2 ** 30));
    expectIntegers(name, 'groups', [groups], 1, 1);
    const [batch = 0, channels = 0] = x.shape;
    const [weightChannels = 0, perGroup = 0] = w.shape;
    if (channels !== weightChannels || channels % groups !== 0) {
      throw new ShapeError(
        `${name}: the input has ${channels} channels, the weights ${weightChannels}, in ${groups} groups`,
      );
    }
    const filters = perGroup * groups;
    if (bias) {
      expectDtype(name, 'the bias', bias, [accumulator]);
      if (bias.shape.length !== 1 || bias.shape[0] !== filters) {
        throw new ShapeError(`${name}: bias of shape [${bias.shape.join(',')}] for ${filters} filters`);
      }
    }
    return [resultType(name, accumulator, [batch, filters, ...extents])];
  },
  evaluate(inputs, attributes) {
    const [x, w, bias] = atLeast(inputs, 2);
    return [convolveTransposed(x, w, bias, attributes)];
  },
  macs(inputs) {
    const [x, w] = inputs;
    return elementCount(x?.shape ?? [0]) * elementCount(w?.shape.slice(1) ?? [0]);
  },
});
