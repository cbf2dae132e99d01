import {
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
  type OpDefinition,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import { elementWiseCycles, elementWiseNest, elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { uniformLayouts } from '../../layout-choices.ts';
import { Signature } from '../../operands.ts';
import { unaryStatements } from './expressions.ts';
import text from './unary.c';

const template = kernelTemplate('unary/unary.c', text);

const operators = [
  ops.clip,
  ops.sigmoid,
  ops.tanh,
  ops.exp,
  ops.log,
  ops.sqrt,
  ops.abs,
  ops.neg,
  ops.floor,
  ops.ceil,
  ops.round,
  ops.erf,
  ops.gelu,
  ops.softplus,
  ops.leakyRelu,
  ops.elu,
  ops.hardSigmoid,
  ops.hardSwish,
  ops.cast,
  ops.changeSign,
  ops.sin,
  ops.cos,
  ops.tan,
  ops.asin,
  ops.acos,
  ops.atan,
  ops.sinh,
  ops.cosh,
  ops.asinh,
  ops.acosh,
  ops.atanh,
  ops.sign,
  ops.bitwiseNot,
  ops.isNan,
  ops.isInf,
  ops.thresholdedRelu,
  ops.shrink,
] as unknown as readonly OpDefinition[];

const [first, ...others] = operators.map((operator) => pattern.op(operator));
if (!first) throw new TypeError('no unary operators');

/** Element-wise operators of one operand. */
export const unaryPattern: ModulePattern = {
  name: 'unary',
  pattern: pattern.oneOf(first, ...others),
  layouts: uniformLayouts,
  cycles: ({ region, ...call }) =>
    elementWiseCycles(
      { region, ...call },
      cycles.element + (region.root.op.inexact ? cycles.libraryCall : 1),
    ),
  overlaps: (call) => elementWiseOverlaps(call),
  kernel: { instantiate },
};

/** Operators that are called like a function of the C library. */
const libraryNames: ReadonlySet<string> = new Set(
  [
    ops.sin,
    ops.cos,
    ops.tan,
    ops.asin,
    ops.acos,
    ops.atan,
    ops.sinh,
    ops.cosh,
    ops.asinh,
    ops.acosh,
    ops.atanh,
  ].map(({ name }) => name),
);

const kernelName = (operator: string): string => (libraryNames.has(operator) ? `${operator}_each` : operator);

function instantiate(call: KernelCall): KernelInstance {
  const { root } = call.region;
  const [value] = root.inputs;
  if (!value) throw new TypeError(`${root.name} lacks its operand`);
  const signature = new Signature(call);
  const x = signature.read('in', value);
  const out = signature.write('out');
  const nest = elementWiseNest(out, { x });
  const { lines, support = [], headers = [] } = unaryStatements(root, x.dtype, out.dtype);
  const statements = [...lines.slice(0, -1), `out[${nest.index.out}] = ${lines.at(-1) ?? 'x'};`];
  return kernelInstance(call, template, kernelName(root.op.name), signature, {
    holes: { loops: nest.heads, type: x.type, in_index: nest.index.x, store: statements.join('\n') },
    support,
    headers,
  });
}
