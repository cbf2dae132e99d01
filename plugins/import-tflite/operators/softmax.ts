import { ops, quantizedSoftmaxRule, quantizeMultiplier, tensor, type Value } from 'match-compiler';
import { operatorQuantization, typesUnsupported } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
import { exponentialTable, reciprocalTable } from '../tables/int16.ts';
import type { OperatorTable } from './handler.ts';

/** Field ids of SoftmaxOptions. */
const fields = { beta: 0 } as const;

/** Along the last axis. */
function importSoftmax(operator: OperatorImport): Value {
  const beta = operator.options('Softmax')?.float32(fields.beta) ?? 1;
  const x = operator.input(0);
  const axis = operator.axis(-1, x.type.shape.length);
  if (x.type.dtype === 'float32') {
    const factor = (): Value => operator.constant(tensor('float32', [], [beta]), 'beta');
    const scaled = beta === 1 ? x : operator.add(ops.mul, [x, factor()], { dtype: 'float32' }, 'scaled');
    return operator.result(ops.softmax, [scaled], { axis });
  }
  const { dtype } = x.type;
  if (dtype === 'int16' && operator.outputType() === 'int16') return importInt16(operator, x, axis, beta);
  if ((dtype !== 'int8' && dtype !== 'uint8') || operator.outputType() !== dtype) {
    throw typesUnsupported(operator, `${dtype} to ${operator.outputType()}`);
  }
  const { scale } = operator.inputScale(0);
  const output = operator.outputScale();
  const lowest = dtype === 'int8' ? -128 : 0;
  // The kernels are written for this output scale and no other.
  if (output.zeroPoint !== lowest || Math.abs(output.scale * 256 - 1) > 0.001) {
    throw operatorQuantization(
      operator,
      operator.node,
      `has the scale ${output.scale} and zero point ${output.zeroPoint} instead of 1/256 and ${lowest}`,
    );
  }
  return operator.result(ops.quantizedSoftmax, [x], {
    axis,
    rule: quantizedSoftmaxRule(operator.rounding),
    inputScale: operator.rounding === 'tflm-double' ? scale * beta : Math.fround(scale * beta),
    outputScale: output.scale,
    zeroPoint: output.zeroPoint,
    dtype,
  });
}

/** From tables, the differences scaled with two roundings (tensorflow/lite/kernels/activations.cc). */
function importInt16(operator: OperatorImport, x: Value, axis: number, beta: number): Value {
  if (operator.rounding === 'real-even') throw typesUnsupported(operator, 'int16 under real-even');
  const output = operator.outputScale();
  if (output.zeroPoint !== 0 || Math.abs(output.scale * 32768 - 1) > 0.001) {
    throw operatorQuantization(
      operator,
      operator.node,
      `has the scale ${output.scale} and zero point ${output.zeroPoint} instead of 1/32768 and 0`,
    );
  }
  const exponentials = operator.constant(tensor('int16', [513], exponentialTable()), 'exponentials');
  const reciprocals = operator.constant(tensor('int16', [513], reciprocalTable()), 'reciprocals');
  const { multiplier, shift } = quantizeMultiplier((operator.inputScale(0).scale * beta) / (10 / 65535));
  return operator.result(ops.quantizedSoftmax16, [x, exponentials, reciprocals], { axis, multiplier, shift });
}

function importLogSoftmax(operator: OperatorImport): Value {
  const x = operator.input(0);
  if (x.type.dtype !== 'float32') throw typesUnsupported(operator, x.type.dtype);
  return operator.result(ops.logSoftmax, [x], { axis: operator.axis(-1, x.type.shape.length) });
}

export const softmaxes: OperatorTable = { SOFTMAX: importSoftmax, LOG_SOFTMAX: importLogSoftmax };
