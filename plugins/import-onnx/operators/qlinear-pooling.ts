import { ops, requantizeTo, tensor, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { averageAttributes, globalWindow, type PoolWindow } from './pooling.ts';
import { quantizedScalar, quantizedType } from './quantization.ts';
import { asImage, onImage } from './window.ts';

/** X, x_scale, x_zero_point, y_scale, y_zero_point */
export const qLinearAveragePool: Operator = (node, build) => {
  node.requireInt('channels_last', 0);
  const x = node.value(0);
  const { countIncludePad, ...window } = averageAttributes(node, x);
  const count = (window.kernel[0] ?? 1) * (window.kernel[1] ?? 1);
  const padded = window.pads.some((amount) => amount > 0);
  // Only where every window counts the same positions is the mean a sum and one scale.
  if ((!padded || countIncludePad) && !window.ceilMode) return scaledSum(node, build, x, window, count);
  const parameters = quantization(node);
  const real = build.step(ops.dequantize, [x, ...constants(build, parameters.input, x.type.dtype)], {
    axis: 0,
  });
  const mean = onImage(
    build,
    real,
    (image, add) => add(ops.averagePool2d, [image], { ...window, countIncludePad, rounding: 'float' }),
    (...args) => build.step(...args),
  );
  const dtype = quantizedType(node, 4, x.type.dtype);
  return build.emit(ops.quantize, [mean, ...constants(build, parameters.output, dtype)], { axis: 0, dtype });
};

/** X, x_scale, x_zero_point, y_scale, y_zero_point */
export const qLinearGlobalAveragePool: Operator = (node, build) => {
  node.requireInt('channels_last', 0);
  const x = node.value(0);
  const { shape } = x.type;
  if (shape.length !== 3 && shape.length !== 4)
    throw node.unsupported(`an input of shape [${shape.join(', ')}]`);
  const window = globalWindow(shape.length === 3 ? asImage(build, x) : x);
  const count = window.kernel.reduce((product, extent) => product * extent, 1);
  return scaledSum(node, build, x, window, count);
};

function scaledSum(node: NodeReader, build: NodeBuilder, x: Value, window: PoolWindow, count: number): Value {
  const { input, output } = quantization(node);
  const dtype = quantizedType(node, 4, x.type.dtype);
  const sum = onImage(
    build,
    x,
    (image, add) => add(ops.sumPool2d, [image], { ...window, inputZeroPoint: input.zeroPoint }),
    (...args) => build.step(...args),
  );
  return requantizeTo(
    build.scope.editor,
    sum,
    {
      inputScale: input.scale,
      weightScales: [1 / count],
      outputScale: output.scale,
      axis: 1,
      zeroPoint: output.zeroPoint,
      dtype,
      operator: 'pool',
    },
    build.rounding,
    {
      name: build.resultName(dtype),
      loc: build.loc,
      quantization: { scale: [output.scale], zeroPoint: [output.zeroPoint] },
    },
  );
}

interface Affine {
  readonly scale: number;
  readonly zeroPoint: number;
}

function quantization(node: NodeReader): { readonly input: Affine; readonly output: Affine } {
  return {
    input: {
      scale: quantizedScalar(node, 1, 'input scale'),
      zeroPoint: quantizedScalar(node, 2, 'input zero point', 0),
    },
    output: {
      scale: quantizedScalar(node, 3, 'output scale'),
      zeroPoint: quantizedScalar(node, 4, 'output zero point', 0),
    },
  };
}

function constants(
  build: NodeBuilder,
  { scale, zeroPoint }: Affine,
  dtype: Value['type']['dtype'],
): readonly Value[] {
  return [
    build.constant('scale', tensor('float32', [1], [scale])),
    build.constant('zero', tensor(dtype, [1], [zeroPoint])),
  ];
}
