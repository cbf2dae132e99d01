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
  const blocks = blockParameters(node, build, x, dtype);
  if (blocks) {
    const real = asFloat(build, x);
    const scaled = build.step(ops.div, [real, blocks.scale], { dtype: 'float32' });
    const even = build.step(ops.round, [scaled], {});
    const moved = build.step(ops.add, [even, blocks.zeroPoint], { dtype: 'float32' });
    return build.emit(ops.cast, [moved], { dtype, saturate: true });
  }
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
  const blocks = blockParameters(node, build, x, x.type.dtype);
  if (blocks) {
    const moved = build.step(ops.sub, [asFloat(build, x), blocks.zeroPoint], { dtype: 'float32' });
    return build.emit(ops.mul, [moved, blocks.scale], { dtype: 'float32' });
  }
  const { scale, zeroPoint, axis } = parameters(node, build, x, x.type.dtype);
  return build.emit(ops.dequantize, [x, scale, zeroPoint], { axis });
};

/** uint8 by the tensor's own range; gives scale and zero point as further outputs. */
export const dynamicQuantizeLinear: Operator = (node, build) =>
  build.emitAll(ops.dynamicQuantize, [node.value(0)], {});

/** Scale and zero point (inputs 1 and 2) as lists of one entry or one per channel. */
function parameters(node: NodeReader, build: NodeBuilder, x: Value, dtype: DataType) {
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

function asFloat(build: NodeBuilder, x: Value): Value {
  return x.type.dtype === 'float32' ? x : build.step(ops.cast, [x], { dtype: 'float32', saturate: false });
}

/** Scales and zero points per block along an axis, one for every element and as floats; undefined without blocks. */
function blockParameters(node: NodeReader, build: NodeBuilder, x: Value, dtype: DataType) {
  const size = node.int('block_size', 0);
  if (size === 0) return undefined;
  const { shape } = x.type;
  const axis = axisOf(node, node.int('axis', 1), shape.length);
  const scales = node.constant(1, 'scale');
  node.checkScales('scale', Array.from(scales.data, Number));
  const blocks = shape.map((extent, i) => (i === axis ? Math.ceil(extent / size) : extent));
  const zeros = node.has(2) ? node.constant(2, 'zero point') : tensor(dtype, blocks);
  for (const { type } of [scales, zeros]) {
    if (type.shape.join() !== blocks.join()) {
      throw node.unsupported(`[${type.shape.join(', ')}] blocks instead of [${blocks.join(', ')}]`);
    }
  }
  const perElement = (blocksOf: Tensor): Value => {
    const inner = elementCount(shape.slice(axis + 1));
    const extent = shape[axis] ?? 0;
    const count = blocks[axis] ?? 0;
    const values = Array.from({ length: elementCount(shape) }, (_, at) => {
      const outer = Math.floor(at / (inner * extent));
      const block = Math.floor((Math.floor(at / inner) % extent) / size);
      return Number(blocksOf.data[(outer * count + block) * inner + (at % inner)]);
    });
    return build.constant('blocks', tensor('float32', shape, values));
  };
  return { scale: perElement(scales), zeroPoint: perElement(zeros) };
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
