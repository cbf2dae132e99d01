import {
  elementBytes,
  elementCount,
  layoutStrides,
  sameLayout,
  sameShape,
  type KernelCall,
  type Layout,
  type Overlap,
  type Value,
} from 'match-compiler';
import { cycles } from './costs.ts';
import { loopNest, type Access, type LoopNest } from './loop-nest.ts';
import { broadcastOperandStrides, channelStrides, memoryOrder, type Operand } from './operands.ts';

/**
 * Loops over a result in the order of its memory, with the index of every operand, broadcast. `channel` is
 * the index into vectors of `length` elements along `axis`.
 */
export function elementWiseNest<Name extends string>(
  out: Operand,
  operands: Readonly<Record<Name, Operand>>,
  channel: { readonly axis: number; readonly length: number } = { axis: 0, length: 1 },
): LoopNest<Name | 'out' | 'channel'> {
  const entries = Object.entries<Operand>(operands).map(
    ([name, operand]) => [name, { strides: broadcastOperandStrides(operand, out.shape) }] as const,
  );
  return loopNest(out.shape, memoryOrder(out), {
    ...Object.fromEntries(entries),
    out: { strides: out.strides },
    channel: { strides: channelStrides(out.shape, channel.axis, channel.length) },
  } as Readonly<Record<Name | 'out' | 'channel', Access>>);
}

/** Cycles of `perElement` work on every element of the result, more where an operand is walked with a stride. */
export function elementWiseCycles({ region, layouts }: KernelCall, perElement: number): number {
  const [out] = region.outputs;
  const [outLayout] = layouts.outputs;
  if (!out || !outLayout) return cycles.call;
  const order = outLayout.kind === 'strided' ? outLayout.order : [];
  const { shape } = out.type;
  const innermost = [...order].reverse().find((axis) => shape[axis] !== 1);
  let strided = 0;
  const visit = (value: Value, layout: Layout | undefined): void => {
    if (!layout || layout.kind !== 'strided' || innermost === undefined) return;
    const own = value.type.shape;
    const axis = innermost - (shape.length - own.length);
    if (axis < 0 || own[axis] === 1 || own[axis] === undefined) return;
    if (layoutStrides(layout, own)[axis] !== 1) strided++;
  };
  region.inputs.forEach((value, i) => visit(value, layouts.inputs[i]));
  region.constants.forEach((value, i) => visit(value, layouts.constants[i]));
  return Math.ceil(cycles.call + elementCount(shape) * (perElement + strided * cycles.stride));
}

/**
 * In place over every input of the result's shape and layout whose elements are no smaller: element i is read
 * before it is written, and nothing else is read from there.
 */
export function elementWiseOverlaps(
  { region, layouts }: KernelCall,
  reads: (value: Value) => boolean = () => true,
): readonly Overlap[] {
  const [out] = region.outputs;
  const [outLayout] = layouts.outputs;
  if (!out || !outLayout || region.outputs.length !== 1) return [];
  return region.inputs.flatMap((value, input) => {
    const layout = layouts.inputs[input];
    const fits =
      layout !== undefined &&
      reads(value) &&
      sameLayout(layout, outLayout) &&
      sameShape(value.type.shape, out.type.shape) &&
      elementBytes(out.type.dtype) <= elementBytes(value.type.dtype);
    return fits ? [{ input, output: 0, lead: 0 }] : [];
  });
}
