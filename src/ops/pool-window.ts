import type { DataType } from '../ir/data-type.ts';
import { ShapeError } from '../ir/op.ts';
import type { TensorType } from '../ir/tensor.ts';
import { expectDtype, expectElements, expectRank } from './type-checks.ts';
import { windowAxes, type WindowAttributes, type WindowAxis } from './window.ts';

/** The axes of a pool over [N,C,H,W] and its output shape. @throws {ShapeError} */
export function poolWindow(
  op: string,
  x: TensorType,
  allowed: readonly DataType[],
  attributes: WindowAttributes,
): { readonly axes: readonly [WindowAxis, WindowAxis]; readonly shape: readonly number[] } {
  expectRank(op, 'the input', x, 4);
  expectElements(op, 'the input', x);
  expectDtype(op, 'the input', x, allowed);
  const [batch = 0, channels = 0, height = 0, width = 0] = x.shape;
  const axes = windowAxes(op, height, width, attributes);
  for (const axis of axes) {
    const reach = axis.dilation * (axis.kernel - 1) + 1;
    if (axis.padBefore >= reach || axis.padAfter >= reach) {
      throw new ShapeError(
        `${op}: pads ${axis.padBefore} and ${axis.padAfter} hide a window of ${reach} positions`,
      );
    }
  }
  return { axes, shape: [batch, channels, axes[0].output, axes[1].output] };
}
