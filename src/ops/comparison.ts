import { createData, isFloat, isInteger } from '../ir/data-type.ts';
import { defineOp, ShapeError, type OpDefinition } from '../ir/op.ts';
import { broadcastData, broadcastShapes } from './broadcast.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

/** Attributes of the comparisons. */
export type ComparisonAttributes = Record<string, never>;

interface Comparison {
  readonly name: string;
  readonly summary: string;
  /** Whether the order of the elements matters, which bools do not have. */
  readonly ordered: boolean;
  readonly holds: (a: number | bigint, b: number | bigint) => boolean;
}

/** An element-wise test of two operands of one type with numpy's broadcasting; the result is bool. */
export function defineComparison({
  name,
  summary,
  ordered,
  holds,
}: Comparison): OpDefinition<ComparisonAttributes> {
  return defineOp<ComparisonAttributes>({
    name,
    summary,
    elementwise: true,
    infer(inputs) {
      const [a, b] = expectInputs(name, inputs, 2);
      if (a.dtype !== b.dtype) throw new ShapeError(`${name}: ${a.dtype} against ${b.dtype}`);
      if (ordered && !isFloat(a.dtype) && !isInteger(a.dtype)) {
        throw new ShapeError(`${name}: the operands are ${a.dtype}, which has no order`);
      }
      return [resultType(name, 'bool', broadcastShapes(name, a.shape, b.shape))];
    },
    evaluate(inputs, _attributes, [output]) {
      const [x, y] = atLeast(inputs, 2);
      const shape = output?.shape ?? [];
      const a = broadcastData(x.type.dtype, x.data, x.type.shape, shape);
      const b = broadcastData(y.type.dtype, y.data, y.type.shape, shape);
      const result = createData('bool', a.length);
      for (let i = 0; i < a.length; i++) result[i] = holds(a[i] ?? 0, b[i] ?? 0) ? 1 : 0;
      return [result];
    },
  });
}
