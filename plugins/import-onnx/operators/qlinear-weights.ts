import { createData, elementCount, ops, tensor, type Tensor, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';

/** Weights and the zero point that the integer operator subtracts. */
export interface IntegerWeights {
  readonly value: Value;
  readonly zeroPoint: number;
}

/**
 * Integer weights with their zero points. One for all channels goes into the operator; where they differ by channel
 * the weights are shifted, exactly, to int16.
 * @param channelAxis axis of the weights as the file has them that zero points go along
 * @param arrange puts the weights into the operator's order
 */
export function integerWeights(
  node: NodeReader,
  build: NodeBuilder,
  inputs: { readonly weights: number; readonly zeroPoint: number },
  channelAxis: number,
  arrange?: {
    readonly form: string;
    readonly constant: (weights: Tensor) => Tensor;
    readonly value: (weights: Value) => Value;
  },
): IntegerWeights {
  const constant = node.constantOrUndefined(inputs.weights);
  if (node.has(inputs.zeroPoint) && !node.constantOrUndefined(inputs.zeroPoint)) {
    const value = shiftAtRunTime(
      build,
      node.value(inputs.weights),
      node.value(inputs.zeroPoint),
      channelAxis,
    );
    return { value: arrange ? arrange.value(value) : value, zeroPoint: 0 };
  }
  const zeroPoints = node.numbers(inputs.zeroPoint, 'weight zero point') ?? [0];
  const [zeroPoint = 0] = zeroPoints;
  const definition = node.definition(inputs.weights);
  if (zeroPoints.every((other) => other === zeroPoint)) {
    if (!arrange) return { value: node.value(inputs.weights), zeroPoint };
    if (!constant) return { value: arrange.value(node.value(inputs.weights)), zeroPoint };
    return { value: build.scope.form(definition, arrange.form, () => arrange.constant(constant)), zeroPoint };
  }
  if (!constant) {
    const value = shiftAtRunTime(
      build,
      node.value(inputs.weights),
      node.value(inputs.zeroPoint),
      channelAxis,
    );
    return { value: arrange ? arrange.value(value) : value, zeroPoint: 0 };
  }
  const shifted = (): Tensor => {
    const weights = shiftChannels(constant, zeroPoints, channelAxis);
    return arrange ? arrange.constant(weights) : weights;
  };
  return { value: build.scope.form(definition, 'shifted', shifted), zeroPoint: 0 };
}

/**
 * An activation and the zero point that the integer operator subtracts. Zero points that are computed at run time, or
 * that differ along `axis`, are subtracted beforehand, exactly, into int16.
 */
export function integerInput(
  node: NodeReader,
  build: NodeBuilder,
  inputs: { readonly x: number; readonly zeroPoint: number },
  axis: number,
): IntegerWeights {
  const x = node.value(inputs.x);
  if (!node.has(inputs.zeroPoint)) return { value: x, zeroPoint: 0 };
  const known = node.constantOrUndefined(inputs.zeroPoint);
  if (known?.data.length === 1) return { value: x, zeroPoint: Number(known.data[0]) };
  return { value: shiftAtRunTime(build, x, node.value(inputs.zeroPoint), axis), zeroPoint: 0 };
}

/** value − zero points, those of a list along `axis`, as int16. */
function shiftAtRunTime(build: NodeBuilder, value: Value, zeroPoints: Value, axis: number): Value {
  const { shape } = zeroPoints.type;
  const trailing = value.type.shape.length - 1 - axis;
  const count = elementCount(shape);
  const aligned =
    shape.length > 1 || count === 1
      ? zeroPoints
      : build.step(ops.reshape, [zeroPoints], { shape: [count, ...new Array<number>(trailing).fill(1)] });
  return build.step(ops.sub, [value, aligned], { dtype: 'int16' });
}

function shiftChannels(weights: Tensor, zeroPoints: readonly number[], axis: number): Tensor {
  const { shape } = weights.type;
  const inner = shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  const data = createData('int16', weights.data.length);
  for (let i = 0; i < data.length; i++) {
    const channel = Math.floor(i / inner) % (shape[axis] ?? 1);
    data[i] = Number(weights.data[i]) - (zeroPoints[channel] ?? 0);
  }
  return { type: { dtype: 'int16', shape }, data };
}

/** An int32 bias, or none. */
export function integerBias(node: NodeReader, index: number): readonly Value[] {
  const bias = node.optionalValue(index);
  if (!bias) return [];
  if (bias.type.dtype !== 'int32') throw node.unsupported(`a bias of type ${bias.type.dtype}`);
  return [bias];
}

/** Scales along the channels, as many as there are: one or one per channel. */
export function scaleList(node: NodeReader, index: number, role: string): readonly number[] {
  const scales = node.numbers(index, role);
  if (!scales || scales.length === 0) throw node.unsupported(`no ${role}`);
  return scales;
}

export function zeros(build: NodeBuilder, count: number): Value {
  return build.scope.shared(`zero.int32.${count}`, () => tensor('int32', [count]));
}
