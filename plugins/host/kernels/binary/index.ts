import {
  cType,
  ops,
  pattern,
  type BinaryAttributes,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
  type Node,
  type OpDefinition,
  type Region,
} from 'match-compiler';
import { binaryBound, binaryExpression, converted } from '../../arithmetic-expressions.ts';
import { cycles } from '../../costs.ts';
import { elementWiseCycles, elementWiseNest, elementWiseOverlaps } from '../../element-wise.ts';
import { epilogueOf } from '../../epilogue.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { uniformLayouts } from '../../layout-choices.ts';
import { Signature } from '../../operands.ts';
import text from './binary.c';

const template = kernelTemplate('binary/binary.c', text);

const operators: readonly OpDefinition<BinaryAttributes>[] = [
  ops.add,
  ops.sub,
  ops.mul,
  ops.div,
  ops.minimum,
  ops.maximum,
  ops.pow,
  ops.modulo,
];

const slow: ReadonlySet<string> = new Set(['div', 'pow', 'modulo']);

const [first, ...others] = operators.map((operator) => pattern.op(operator, { as: 'binary' }));
if (!first) throw new TypeError('no binary operators');

/** Element-wise operators of two operands, broadcast. */
export const binaryPattern: ModulePattern = {
  name: 'binary',
  pattern: pattern.oneOf(first, ...others),
  layouts: uniformLayouts,
  cycles: predictCycles,
  overlaps: (call) => elementWiseOverlaps(call),
  kernel: { instantiate },
};

/** A sum of accumulators and the requantize behind it: the addition of integer networks. */
export const addRequantizePattern: ModulePattern = {
  ...binaryPattern,
  name: 'add_requantize',
  pattern: pattern.op(ops.requantize, {
    inputs: [
      pattern.op(ops.add, {
        as: 'binary',
        where: [(node) => /^int(8|16|32)$/.test(node.attributes.dtype) || `adds ${node.attributes.dtype}`],
      }),
    ],
  }),
};

function binaryNode(region: Region): Node<BinaryAttributes> {
  const node = region.match.captures.get('binary');
  if (!node) throw new TypeError('no binary operator in this region');
  return node as unknown as Node<BinaryAttributes>;
}

function predictCycles(call: KernelCall): number {
  const node = binaryNode(call.region);
  const work = cycles.element + (slow.has(node.op.name) ? cycles.libraryCall : 1);
  return elementWiseCycles(call, work + (call.region.nodes.length > 1 ? cycles.requantize : 0));
}

function instantiate(call: KernelCall): KernelInstance {
  const node = binaryNode(call.region);
  const { dtype, rounding = 'truncate' } = node.attributes;
  const [first, second] = node.inputs;
  if (!first || !second) throw new TypeError(`${node.name} lacks operands`);
  const signature = new Signature(call);
  const a = signature.read('a', first);
  const b = signature.read('b', second);
  const out = signature.write('out');
  const { root } = call.region;
  const bound = binaryBound(node.op.name, a.dtype, b.dtype);
  const result = binaryExpression(node.op.name, dtype, rounding, bound);
  const accumulator = { dtype, ...(bound < 2 ** 31 && { bound }) };
  const epilogue = epilogueOf(call.region, node, signature, out, accumulator);
  const axis = Number(epilogue.node ? root.attributes['axis'] : 0);
  const length = epilogue.node ? (out.shape[axis] ?? 1) : 1;
  const nest = elementWiseNest(out, { a, b }, { axis, length: perChannel(root) ? length : 1 });
  return kernelInstance(
    call,
    template,
    epilogue.node ? `${node.op.name}_requantize` : node.op.name,
    signature,
    {
      holes: {
        loops: nest.heads,
        type: cType(dtype),
        x: converted(`a[${nest.index.a}]`, a.dtype, dtype),
        y: converted(`b[${nest.index.b}]`, b.dtype, dtype),
        result: result.text,
        store: epilogue.store(`out[${nest.index.out}]`, nest.index.channel),
      },
      support: [...(result.support ?? []), ...epilogue.support],
      headers: result.headers ?? [],
    },
  );
}

/** Whether a requantize has a constant per channel. */
function perChannel(root: Node): boolean {
  return root.inputs.slice(1).some((value) => (value.type.shape[0] ?? 1) > 1);
}
