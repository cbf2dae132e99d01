import { isInteger, ops, tensor, type Value } from 'match-compiler';
import { attributeInvalid, notSupported, operatorQuantization, typesUnsupported } from '../diagnostics.ts';
import { mirrorPadModes } from '../file/schema.ts';
import type { OperatorImport } from '../operator-import.ts';
import {
  fusedActivation,
  isQuantizedType,
  kernelRounding,
  limits,
  quantizedBounds,
  sameScale,
} from '../quantized.ts';
import { numbersOf } from '../tensors.ts';
import type { OperatorTable } from './handler.ts';

/** Field ids of the options. */
const squeezeFields = { axes: 0 } as const;
const reshapeFields = { shape: 0 } as const;
const concatenationFields = { axis: 0, activation: 1 } as const;
const packFields = { axis: 1 } as const;
const gatherFields = { axis: 0, batchDims: 1 } as const;
const mirrorPadFields = { mode: 0 } as const;

/** The new shape is an input, an option, or (where it is computed in the graph) that of the output. */
function importReshape(operator: OperatorImport): Value {
  const x = operator.input(0);
  const wanted =
    operator.hasInput(1) && operator.isConstantInput(1)
      ? operator.integers(1, 'shape')
      : (operator.options('Reshape')?.int32s(reshapeFields.shape) ?? operator.outputTensor().shape);
  const count = product(x.type.shape);
  const open = wanted.filter((extent) => extent === -1).length;
  const known = product(wanted.filter((extent) => extent !== -1));
  if (open > 1 || (open === 1 && (known < 1 || count % known !== 0))) {
    throw attributeInvalid(
      operator,
      'its shape',
      `[${wanted.join(', ')}] does not fit [${x.type.shape.join(', ')}]`,
    );
  }
  return operator.result(ops.reshape, [x], {
    shape: wanted.map((extent) => (extent === -1 ? count / known : extent)),
  });
}

function importSqueeze(operator: OperatorImport): Value {
  const x = operator.input(0);
  const { shape } = x.type;
  const listed = operator.options('Squeeze')?.int32s(squeezeFields.axes) ?? [];
  const axes = new Set(listed.map((axis) => operator.axis(axis, shape.length)));
  const squeezed = (extent: number, axis: number): boolean =>
    axes.size === 0 ? extent === 1 : axes.has(axis);
  return operator.result(ops.reshape, [x], {
    shape: shape.filter((extent, axis) => !squeezed(extent, axis)),
  });
}

function importExpandDims(operator: OperatorImport): Value {
  const x = operator.input(0);
  const [given = 0] = operator.integers(1, 'axis');
  const axis = operator.axis(given, x.type.shape.length + 1);
  return operator.result(ops.reshape, [x], { shape: x.type.shape.toSpliced(axis, 0, 1) });
}

function importTranspose(operator: OperatorImport): Value {
  const x = operator.input(0);
  const { length } = x.type.shape;
  return operator.result(ops.transpose, [x], {
    perm: operator.integers(1, 'permutation').map((axis) => operator.axis(axis, length)),
  });
}

/** Quantized tensors are padded with what stands for 0. */
function importPad(operator: OperatorImport): Value {
  const x = operator.input(0);
  const quantized = operator.isQuantized(operator.inputTensor(0));
  if (quantized && !sameScale(operator.inputScale(0), operator.outputScale())) {
    throw operatorQuantization(operator, operator.node, 'has another scale than the input');
  }
  const zero = quantized ? operator.inputScale(0).zeroPoint : 0;
  const value = operator.hasInput(2) ? paddingValue(operator, x) : zero;
  return operator.result(ops.pad, [x], { pads: padsOf(operator, x), value, mode: 'constant' });
}

function paddingValue(operator: OperatorImport, x: Value): number {
  const { type, data } = operator.constantInput(2, 'padding value');
  if (data.length !== 1 || type.dtype !== x.type.dtype) {
    throw notSupported(
      operator,
      `a padding value of ${type.dtype}[${type.shape.join(',')}] for ${x.type.dtype}`,
    );
  }
  if (
    operator.isQuantized(operator.inputTensor(2)) &&
    !sameScale(operator.inputScale(2), operator.inputScale(0))
  ) {
    throw notSupported(operator, 'a padding value with another scale than the input');
  }
  return Number(data[0]);
}

function importMirrorPad(operator: OperatorImport): Value {
  const mode = mirrorPadModes[operator.options('MirrorPad')?.int8(mirrorPadFields.mode) ?? 0];
  if (mode === undefined) throw attributeInvalid(operator, 'its mode', 'is unknown');
  const x = operator.input(0);
  return operator.result(ops.pad, [x], {
    pads: padsOf(operator, x),
    value: 0,
    mode: mode === 'REFLECT' ? 'reflect' : 'symmetric',
  });
}

/** From pairs per axis to all begins and all ends. */
function padsOf(operator: OperatorImport, x: Value): number[] {
  const pairs = operator.integers(1, 'paddings');
  const rank = x.type.shape.length;
  if (pairs.length !== 2 * rank)
    throw attributeInvalid(operator, 'its paddings', `are ${pairs.length} numbers for ${rank} dimensions`);
  return [...pairs.filter((_, i) => i % 2 === 0), ...pairs.filter((_, i) => i % 2 === 1)];
}

