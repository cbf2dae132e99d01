import { isInteger, ops, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import * as elementWise from './element-wise.ts';
import * as layers from './layers.ts';
import * as pooling from './pooling.ts';
import type { IntegerSession } from './session.ts';

/** Translates a node of an integer net whose inputs are integers. */
export type IntegerOperator = (
  node: NodeReader,
  build: NodeBuilder,
  session: IntegerSession,
) => Value | readonly Value[];

/** Operators that mean something else on integers than on floats. */
const integerOperators: ReadonlyMap<string, IntegerOperator> = new Map(
  Object.entries({
    Abs: elementWise.abs,
    Add: elementWise.add,
    AveragePool: pooling.averagePool,
    Cast: elementWise.cast,
    Ceil: elementWise.round,
    Clip: elementWise.clip,
    Concat: elementWise.concat,
    Conv: layers.conv,
    Div: elementWise.div,
    Floor: elementWise.round,
    Gemm: layers.gemm,
    GlobalAveragePool: pooling.globalAveragePool,
    MatMul: layers.matMul,
    Max: elementWise.max,
    Min: elementWise.min,
    Mul: elementWise.mul,
    Neg: elementWise.neg,
    ReduceMean: pooling.reduceMean,
    ReduceSum: pooling.reduceSum,
    Relu: elementWise.relu,
    Round: elementWise.round,
    Sub: elementWise.sub,
    Sum: elementWise.sum,
  }),
);

/** Operators that move elements or pick among them: the same on integers. */
const indifferent: ReadonlySet<string> = new Set([
  'DepthToSpace',
  'Dropout',
  'Expand',
  'Flatten',
  'Gather',
  'GlobalMaxPool',
  'Identity',
  'MaxPool',
  'Pad',
  'ReduceMax',
  'Reshape',
  'Resize',
  'Shape',
  'Size',
  'Slice',
  'SpaceToDepth',
  'Split',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
  'Upsample',
]);

/**
 * The operator for a node of an integer net: the integer one where an input is an integer made at run time, the
 * standard one on floats; what exists on floats only is computed in float32.
 */
export function inIntegerNet(
  op: string,
  standard: Operator | undefined,
  session: IntegerSession,
): Operator | undefined {
  const integer = integerOperators.get(op);
  if (!integer && !standard) return undefined;
  return (node, build) => {
    const inputs = node.node.inputs.map((_, index) => index).filter((index) => isRunTimeInteger(node, index));
    if (inputs.length === 0) return standard ? standard(node, build) : [];
    if (integer) return integer(node, build, session);
    if (!standard) return [];
    if (!indifferent.has(op)) {
      for (const index of inputs) {
        const real = build.step(ops.cast, [node.value(index)], { dtype: 'float32', saturate: false });
        node.replaceInput(index, real);
      }
      session.note(`${op} computed in float32`);
    }
    return standard(node, build);
  };
}

function isRunTimeInteger(node: NodeReader, index: number): boolean {
  if (!node.has(index) || node.constantOrUndefined(index)) return false;
  return isInteger(node.value(index).type.dtype);
}
