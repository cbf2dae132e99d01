import { ops, quantizedSoftmaxRule, tensor, type Value } from 'match-compiler';
import { operatorQuantization, typesUnsupported } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
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

function importLogSoftmax(operator: OperatorImport): Value {
  const x = operator.input(0);
  if (x.type.dtype !== 'float32') throw typesUnsupported(operator, x.type.dtype);
  return operator.result(ops.logSoftmax, [x], { axis: operator.axis(-1, x.type.shape.length) });
}

export const softmaxes: OperatorTable = { SOFTMAX: importSoftmax, LOG_SOFTMAX: importLogSoftmax };
