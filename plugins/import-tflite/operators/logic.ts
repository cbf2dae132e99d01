import { isFloat, isInteger, ops, tensor, type OpDefinition, type Value } from 'match-compiler';
import { attributeInvalid, operatorQuantization, typesUnsupported } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
import { sameScale } from '../quantized.ts';
import type { OperatorHandler, OperatorTable } from './handler.ts';

/** Comparisons, operators on bools and bits, and what picks by a condition. */

type Paired = OpDefinition<Record<string, never>>;

/** Quantized operands are rescaled by the kernels of TFLite before they are compared, which is not done here. */
function compare(op: Paired): OperatorHandler {
  return (operator) => operator.result(op, comparable(operator), {});
}

function comparable(operator: OperatorImport): readonly [Value, Value] {
  for (const index of [0, 1]) {
    if (operator.isQuantized(operator.inputTensor(index))) {
      throw typesUnsupported(operator, `quantized ${operator.input(index).type.dtype}`);
    }
  }
  return [operator.input(0), operator.input(1)];
}

function importNotEqual(operator: OperatorImport): Value {
  const same = operator.add(ops.equal, comparable(operator), {}, 'equal');
  return operator.result(ops.bitwiseNot, [same], {});
}

const paired =
  (op: Paired): OperatorHandler =>
  (operator) =>
    operator.result(op, [operator.input(0), operator.input(1)], {});

function importNot(operator: OperatorImport): Value {
  return operator.result(ops.bitwiseNot, [operator.input(0)], {});
}

/** A condition of one element per row picks whole rows; every other one broadcasts. */
function importSelect(operator: OperatorImport): Value {
  const [condition, a, b] = [operator.input(0), operator.input(1), operator.input(2)];
  if (operator.isQuantized(operator.inputTensor(1))) {
    const output = operator.outputScale();
    if (![1, 2].every((index) => sameScale(operator.inputScale(index), output))) {
      throw operatorQuantization(operator, operator.node, 'has another scale than what is picked from');
    }
  }
  const rank = a.type.shape.length;
  const rows =
    operator.operator.name === 'SELECT' && condition.type.shape.length === 1 && rank > 1
      ? operator.add(
          ops.reshape,
          [condition],
          { shape: [...condition.type.shape, ...new Array<number>(rank - 1).fill(1)] },
          'rows',
        )
      : condition;
  return operator.result(ops.select, [rows, a, b], {});
}

/** The remainder has the sign of the divisor. */
function importFloorMod(operator: OperatorImport): Value {
  const [a, b] = [operator.input(0), operator.input(1)];
  const { dtype } = a.type;
  if (!isFloat(dtype) && !isInteger(dtype)) throw typesUnsupported(operator, dtype);
  return operator.result(ops.modulo, [a, b], { dtype, rounding: 'floor' });
}

function importFloorDiv(operator: OperatorImport): Value {
  const [a, b] = [operator.input(0), operator.input(1)];
  const { dtype } = a.type;
  if (isInteger(dtype)) return operator.result(ops.div, [a, b], { dtype, rounding: 'floor' });
  const quotient = operator.add(ops.div, [a, b], { dtype }, 'quotient');
  return operator.result(ops.floor, [quotient], {});
}

/** Field ids of OneHotOptions. */
const oneHotFields = { axis: 0 } as const;

function importOneHot(operator: OperatorImport): Value {
  const indices = operator.input(0);
  const [depth = 0] = operator.integers(1, 'depth');
  const { shape, dtype } = indices.type;
  const rank = shape.length + 1;
  const axis = operator.axis(operator.options('OneHot')?.int32(oneHotFields.axis) ?? -1, rank);
  if (depth < 0) throw attributeInvalid(operator, 'its depth', `is ${depth}`);
  const column = operator.add(ops.reshape, [indices], { shape: shape.toSpliced(axis, 0, 1) }, 'column');
  const extents = Array.from({ length: rank }, (_, i) => (i === axis ? depth : 1));
  const values = Array.from({ length: depth }, (_, i) => i);
  const positions = operator.constant(tensor(dtype, extents, values), 'positions');
  const hits = operator.add(ops.equal, [column, positions], {}, 'hits');
  return operator.result(ops.select, [hits, operator.input(2), operator.input(3)], {});
}

export const logic: OperatorTable = {
  EQUAL: compare(ops.equal),
  NOT_EQUAL: importNotEqual,
  LESS: compare(ops.less),
  LESS_EQUAL: compare(ops.lessOrEqual),
  GREATER: compare(ops.greater),
  GREATER_EQUAL: compare(ops.greaterOrEqual),
  LOGICAL_AND: paired(ops.bitwiseAnd),
  LOGICAL_OR: paired(ops.bitwiseOr),
  LOGICAL_NOT: importNot,
  BITWISE_XOR: paired(ops.bitwiseXor),
  SELECT: importSelect,
  SELECT_V2: importSelect,
  FLOOR_MOD: importFloorMod,
  FLOOR_DIV: importFloorDiv,
  ONE_HOT: importOneHot,
};
