import { ops, tensor, type OpDefinition, type Value } from 'match-compiler';
import { typesUnsupported } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
import type { OperatorHandler, OperatorTable } from './handler.ts';

/** A function of one float. */
function float(op: OpDefinition<Record<string, never>>): OperatorHandler {
  return (operator) => operator.result(op, [floatInput(operator)], {});
}

function importSquare(operator: OperatorImport): Value {
  const x = floatInput(operator);
  return operator.result(ops.mul, [x, x], { dtype: 'float32' });
}

function importRsqrt(operator: OperatorImport): Value {
  const root = operator.add(ops.sqrt, [floatInput(operator)], {}, 'root');
  const one = operator.constant(tensor('float32', [], [1]), 'one');
  return operator.result(ops.div, [one, root], { dtype: 'float32' });
}

function floatInput(operator: OperatorImport): Value {
  const x = operator.input(0);
  if (x.type.dtype !== 'float32') throw typesUnsupported(operator, x.type.dtype);
  return x;
}

/** Field ids of BatchMatMulOptions. */
const matmulFields = { adjX: 0, adjY: 1 } as const;

function importBatchMatMul(operator: OperatorImport): Value {
  const options = operator.options('BatchMatMul');
  const operand = (index: number, swapped: boolean): Value => {
    const x = operator.input(index);
    if (x.type.dtype !== 'float32') throw typesUnsupported(operator, x.type.dtype);
    if (!swapped) return x;
    const axes = x.type.shape.map((_, axis) => axis);
    return operator.add(
      ops.transpose,
      [x],
      { perm: [...axes.slice(0, -2), ...axes.slice(-2).reverse()] },
      `operand${index}`,
    );
  };
  const a = operand(0, options?.bool(matmulFields.adjX) ?? false);
  const b = operand(1, options?.bool(matmulFields.adjY) ?? false);
  return operator.result(ops.matmul, [a, b], { aZeroPoint: 0, bZeroPoint: 0, accumulator: 'float32' });
}

export const elementWise: OperatorTable = {
  ABS: float(ops.abs),
  BATCH_MATMUL: importBatchMatMul,
  CEIL: float(ops.ceil),
  COS: float(ops.cos),
  EXP: float(ops.exp),
  FLOOR: float(ops.floor),
  LOG: float(ops.log),
  NEG: float(ops.neg),
  ROUND: float(ops.round),
  RSQRT: importRsqrt,
  SIGN: float(ops.sign),
  SIN: float(ops.sin),
  SQRT: float(ops.sqrt),
  SQUARE: importSquare,
};
