import { ops, tensor, type Value } from 'match-compiler';
import { typesUnsupported } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
import { kernelRounding } from '../quantized.ts';
import type { OperatorTable } from './handler.ts';

/** float32 to integers, or from one scale to another. */
function importQuantize(operator: OperatorImport): Value {
  const x = operator.input(0);
  const output = operator.outputScale();
  const { dtype, zeroPoint } = output;
  if (x.type.dtype === 'float32') {
    if (dtype !== 'int8' && dtype !== 'uint8' && dtype !== 'int16')
      throw typesUnsupported(operator, `float32 to ${dtype}`);
    const scale = operator.constant(tensor('float32', [1], [output.scale]), 'scale');
    const zero = operator.constant(tensor('int32', [1], [zeroPoint]), 'zero');
    return operator.result(ops.quantize, [x, scale, zero], { axis: 0, dtype });
  }
  const input = operator.inputScale(0);
  const request = {
    inputScale: input.scale,
    weightScales: [1],
    outputScale: output.scale,
    axis: 0,
    zeroPoint,
    dtype,
    operator: 'other',
    inputZeroPoint: input.zeroPoint,
  } as const;
  return operator.requantize(x, request, kernelRounding(operator.rounding));
}

/** Integers to float32. Constants stored as float16 have become float32 already. */
function importDequantize(operator: OperatorImport): Value {
  const x = operator.input(0);
  if (x.type.dtype === 'float32') return operator.result(ops.identity, [x], {});
  const input = operator.inputTensor(0);
  const axis = input.quantization?.axis ?? 0;
  const { scale, zeroPoint } = operator.channelScales(0, axis);
  const scales = operator.constant(tensor('float32', [scale.length], scale), 'scale');
  const zeros = operator.constant(tensor('int32', [zeroPoint.length], zeroPoint), 'zero');
  return operator.result(ops.dequantize, [x, scales, zeros], { axis: scale.length > 1 ? axis : 0 });
}

function importCast(operator: OperatorImport): Value {
  return operator.result(ops.cast, [operator.input(0)], { dtype: operator.outputType(), saturate: false });
}

export const conversions: OperatorTable = {
  QUANTIZE: importQuantize,
  DEQUANTIZE: importDequantize,
  CAST: importCast,
};
