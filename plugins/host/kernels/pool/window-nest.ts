import {
  channelsLast,
  elementBytes,
  elementCount,
  sameLayout,
  type KernelCall,
  type KernelInstance,
  type Node,
  type Overlap,
  type Region,
} from 'match-compiler';
import { cycles, storeCycles } from '../../costs.ts';
import { windowOverlaps } from '../../diagonal-overlap.ts';
import { indexExpression, loopHead, type Term } from '../../loop-nest.ts';
import { memoryOrder, Signature, type Operand } from '../../operands.ts';
import { tapsInside, windowAxes, windowOf, type Window, type WindowAxis } from '../../window.ts';

/** C expressions of where elements lie, for what they would be indexed by if they lay in the operand's own strides. */
export interface PoolPositions {
  readonly x: (index: string) => string;
  readonly out: (index: string) => string;
}

/** Where the strides say. */
export const inPlace: PoolPositions = { x: (index) => index, out: (index) => index };

/** The pooling node of a region and its window. */
export interface Pool {
  readonly node: Node;
  readonly axes: readonly [WindowAxis, WindowAxis];
}

export function poolOf(region: Region): Pool {
  const node = region.match.captures.get('pool');
  const [x] = node?.inputs ?? [];
  const [out] = region.outputs;
  if (!node || !x || !out) throw new TypeError('no pooling in this region');
  const list = (name: string): readonly number[] | undefined =>
    node.attributes[name] as readonly number[] | undefined;
  const axes = windowAxes(x.type.shape, out.type.shape, {
    kernel: list('kernel') ?? [1, 1],
    strides: list('strides') ?? [1, 1],
    dilations: list('dilations') ?? [1, 1],
    pads: list('pads') ?? [0, 0, 0, 0],
  });
  return { node, axes };
}

/** Operands of a pooling kernel: `x` first, the output last. */
export function poolOperands(
  call: KernelCall,
  { node }: Pool,
): { readonly signature: Signature; readonly x: Operand; readonly out: Operand } {
  const [value] = node.inputs;
  if (!value) throw new TypeError(`${node.name} lacks its operand`);
  const signature = new Signature(call);
  const x = signature.read('x', value);
  return { signature, x, out: signature.write('out') };
}

/** Loops over the output in the order of its memory, and the window of each element. */
export interface WindowNest {
  /** Loops and declarations, all but the index of the input. */
  readonly holes: KernelInstance['holes'];
  readonly xIndex: string;
  readonly outIndex: string;
  readonly channel: string;
  readonly window: Window;
}

export function windowNest(
  x: Operand,
  out: Operand,
  axes: readonly [WindowAxis, WindowAxis],
  positions = inPlace,
): WindowNest {
  const names = ['n', 'c', 'oy', 'ox'];
  const order = memoryOrder(out);
  const looped = (part: readonly number[]): number[] => part.filter((axis) => out.shape[axis] !== 1);
  const heads = (part: readonly number[]): string =>
    looped(part)
      .map((axis) => loopHead(names[axis] ?? 'n', out.shape[axis] ?? 1))
      .join('\n');
  const terms = (operand: Operand, part: readonly number[]): Term[] =>
    looped(part).map((axis) => [names[axis] ?? 'n', operand.strides[axis] ?? 0]);
  const position = (text: string, stride: number): Term[] => (text === '0' ? [] : [[text, stride]]);
  const window = windowOf(axes);
  const split = 1 + Math.max(order.indexOf(2), order.indexOf(3));
  return {
    holes: {
      outer_loops: heads(order.slice(0, split)),
      inner_loops: heads(order.slice(split)),
      ...window.holes,
    },
    xIndex: positions.x(
      indexExpression([
        ...terms(x, [0, 1]),
        ...position(window.row('ky'), x.strides[2] ?? 0),
        ...position(window.column('kx'), x.strides[3] ?? 0),
      ]),
    ),
    outIndex: positions.out(indexExpression(terms(out, order))),
    channel: out.shape[1] === 1 ? '0' : 'c',
    window,
  };
}

export function poolCycles({ region, layouts }: KernelCall): number {
  const { node, axes } = poolOf(region);
  const [out] = region.outputs;
  if (!out) return cycles.call;
  const [batch = 1, channels = 1] = out.type.shape;
  const [from, to] = [layouts.inputs[0], layouts.outputs[0]];
  const last = channelsLast(4);
  const scattered = from && to && sameLayout(from, last) !== sameLayout(to, last) ? cycles.stride : 0;
  const taps = batch * channels * tapsInside(axes) * cycles.tap;
  const store = storeCycles(region);
  const division = node.op.name === 'average_pool2d' ? cycles.libraryCall / 2 : 0;
  const outputs = elementCount(out.type.shape) * (store + cycles.pixel + division + scattered);
  return Math.ceil(cycles.call + taps + outputs);
}

export function poolOverlaps(call: KernelCall): readonly Overlap[] {
  const pool = poolOf(call.region);
  if (call.region.inputs[0] !== pool.node.inputs[0]) return [];
  const { x, out } = poolOperands(call, pool);
  return windowOverlaps(x, out, pool.axes, { x: elementBytes(x.dtype), out: elementBytes(out.dtype) }, true);
}
