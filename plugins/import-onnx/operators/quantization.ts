import { elementCount, isInteger, ops, tensor, type DataType, type Tensor, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { axisOf } from './axes.ts';

export const quantizeLinear: Operator = (node, build) => {
  const x = node.value(0);
  const declared = node.int('output_dtype', 0) === 0 ? undefined : node.elementType('output_dtype');
  node.ignore('saturate', 'precision');
  const known = node.constantOrUndefined(2);
  const dtype = known?.type.dtype ?? declared ?? 'uint8';
  const { scale, zeroPoint, axis } = parameters(node, build, x, dtype);
  // The standard allows int32 here; the value is the same as a float.
  const real =
    x.type.dtype === 'float32' ? x : build.step(ops.cast, [x], { dtype: 'float32', saturate: false });
  return build.emit(
    ops.quantize,
    [real, scale, zeroPoint],
    { axis, dtype },
    { quantization: quantizationOf(scale, zeroPoint, axis) },
  );
};

export const dequantizeLinear: Operator = (node, build) => {
  const x = node.value(0);
  node.ignore('output_dtype');
  const { scale, zeroPoint, axis } = parameters(node, build, x, x.type.dtype);
  return build.emit(ops.dequantize, [x, scale, zeroPoint], { axis });
};

export const dynamicQuantizeLinear: Operator = (node) => {
  throw node.unsupported(
    'ranges that are only known at run time',
    'quantize the model statically, with calibration data',
  );
};

/** Scale and zero point (inputs 1 and 2) as lists of one entry or one per channel. */
function parameters(node: NodeReader, build: NodeBuilder, x: Value, dtype: DataType) {
  node.requireInt('block_size', 0);
  const scales = node.constant(1, 'scale');
  const count = elementCount(scales.type.shape);
  if (scales.type.shape.length > 1)
    throw node.unsupported('scales per block', 'supported: per tensor and per channel');
  node.checkScales('scale', Array.from(scales.data, Number));
  const axis = node.int('axis', 1);
  const scale = asList(node, build, 1, scales);
  const zeroPoint = node.has(2)
    ? asList(node, build, 2, node.constant(2, 'zero point'))
    : build.scope.shared(`zero.${dtype}.${count}`, () => tensor(dtype, [count]));
  return { scale, zeroPoint, axis: count === 1 ? 0 : axisOf(node, axis, x.type.shape.length) };
}

/** A scalar as a list of one. */
function asList(node: NodeReader, build: NodeBuilder, index: number, constant: Tensor): Value {
  if (constant.type.shape.length === 1) return node.value(index);
  const type = { ...constant.type, shape: [elementCount(constant.type.shape)] };
  return build.scope.form(node.definition(index), 'list', () => ({ type, data: constant.data }));
}

function quantizationOf(scale: Value, zeroPoint: Value, axis: number) {
  const numbers = ({ constant }: Value): number[] => Array.from(constant?.data ?? [], Number);
  const scales = numbers(scale);
  return { scale: scales, zeroPoint: numbers(zeroPoint), ...(scales.length > 1 && { axis }) };
}

/** A number that a quantized operator takes as an input of one element; zero points may be left out. */
export function quantizedScalar(node: NodeReader, index: number, role: string, absent?: number): number {
  const value = node.scalar(index, role) ?? absent;
  if (value === undefined) throw node.unsupported(`no ${role}`);
  return value;
}

/** Element type of a quantized operator's result: that of its zero point. */
export function quantizedType(node: NodeReader, index: number, absent: DataType): DataType {
  const dtype = node.constantOrUndefined(index)?.type.dtype ?? absent;
  if (!isInteger(dtype)) throw node.unsupported(`a zero point of type ${dtype}`);
  return dtype;
}
