import { isOp, locationsOf, ops, type Rewriter, type Value } from 'match-compiler';
import { finish, isExpressible, type Lowering } from './lowering.ts';
import { activationTypes, dequantized, type Dequantized } from './quantized-value.ts';

interface Mean {
  readonly x: Dequantized;
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly ceilMode: boolean;
}

/** Means of windows or of whole planes: an integer sum, whose count joins the output scale. */
export function lowerPool(lowering: Lowering): boolean {
  const { rewriter, tail } = lowering;
  if (!rewriter.hasSingleUse(tail.source)) return false;
  const node = rewriter.producer(tail.source);
  const mean = meanOf(tail.source, rewriter);
  if (!node || !mean || !activationTypes.includes(mean.x.dtype)) return false;
  const { x, kernel, strides, pads, ceilMode } = mean;
  const count = kernel.reduce((a, b) => a * b, 1);
  const scaling = { inputScale: 1, weightScales: [x.scale], axis: 0, operator: 'pool', count } as const;
  if (!isExpressible(scaling, tail) || count * 2 ** 16 >= 2 ** 31) return false;
  const sum = rewriter.add1(
    ops.sumPool2d,
    [x.value],
    { kernel, strides, pads, ceilMode, inputZeroPoint: x.zeroPoint },
    { name: node.name, loc: locationsOf(node, x.node) },
  );
  finish(lowering, sum, scaling);
  return true;
}

function meanOf(value: Value, rewriter: Rewriter): Mean | undefined {
  const node = rewriter.producer(value);
  const [input] = node?.inputs ?? [];
  const x = dequantized(input, rewriter);
  if (!node || !input || !x || input.type.shape.length !== 4) return undefined;
  const [, , height = 1, width = 1] = input.type.shape;
  if (isOp(node, ops.reduceMean)) {
    const axes = [...node.attributes.axes].sort((a, b) => a - b);
    if (axes.length !== 2 || axes[0] !== 2 || axes[1] !== 3) return undefined;
    return { x, kernel: [height, width], strides: [1, 1], pads: [0, 0, 0, 0], ceilMode: false };
  }
  if (!isOp(node, ops.averagePool2d)) return undefined;
  const { kernel, strides, dilations, pads, ceilMode, countIncludePad } = node.attributes;
  if (dilations?.some((dilation) => dilation !== 1)) return undefined;
  // The count must be the same everywhere: no window may leave out a position.
  if (pads.some((pad) => pad > 0) && !countIncludePad) return undefined;
  const [, , rows = 1, columns = 1] = value.type.shape;
  const hangs = [rows, columns].some((outputs, i) => {
    const room = ([height, width][i] ?? 0) + (pads[i] ?? 0) + (pads[i + 2] ?? 0);
    return (outputs - 1) * (strides[i] ?? 1) + (kernel[i] ?? 1) > room;
  });
  return hangs ? undefined : { x, kernel, strides, pads, ceilMode };
}
