import { elementCount, type TensorType } from '../ir/tensor.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { convolve } from './conv2d-loops.ts';
import { expectProductTypes, type Accumulator } from './products.ts';
import {
  atLeast,
  expectDtype,
  expectElements,
  expectIntegers,
  expectInputs,
  expectRank,
  resultType,
} from './type-checks.ts';
import { windowAxes, type WindowAxis } from './window.ts';

export type Conv2dAttributes = {
  /** Height, width. */
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
  readonly groups: number;
  readonly inputZeroPoint: number;
  readonly weightZeroPoint: number;
  readonly accumulator: Accumulator;
};

const name = 'conv2d';

/** The window of a convolution, from its types. @throws {ShapeError} */
export function conv2dAxes(
  x: TensorType,
  w: TensorType,
  attributes: Conv2dAttributes,
): readonly [WindowAxis, WindowAxis] {
  const [, , height = 0, width = 0] = x.shape;
  return windowAxes(name, height, width, {
    kernel: w.shape.slice(2),
    strides: attributes.strides,
    dilations: attributes.dilations,
    pads: attributes.pads,
    ceilMode: false,
  });
}

/**
 * 2-D convolution (cross-correlation), groups included. x [N,C,H,W], w [O,C/groups,KH,KW], bias? [O] of the
 * accumulator's type → [N,O,OH,OW]. Integers: bias + Σ (x − inputZeroPoint)·(w − weightZeroPoint), padding adds
 * nothing, the sum wraps in the accumulator's width. Floats: rounded to the type after every product and every sum, from the
 * bias on, over channel in group, kernel row, kernel column; taps in the padding are skipped.
 */
export const conv2d = defineOp<Conv2dAttributes>({
  name,
  summary: 'Grouped 2-D convolution into an accumulator',
  infer(inputs, attributes) {
    const [x, w, bias] = expectInputs(name, inputs, 2, 3);
    expectRank(name, 'the input', x, 4);
    expectRank(name, 'the weights', w, 4);
    expectElements(name, 'the input', x);
    expectElements(name, 'the weights', w);
    expectDtype(name, 'the weights', w, ['int8', 'uint8', 'int16', 'float32', 'float64']);
    expectProductTypes(
      name,
      x,
      attributes.inputZeroPoint,
      w,
      attributes.weightZeroPoint,
      attributes.accumulator,
    );
    const { groups } = attributes;
    expectIntegers(name, 'groups', [groups], 1, 1);
    const [batch = 0, channels = 0] = x.shape;
    const [filters = 0, perGroup = 0] = w.shape;
    if (channels !== perGroup * groups) {
      throw new ShapeError(
        `${name}: the input has ${channels} channels, the weights take ${perGroup} in each of ${groups} groups`,
      );
    }
    if (filters % groups !== 0) throw new ShapeError(`${name}: ${filters} filters in ${groups} groups`);
    if (bias) {
      expectDtype(name, 'the bias', bias, [attributes.accumulator]);
      if (bias.shape.length !== 1 || bias.shape[0] !== filters) {
        throw new ShapeError(`${name}: bias of shape [${bias.shape.join(',')}] for ${filters} filters`);
      }
    }
    const [rows, columns] = conv2dAxes(x, w, attributes);
    return [resultType(name, attributes.accumulator, [batch, filters, rows.output, columns.output])];
  },
  evaluate(inputs, attributes, [output]) {
    const [x, w, bias] = atLeast(inputs, 2);
    return [
      convolve(
        x,
        w,
        bias,
        conv2dAxes(x.type, w.type, attributes),
        attributes,
        elementCount(output?.shape ?? []),
      ),
    ];
  },
  macs(inputs, outputs) {
    const [, perGroup = 0, kh = 0, kw = 0] = inputs[1]?.shape ?? [];
    return elementCount(outputs[0]?.shape ?? [0]) * perGroup * kh * kw;
  },
});
