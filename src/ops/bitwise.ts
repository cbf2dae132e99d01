import { createData, isFloat, isWide, type TensorData } from '../ir/data-type.ts';
import { defineOp, ShapeError, type OpDefinition } from '../ir/op.ts';
import { broadcastData, broadcastShapes } from './broadcast.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

/** Attributes of the bitwise operators. */
export type BitwiseAttributes = Record<string, never>;

interface Bitwise {
  readonly name: string;
  readonly summary: string;
  readonly narrow: (a: number, b: number) => number;
  readonly wide: (a: bigint, b: bigint) => bigint;
  /** Whether bools are taken too: where the result of 0 and 1 is 0 or 1. */
  readonly bools: boolean;
}

/** An element-wise operator on the bits of two operands of one type, broadcast. Bools are integers of one bit. */
export function defineBitwise(meaning: Bitwise): OpDefinition<BitwiseAttributes> {
  const { name, summary } = meaning;
  return defineOp<BitwiseAttributes>({
    name,
    summary,
    elementwise: true,
    infer(inputs) {
      const [a, b] = expectInputs(name, inputs, 2);
      if (a.dtype !== b.dtype) throw new ShapeError(`${name}: ${a.dtype} with ${b.dtype}`);
      if (isFloat(a.dtype) || (a.dtype === 'bool' && !meaning.bools)) {
        throw new ShapeError(`${name}: the operands are ${a.dtype}`);
      }
      return [resultType(name, a.dtype, broadcastShapes(name, a.shape, b.shape))];
    },
    evaluate(inputs, _attributes, [output]) {
      const [x, y] = atLeast(inputs, 2);
      const { dtype } = x.type;
      const shape = output?.shape ?? [];
      const a = broadcastData(dtype, x.data, x.type.shape, shape);
      const b = broadcastData(dtype, y.data, y.type.shape, shape);
      const result: TensorData = createData(dtype, a.length);
      const wide = isWide(dtype);
      for (let i = 0; i < a.length; i++) {
        result[i] = wide
          ? meaning.wide(BigInt(a[i] ?? 0), BigInt(b[i] ?? 0))
          : meaning.narrow(Number(a[i]), Number(b[i]));
      }
      return [result];
    },
  });
}
