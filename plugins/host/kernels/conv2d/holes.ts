import { cType, channelsLast, layoutStrides, type KernelInstance } from 'match-compiler';
import type { Epilogue } from '../../epilogue.ts';
import { advanced, indexExpression, loopHead, type Term } from '../../loop-nest.ts';
import { memoryOrder, type Operand } from '../../operands.ts';
import { accumulateStatement } from '../../products.ts';
import type { Window } from '../../window.ts';
import { channelsInnermost, type Convolution, type Variant } from './facts.ts';

/** What the templates are filled from. */
export interface Parts {
  readonly facts: Convolution;
  readonly x: Operand;
  readonly w: Operand;
  readonly out: Operand;
  readonly window: Window;
  readonly epilogue: Epilogue;
  /** Largest magnitude of a sum. */
  readonly bound: number;
}

export interface Filled {
  readonly holes: KernelInstance['holes'];
  readonly flags?: KernelInstance['flags'];
}

const positionNames = ['n', 'oc', 'oy', 'ox'] as const;
type Position = (typeof positionNames)[number];

/** The variable of an output axis, `0` where the axis has one index and thus no loop. */
export function variable(name: Position, out: Operand): string {
  return out.shape[positionNames.indexOf(name)] === 1 ? '0' : name;
}

/** Loops over some axes of the output in the given order, those of extent 1 left out. */
function loopsOver(out: Operand, axes: readonly number[]): string {
  return axes
    .filter((axis) => out.shape[axis] !== 1)
    .map((axis) => loopHead(positionNames[axis] ?? 'n', out.shape[axis] ?? 1))
    .join('\n');
}

function termsOf(operand: Operand, axes: readonly number[]): Term[] {
  return axes
    .filter((axis) => operand.shape[axis] !== 1)
    .map((axis) => [positionNames[axis] ?? 'n', operand.strides[axis] ?? 0]);
}

/** A term that vanishes with its variable. */
function term(name: string, factor: number): Term[] {
  return name === '0' ? [] : [[name, factor]];
}

function accumulate({ facts, x, w, bound }: Parts, xText: string, wText: string): string {
  const { inputZeroPoint, weightZeroPoint, accumulator } = facts.node.attributes;
  return accumulateStatement(
    { text: xText, dtype: x.dtype, zeroPoint: inputZeroPoint },
    { text: wText, dtype: w.dtype, zeroPoint: weightZeroPoint },
    accumulator,
    bound,
  );
}

/** Pixels outside, filters inside: the writes of one pixel follow each other. */
function pixelHoles({ facts, x, w, out, epilogue }: Parts): KernelInstance['holes'] {
  const filter: Term = ['oc', out.shape[1] === 1 ? 0 : (out.strides[1] ?? 1)];
  return {
    outer_loops: loopsOver(out, [0, 2, 3]),
    filters: out.shape[1] ?? 1,
    channels: facts.channelsPerGroup,
    x_type: x.type,
    w_type: w.type,
    acc_type: cType(facts.node.attributes.accumulator),
    store: epilogue.store(`out[${indexExpression([...termsOf(out, [0, 2, 3]), filter])}]`, 'oc'),
  };
}

function pointwise(parts: Parts): Filled {
  const { facts, x, out } = parts;
  const [rows, columns] = facts.axes;
  const index = indexExpression([
    ...termsOf(x, [0]),
    ...term(variable('oy', out), (x.strides[2] ?? 0) * rows.stride),
    ...term(variable('ox', out), (x.strides[3] ?? 0) * columns.stride),
  ]);
  return {
    holes: {
      ...pixelHoles(parts),
      pixel: advanced('x', index),
      filter: advanced('weights', indexExpression([['oc', facts.channelsPerGroup]])),
      accumulate: accumulate(parts, 'pixel[i]', 'filter[i]'),
    },
  };
}