/** Inputs with scales of their own are brought to that of the output. */
function importConcatenation(operator: OperatorImport): Value {
  const options = operator.options('Concatenation');
  const activation = fusedActivation(operator, options, concatenationFields.activation);
  const inputs = Array.from({ length: operator.inputCount }, (_, i) => rescaled(operator, i));
  const [first] = inputs;
  if (!first) throw attributeInvalid(operator, 'its list of inputs', 'is empty');
  const axis = operator.axis(options?.int32(concatenationFields.axis) ?? 0, first.type.shape.length);
  const { dtype } = first.type;
  const quantized = operator.isQuantized(operator.outputTensor());
  if (isInteger(dtype) && !quantized && limits('float32', activation)) {
    throw notSupported(operator, 'a fused activation on plain integers');
  }
  const bounds = quantized ? quantizedBounds(activation, operator.outputScale()) : activation;
  if ((isInteger(dtype) && !quantized) || !limits(dtype, bounds))
    return operator.result(ops.concat, inputs, { axis });
  return operator.result(ops.clip, [operator.add(ops.concat, inputs, { axis }, 'unclipped')], bounds);
}

function rescaled(operator: OperatorImport, index: number): Value {
  const x = operator.input(index);
  if (!isQuantizedType(x.type.dtype) || !operator.isQuantized(operator.inputTensor(index))) return x;
  const input = operator.inputScale(index);
  const output = operator.outputScale();
  if (sameScale(input, output)) return x;
  const request = {
    inputScale: input.scale,
    weightScales: [1],
    outputScale: output.scale,
    axis: 0,
    zeroPoint: output.zeroPoint,
    dtype: output.dtype,
    operator: 'other',
    inputZeroPoint: input.zeroPoint,
  } as const;
  return operator.requantize(x, request, kernelRounding(operator.rounding), `input${index}`);
}

function importPack(operator: OperatorImport): Value {
  const inputs = Array.from({ length: operator.inputCount }, (_, i) => operator.input(i));
  const [first] = inputs;
  if (!first) throw attributeInvalid(operator, 'its list of inputs', 'is empty');
  const axis = operator.axis(
    operator.options('Pack')?.int32(packFields.axis) ?? 0,
    first.type.shape.length + 1,
  );
  const parts = inputs.map((input, i) =>
    operator.add(ops.reshape, [input], { shape: input.type.shape.toSpliced(axis, 0, 1) }, `part${i}`),
  );
  return operator.result(ops.concat, parts, { axis });
}

function importUnpack(operator: OperatorImport): Value[] {
  const x = operator.input(0);
  const { shape } = x.type;
  const axis = operator.axis(operator.options('Unpack')?.int32(packFields.axis) ?? 0, shape.length);
  const extent = shape[axis] ?? 0;
  if (operator.outputCount !== extent)
    throw attributeInvalid(
      operator,
      'its number of outputs',
      `is ${operator.outputCount} instead of ${extent}`,
    );
  return Array.from({ length: extent }, (_, i) => {
    const starts = shape.map((_extent, at) => (at === axis ? i : 0));
    const ends = shape.map((size, at) => (at === axis ? i + 1 : size));
    const part = operator.add(ops.slice, [x], { starts, ends, steps: shape.map(() => 1) }, `part${i}`);
    return operator.result(ops.reshape, [part], { shape: shape.toSpliced(axis, 1) }, i);
  });
}

function importGather(operator: OperatorImport): Value {
  const options = operator.options('Gather');
  if ((options?.int32(gatherFields.batchDims) ?? 0) !== 0) throw notSupported(operator, 'batch dimensions');
  const [x, indices] = [operator.input(0), operator.input(1)];
  const axis = operator.axis(options?.int32(gatherFields.axis) ?? 0, x.type.shape.length);
  if (indices.constant) {
    const extent = x.type.shape[axis] ?? 0;
    const outside = numbersOf(indices.constant).find((index) => !(index >= 0 && index < extent));
    if (outside !== undefined)
      throw attributeInvalid(operator, 'its list of indices', `has ${outside} for an extent of ${extent}`);
  }
  return operator.result(ops.gather, [x, indices], { axis });
}

/** Shapes are known here, so the shape of a tensor is a constant. */
function importShape(operator: OperatorImport): Value {
  const { shape } = operator.input(0).type;
  const dtype = operator.outputType();
  if (dtype !== 'int32' && dtype !== 'int64') throw typesUnsupported(operator, `${dtype} results`);
  return operator.constantResult(tensor(dtype, [shape.length], shape));
}

function product(shape: readonly number[]): number {
  return shape.reduce((count, extent) => count * extent, 1);
}

export const movements: OperatorTable = {
  RESHAPE: importReshape,
  SQUEEZE: importSqueeze,
  EXPAND_DIMS: importExpandDims,
  TRANSPOSE: importTranspose,
  PAD: importPad,
  PADV2: importPad,
  MIRROR_PAD: importMirrorPad,
  CONCATENATION: importConcatenation,
  PACK: importPack,
  UNPACK: importUnpack,
  GATHER: importGather,
  SHAPE: importShape,
};
