import { isFloat, ops, type OpDefinition } from 'match-compiler';
import type { Operator } from '../operator.ts';
import { secondOperand } from './element-wise.ts';

/** Comparisons, operators on bools and bits, and what picks by a condition. */

/** Two operands of one type, broadcast. */
const paired =
  (op: OpDefinition<Record<string, never>>): Operator =>
  (node, build) => {
    const a = node.value(0);
    return build.emit(op, [a, secondOperand(node, build, a)], {});
  };

export const equal = paired(ops.equal);
export const greater = paired(ops.greater);
export const greaterOrEqual = paired(ops.greaterOrEqual);
export const less = paired(ops.less);
export const lessOrEqual = paired(ops.lessOrEqual);
/** Of bools and of bits alike: a bool is an integer of one bit. */
export const and = paired(ops.bitwiseAnd);
export const or = paired(ops.bitwiseOr);
export const xor = paired(ops.bitwiseXor);
export const not: Operator = (node, build) => build.emit(ops.bitwiseNot, [node.value(0)], {});

export const bitShift: Operator = (node, build) => {
  const direction = node.choice('direction', ['LEFT', 'RIGHT'], 'LEFT') === 'LEFT' ? 'left' : 'right';
  return build.emit(ops.bitShift, [node.value(0), node.value(1)], { direction });
};

/** The sign of the divisor, or with `fmod` that of the dividend; floats have the second form alone. */
export const mod: Operator = (node, build) => {
  const a = node.value(0);
  const { dtype } = a.type;
  const truncates = node.int('fmod', 0) !== 0;
  if (isFloat(dtype) && !truncates)
    throw node.attributeFault('fmod', 'is 0 on floats', 'floats need fmod = 1');
  return build.emit(ops.modulo, [a, node.value(1)], { dtype, rounding: truncates ? 'truncate' : 'floor' });
};

export const where: Operator = (node, build) =>
  build.emit(ops.select, [node.value(0), node.value(1), node.value(2)], {});

export const isNaN: Operator = (node, build) => build.emit(ops.isNan, [node.value(0)], {});

export const isInf: Operator = (node, build) =>
  build.emit(ops.isInf, [node.value(0)], {
    negative: node.int('detect_negative', 1) !== 0,
    positive: node.int('detect_positive', 1) !== 0,
  });
