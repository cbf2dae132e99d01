import { elementCount, ops, tensor, type Value } from 'match-compiler';
import { attributeInvalid, typesUnsupported } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
import type { OperatorTable } from './handler.ts';

/** Operators that repeat elements. */

/** Every repeated axis gets a new one before it, which grows. */
function importTile(operator: OperatorImport): Value {
  const x = operator.input(0);
  const { shape } = x.type;
  const repeats = operator.integers(1, 'multiples');
  if (repeats.length !== shape.length || repeats.some((count) => count < 0)) {
    throw attributeInvalid(
      operator,
      'its multiples',
      `are [${repeats.join(', ')}] for [${shape.join(', ')}]`,
    );
  }
  const pairs = (outer: (axis: number) => number): number[] =>
    shape.flatMap((extent, axis) => [outer(axis), extent]);
  const spread = operator.add(ops.reshape, [x], { shape: pairs(() => 1) }, 'spread');
  const grown = operator.add(ops.expand, [spread], { shape: pairs((axis) => repeats[axis] ?? 1) }, 'grown');
  return operator.result(ops.reshape, [grown], {
    shape: shape.map((extent, axis) => extent * (repeats[axis] ?? 1)),
  });
}

function importBroadcastTo(operator: OperatorImport): Value {
  return operator.result(ops.expand, [operator.input(0)], { shape: operator.integers(1, 'shape') });
}

function importFill(operator: OperatorImport): Value {
  return operator.result(ops.expand, [operator.input(1)], { shape: operator.integers(0, 'shape') });
}

function importZerosLike(operator: OperatorImport): Value {
  const { dtype, shape } = operator.input(0).type;
  if (operator.isQuantized(operator.inputTensor(0))) throw typesUnsupported(operator, `quantized ${dtype}`);
  return operator.constantResult(tensor(dtype, shape));
}

/** Shapes are known here, so the rank of a tensor is a constant. */
function importRank(operator: OperatorImport): Value {
  return operator.constantResult(tensor('int32', [], [operator.input(0).type.shape.length]));
}

/** Index tuples become one index each into x with its leading axes taken as one. */
function importGatherNd(operator: OperatorImport): Value {
  const [x, indices] = [operator.input(0), operator.input(1)];
  const { shape } = x.type;
  const depth = indices.type.shape.at(-1) ?? 0;
  if (indices.type.shape.length === 0 || depth > shape.length) {
    throw attributeInvalid(
      operator,
      'its list of indices',
      `has tuples of ${depth} for rank ${shape.length}`,
    );
  }
  const { dtype } = indices.type;
  const extents = shape.slice(0, depth);
  const steps = extents.map((_, axis) => elementCount(extents.slice(axis + 1)));
  const factors = operator.constant(tensor(dtype, [depth], steps), 'steps');
  const weighted = operator.add(ops.mul, [indices, factors], { dtype }, 'weighted');
  const axes = [indices.type.shape.length - 1];
  const index = operator.add(ops.reduceSum, [weighted], { axes, keepDims: false }, 'index');
  const flatShape = [elementCount(extents), ...shape.slice(depth)];
  const flat = operator.add(ops.reshape, [x], { shape: flatShape }, 'flat');
  return operator.result(ops.gather, [flat, index], { axis: 0 });
}

export const repetitions: OperatorTable = {
  TILE: importTile,
  BROADCAST_TO: importBroadcastTo,
  FILL: importFill,
  ZEROS_LIKE: importZerosLike,
  RANK: importRank,
  GATHER_ND: importGatherNd,
};
