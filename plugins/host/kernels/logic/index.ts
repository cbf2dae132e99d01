import {
  cType,
  elementBytes,
  ops,
  pattern,
  type DataType,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
  type Node,
  type OpDefinition,
} from 'match-compiler';
import { isNarrow } from '../../arithmetic-expressions.ts';
import { cycles } from '../../costs.ts';
import { elementWiseCycles, elementWiseNest, elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { uniformLayouts } from '../../layout-choices.ts';
import { Signature } from '../../operands.ts';
import text from './logic.c';

const template = kernelTemplate('logic/logic.c', text);

/** C operators of the comparisons and of what works on bits. */
const operators: Readonly<Record<string, string>> = {
  [ops.equal.name]: '==',
  [ops.less.name]: '<',
  [ops.lessOrEqual.name]: '<=',
  [ops.greater.name]: '>',
  [ops.greaterOrEqual.name]: '>=',
  [ops.bitwiseAnd.name]: '&',
  [ops.bitwiseOr.name]: '|',
  [ops.bitwiseXor.name]: '^',
};

const definitions = [
  ops.equal,
  ops.less,
  ops.lessOrEqual,
  ops.greater,
  ops.greaterOrEqual,
  ops.bitwiseAnd,
  ops.bitwiseOr,
  ops.bitwiseXor,
  ops.bitShift,
] as unknown as readonly OpDefinition[];

const [first, ...others] = definitions.map((operator) => pattern.op(operator));
if (!first) throw new TypeError('no logical operators');

/** Comparisons, operators on bits and bools, and shifts, broadcast. */
export const logicPattern: ModulePattern = {
  name: 'logic',
  pattern: pattern.oneOf(first, ...others),
  layouts: uniformLayouts,
  cycles: (call) => elementWiseCycles(call, cycles.element + 1),
  overlaps: (call) => elementWiseOverlaps(call),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { root } = call.region;
  const [left, right] = root.inputs;
  if (!left || !right) throw new TypeError(`${root.op.name} lacks operands`);
  const signature = new Signature(call);
  const a = signature.read('a', left);
  const b = signature.read('b', right);
  const out = signature.write('out');
  const nest = elementWiseNest(out, { a, b });
  return kernelInstance(call, template, root.op.name, signature, {
    holes: {
      loops: nest.heads,
      type: a.type,
      a_index: nest.index.a,
      b_index: nest.index.b,
      out_index: nest.index.out,
      result: expression(root, a.dtype, out.dtype),
    },
  });
}

function expression(node: Node, from: DataType, to: DataType): string {
  const symbol = operators[node.op.name];
  const cast = (value: string): string => `(${cType(to)})(${value})`;
  if (symbol === undefined) return shift(node.attributes['direction'] === 'left', from);
  const narrow = to === 'bool' || isNarrow(to);
  return narrow ? cast(`x ${symbol} y`) : `x ${symbol} y`;
}

/** A shift by the width or more is undefined in C. */
function shift(left: boolean, dtype: DataType): string {
  const bits = 8 * elementBytes(dtype);
  const operand = isNarrow(dtype) ? '(uint32_t)x' : 'x';
  const shifted = `y < ${bits}u ? ${operand} ${left ? '<<' : '>>'} y : 0u`;
  return isNarrow(dtype) ? `(${cType(dtype)})(${shifted})` : shifted;
}