function channelsLastWindow(parts: Parts): Filled {
  const { facts, x, w, window } = parts;
  const [, columns] = facts.axes;
  const channels = facts.channelsPerGroup;
  const strides = layoutStrides(channelsLast(4), [1, ...x.shape.slice(1)]);
  const weightStrides = layoutStrides(channelsInnermost, w.shape);
  const contiguous = columns.dilation === 1;
  const first = contiguous ? window.columns.from : 'kx';
  const { from, to } = window.columns;
  const taps = from === '0' ? to : `(${to} - ${from})`;
  const pixel = indexExpression([
    ...termsOf(x, [0]),
    ...term(window.row('ky'), strides[2] ?? 0),
    ...term(window.column(first), strides[3] ?? 0),
  ]);
  const filter = indexExpression([
    ['oc', weightStrides[0] ?? 0],
    ['ky', weightStrides[2] ?? 0],
    ...term(first, weightStrides[3] ?? 0),
  ]);
  return {
    holes: {
      ...pixelHoles(parts),
      ...window.holes,
      length: /^\d+$/.test(taps)
        ? Number(taps) * channels
        : channels === 1
          ? unwrapped(taps)
          : `${taps} * ${channels}`,
      pixel: advanced('x', pixel),
      filter: advanced('weights', filter),
      accumulate: accumulate(parts, 'pixel[i]', 'filter[i]'),
    },
    flags: { contiguous },
  };
}

/** Without the parentheses around the whole. */
function unwrapped(text: string): string {
  return text.replace(/^\((.*)\)$/, '$1');
}

function direct(parts: Parts): Filled {
  const { facts, x, w, out, window, epilogue } = parts;
  const { channelsPerGroup, node } = facts;
  const filter = variable('oc', out);
  const filtersPerGroup = (out.shape[1] ?? 1) / node.attributes.groups;
  const channelStride = x.strides[1] ?? 0;
  const group = filtersPerGroup === 1 || filter === '0' ? filter : `(${filter} / ${filtersPerGroup})`;
  const channel = channelsPerGroup === 1 ? '0' : 'ic';
  const xIndex = indexExpression([
    ...termsOf(x, [0]),
    ...(node.attributes.groups === 1 ? [] : term(group, channelsPerGroup * channelStride)),
    ...term(channel, channelStride),
    ...term(window.row('ky'), x.strides[2] ?? 0),
    ...term(window.column('kx'), x.strides[3] ?? 0),
  ]);
  const wIndex = indexExpression([
    ...term(filter, w.strides[0] ?? 0),
    ...term(channel, w.strides[1] ?? 0),
    ['ky', w.strides[2] ?? 0],
    ['kx', w.strides[3] ?? 0],
  ]);
  const order = memoryOrder(out);
  const split = 1 + Math.max(order.indexOf(2), order.indexOf(3));
  return {
    holes: {
      ...window.holes,
      outer_loops: loopsOver(out, order.slice(0, split)),
      inner_loops: loopsOver(out, order.slice(split)),
      channel_loop: channelsPerGroup === 1 ? '' : loopHead('ic', channelsPerGroup),
      acc_type: cType(node.attributes.accumulator),
      accumulate: accumulate(parts, `x[${xIndex}]`, `weights[${wIndex}]`),
      store: epilogue.store(`out[${indexExpression(termsOf(out, order))}]`, filter),
    },
  };
}

function float({ facts, x, w, out, window, epilogue }: Parts): Filled {
  const xIndex = indexExpression([
    ...termsOf(x, [0]),
    ...term(window.row('ky'), x.strides[2] ?? 0),
    ...term(window.column('kx'), x.strides[3] ?? 0),
    ['ic', x.strides[1] ?? 0],
  ]);
  const filter = indexExpression([
    ['ic', w.strides[1] ?? 0],
    ['ky', w.strides[2] ?? 0],
    ['kx', w.strides[3] ?? 0],
  ]);
  return {
    holes: {
      ...window.holes,
      outer_loops: loopsOver(out, [0, 2, 3]),
      filters: out.shape[1] ?? 1,
      channels: facts.channelsPerGroup,
      sums: advanced('out', indexExpression(termsOf(out, [0, 2, 3]))),
      x_index: xIndex,
      filter: advanced('weights', filter),
      store: epilogue.store('sums[oc]', 'oc'),
    },
    flags: { clips: epilogue.node !== undefined },
  };
}

/** How each template is filled. */
export const fillers: Readonly<Record<Variant, (parts: Parts) => Filled>> = {
  pointwise,
  channelsLast: channelsLastWindow,
  direct,
  float,
};
