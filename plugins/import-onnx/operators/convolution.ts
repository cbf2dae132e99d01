import { ops } from 'match-compiler';
import type { Operator } from '../operator.ts';
import { asImage, onImage, readWindow, spatialShape } from './window.ts';

/** Conv over one or two spatial axes, float32. */
export const conv: Operator = (node, build) => {
  const x = node.value(0);
  const weights = node.value(1);
  if (x.type.dtype !== 'float32') {
    throw node.unsupported(
      `operands of type ${x.type.dtype} and ${weights.type.dtype}`,
      "ONNX has no such Conv; the import option `dialect: 'plinio'` reads it as an integer net",
    );
  }
  const window = readWindow(node, spatialShape(node, x), weights.type.shape.slice(2));
  const attributes = {
    strides: window.strides,
    dilations: window.dilations,
    pads: window.pads,
    groups: node.int('group', 1),
    inputZeroPoint: 0,
    weightZeroPoint: 0,
    accumulator: 'float32' as const,
  };
  const bias = node.optionalValue(2);
  return onImage(build, x, (image, add) =>
    add(ops.conv2d, [image, asImage(build, weights), ...(bias ? [bias] : [])], attributes),
  );
};
