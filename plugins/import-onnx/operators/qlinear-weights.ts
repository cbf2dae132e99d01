import { createData, tensor, type Tensor, type Value } from 'match-compiler';
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
  const zeroPoints = node.numbers(inputs.zeroPoint, 'weight zero point') ?? [0];
  const [zeroPoint = 0] = zeroPoints;
  const definition = node.definition(inputs.weights);
  if (zeroPoints.every((other) => other === zeroPoint)) {
    if (!arrange) return { value: node.value(inputs.weights), zeroPoint };
    if (!constant) return { value: arrange.value(node.value(inputs.weights)), zeroPoint };
    return { value: build.scope.form(definition, arrange.form, () => arrange.constant(constant)), zeroPoint };
  }
  if (!constant) throw node.unsupported('zero points that differ by channel on weights computed at run time');
  const shifted = (): Tensor => {
    const weights = shiftChannels(constant, zeroPoints, channelAxis);
    return arrange ? arrange.constant(weights) : weights;
  };
  return { value: build.scope.form(definition, 'shifted', shifted), zeroPoint: 0 };
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
