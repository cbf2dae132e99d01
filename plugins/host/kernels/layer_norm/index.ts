import {
  cLiteral,
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type LayoutChoice,
  type ModulePattern,
  type Region,
} from 'match-compiler';
import { mathFunction } from '../../arithmetic-expressions.ts';
import { cycles } from '../../costs.ts';
import { elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { uniformLayouts } from '../../layout-choices.ts';
import { advanced, indexExpression, loopNest } from '../../loop-nest.ts';
import { broadcastOperandStrides, memoryOrder, Signature, type Operand } from '../../operands.ts';
import { rowCycles } from '../../row-nest.ts';
import text from './layer_norm.c';

const template = kernelTemplate('layer_norm/layer_norm.c', text);

/** Rows normalised by their own mean and variance. */
export const layerNormPattern: ModulePattern = {
  name: 'layer_norm',
  pattern: pattern.op(ops.layerNorm, { as: 'node' }),
  layouts: (region: Region): readonly LayoutChoice[] => uniformLayouts(region),
  cycles: (call) =>
    rowCycles(
      call,
      pattern.captured(call.region.match, 'node', ops.layerNorm).attributes.axis,
      cycles.libraryCall / 2,
    ),
  overlaps: (call) =>
    elementWiseOverlaps(call, (value) => value === call.region.root.inputs[0] && !isParameter(call, value)),
  kernel: { instantiate },
};

/** Whether a value scales or shifts the rows, and is read until the last of them. */
function isParameter({ region }: KernelCall, value: unknown): boolean {
  return region.root.inputs.slice(1).some((parameter) => parameter === value);
}

function instantiate(call: KernelCall): KernelInstance {
  const node = pattern.captured(call.region.match, 'node', ops.layerNorm);
  const { axis, epsilon } = node.attributes;
  const [value, scaleValue, biasValue] = node.inputs;
  if (!value) throw new TypeError(`${node.name} lacks its operand`);
  const signature = new Signature(call);
  const x = signature.read('x', value);
  const scale = scaleValue && signature.read('scale', scaleValue);
  const bias = biasValue && signature.read('bias', biasValue);
  const out = signature.write('out');
  const rest = x.shape.map((extent, i) => (i === axis ? 1 : extent));
  const strides = (operand: Operand | undefined): number[] =>
    operand ? broadcastOperandStrides(operand, x.shape) : rest.map(() => 0);
  const nest = loopNest(
    rest,
    memoryOrder(out),
    { x, out, scale: { strides: strides(scale) }, bias: { strides: strides(bias) } },
    ['n', 'j', 'k', 'l', 'm'],
  );
  const step = (stride = 0): string => indexExpression([['i', stride]]);
  const parameter = (operand: Operand | undefined, index: string): string => {
    const own = step(strides(operand)[axis]);
    const sum = own === '0' ? index : index === '0' ? own : `${index} + ${own}`;
    return `${operand?.name ?? ''}[${sum}]`;
  };
  const xStep = step(x.strides[axis]);
  const normal = `(row[${xStep}] - mean) / deviation`;
  const scaled = scale ? `${normal} * ${parameter(scale, nest.index.scale)}` : normal;
  const extent = x.shape[axis] ?? 1;
  return kernelInstance(call, template, 'layer_norm', signature, {
    holes: {
      loops: nest.heads,
      type: x.type,
      row: advanced(x.name, nest.index.x),
      result: advanced(out.name, nest.index.out),
      extent,
      x_step: xStep,
      out_step: step(out.strides[axis]),
      zero: cLiteral(x.dtype, 0),
      count: cLiteral(x.dtype, extent),
      epsilon: cLiteral(x.dtype, epsilon),
      sqrt: mathFunction('sqrt', x.dtype),
      normal: bias ? `${scaled} + ${parameter(bias, nest.index.bias)}` : scaled,
    },
    headers: ['math.h'],
  });
}
