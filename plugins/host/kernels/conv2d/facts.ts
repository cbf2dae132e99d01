import {
  channelsLast,
  isFloat,
  ops,
  pattern,
  rowMajor,
  sameLayout,
  strided,
  type Conv2dAttributes,
  type KernelCall,
  type Layout,
  type Node,
  type Region,
  type Value,
} from 'match-compiler';
import { windowAxes, type WindowAxis } from '../../window.ts';

/** The convolution of a region with its operands and its window. */
export interface Convolution {
  readonly node: Node<Conv2dAttributes>;
  readonly x: Value;
  readonly w: Value;
  readonly bias: Value | undefined;
  readonly out: Value;
  readonly axes: readonly [WindowAxis, WindowAxis];
  readonly channelsPerGroup: number;
}

/** The node is captured as `conv`. */
export function convolutionOf(region: Region): Convolution {
  const node = pattern.captured(region.match, 'conv', ops.conv2d);
  const [x, w, bias] = node.inputs;
  const [out] = region.outputs;
  if (!x || !w || !out) throw new TypeError(`${node.name} lacks operands`);
  const [, channelsPerGroup = 1, kh = 1, kw = 1] = w.type.shape;
  const axes = windowAxes(x.type.shape, out.type.shape, { kernel: [kh, kw], ...node.attributes });
  return { node, x, w, bias, out, axes, channelsPerGroup };
}

/** The templates there are. */
export type Variant = 'pointwise' | 'channelsLast' | 'direct' | 'float';

/** Weight order for sums that run along contiguous channels: O,KH,KW,I. */
export const channelsInnermost = strided([0, 2, 3, 1]);
/** Weight order for sums of all filters at once: I,KH,KW,O. */
const filtersInnermost = strided([1, 2, 3, 0]);

/** The template for these layouts of input and output. */
export function variantOf({ node, w, axes }: Convolution, x: Layout, out: Layout): Variant {
  if (node.attributes.groups !== 1 || !w.constant || !sameLayout(x, channelsLast(4))) return 'direct';
  const { accumulator } = node.attributes;
  if (isFloat(accumulator)) {
    return accumulator === 'float32' && sameLayout(out, channelsLast(4)) ? 'float' : 'direct';
  }
  const pointwise = axes.every((axis) => axis.kernel === 1 && axis.padBefore === 0 && axis.padAfter === 0);
  return pointwise ? 'pointwise' : 'channelsLast';
}

/** How each template wants constant weights. */
export const weightLayouts: Readonly<Record<Variant, Layout>> = {
  pointwise: channelsInnermost,
  channelsLast: channelsInnermost,
  direct: rowMajor(4),
  float: filtersInnermost,
};

/** Layouts of input and output in a call. */
export function layoutsOfCall(
  { region, layouts }: KernelCall,
  { x }: Convolution,
): readonly [Layout, Layout] {
  const input = region.inputs.indexOf(x);
  const own = input >= 0 ? layouts.inputs[input] : layouts.constants[region.constants.indexOf(x)];
  return [own ?? rowMajor(4), layouts.outputs[0] ?? rowMajor(4)];
}
