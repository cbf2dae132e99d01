import { createData, elementBytes, isInteger, isSigned, isWide } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { broadcastData, broadcastShapes } from './broadcast.ts';
import { atLeast, expectInputs, expectOneOf, resultType } from './type-checks.ts';

export type BitShiftAttributes = { readonly direction: 'left' | 'right' };

const name = 'bit_shift';

/** Unsigned integers shifted by b bits, broadcast; what is shifted out is lost, also when b is the width or more. */
export const bitShift = defineOp<BitShiftAttributes>({
  name,
  summary: 'Shift of unsigned integers, broadcast',
  elementwise: true,
  infer(inputs, { direction }) {
    const [a, b] = expectInputs(name, inputs, 2);
    expectOneOf(name, 'direction', direction, ['left', 'right']);
    if (a.dtype !== b.dtype || !isInteger(a.dtype) || isSigned(a.dtype)) {
      throw new ShapeError(`${name}: ${a.dtype} by ${b.dtype}, not unsigned integers of one type`);
    }
    return [resultType(name, a.dtype, broadcastShapes(name, a.shape, b.shape))];
  },
  evaluate(inputs, { direction }, [output]) {
    const [x, y] = atLeast(inputs, 2);
    const { dtype } = x.type;
    const shape = output?.shape ?? [];
    const a = broadcastData(dtype, x.data, x.type.shape, shape);
    const b = broadcastData(dtype, y.data, y.type.shape, shape);
    const bits = 8n * BigInt(elementBytes(dtype));
    const result = createData(dtype, a.length);
    for (let i = 0; i < a.length; i++) {
      const [value, amount] = [BigInt(a[i] ?? 0), BigInt(b[i] ?? 0)];
      const shifted = amount >= bits ? 0n : direction === 'left' ? value << amount : value >> amount;
      const kept = BigInt.asUintN(Number(bits), shifted);
      result[i] = isWide(dtype) ? kept : Number(kept);
    }
    return [result];
  },
});
