import { ops, requantizeTo, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { quantizedScalar, quantizedType } from './quantization.ts';
import {
  integerBias,
  integerInput,
  integerWeights,
  scaleList,
  type IntegerWeights,
} from './qlinear-weights.ts';
import { asImage, onImage, readWindow, spatialShape } from './window.ts';

/** x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, bias */
export const qLinearConv: Operator = (node, build) => {
  node.requireInt('channels_last', 0);
  const input = integerInput(node, build, { x: 0, zeroPoint: 2 }, 0);
  const acc = convolve(node, build, { input, weights: 3, weightZeroPoint: 5, bias: 8 }, (...args) =>
    build.step(...args),
  );
  const dtype = quantizedType(node, 7, node.value(0).type.dtype);
  const outputScale = quantizedScalar(node, 6, 'output scale');
  const zeroPoint = quantizedScalar(node, 7, 'output zero point', 0);
  const groups = node.int('group', 1);
  const request = {
    inputScale: quantizedScalar(node, 1, 'input scale'),
    weightScales: scaleList(node, 4, 'weight scale'),
    outputScale,
    axis: 1,
    zeroPoint,
    dtype,
    operator:
      groups > 1 && groups === node.value(0).type.shape[1] ? ('depthwise' as const) : ('conv' as const),
  };
  return requantizeTo(build.scope.editor, acc, request, build.rounding, {
    name: build.resultName(dtype),
    loc: build.loc,
    quantization: { scale: [outputScale], zeroPoint: [zeroPoint] },
  });
};

/** x, w, x_zero_point, w_zero_point → int32 */
export const convInteger: Operator = (node, build) => {
  const input = integerInput(node, build, { x: 0, zeroPoint: 2 }, 0);
  return convolve(
    node,
    build,
    { input, weights: 1, weightZeroPoint: 3, bias: -1 },
    (op, inputs, attributes) => build.emit(op, inputs, attributes),
  );
};

function convolve(
  node: NodeReader,
  build: NodeBuilder,
  inputs: {
    readonly input: IntegerWeights;
    readonly weights: number;
    readonly weightZeroPoint: number;
    readonly bias: number;
  },
  add: NodeBuilder['step'],
): Value {
  const x = inputs.input.value;
  const weights = integerWeights(
    node,
    build,
    { weights: inputs.weights, zeroPoint: inputs.weightZeroPoint },
    0,
  );
  const window = readWindow(node, spatialShape(node, x), weights.value.type.shape.slice(2));
  const attributes = {
    strides: window.strides,
    dilations: window.dilations,
    pads: window.pads,
    groups: node.int('group', 1),
    inputZeroPoint: inputs.input.zeroPoint,
    weightZeroPoint: weights.zeroPoint,
    accumulator: 'int32' as const,
  };
  const bias = integerBias(node, inputs.bias);
  return onImage(
    build,
    x,
    (image, addNode) => addNode(ops.conv2d, [image, asImage(build, weights.value), ...bias], attributes),
    add,
  );
}
