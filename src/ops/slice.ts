import { defineOp, ShapeError } from '../ir/op.ts';
import { stridesOf } from '../ir/tensor.ts';
import { gatherStrided } from './broadcast.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

export type SliceAttributes = {
  /** One entry per axis in all three lists. */
  readonly starts: readonly number[];
  /** Exclusive; −1 for a step below 0 that runs through index 0. */
  readonly ends: readonly number[];
  /** Not 0. */
  readonly steps: readonly number[];
};

const name = 'slice';

/** Every step-th element from start up to (not including) end, along each axis. */
export const slice = defineOp<SliceAttributes>({
  name,
  summary: 'A regular part of a tensor',
  infer(inputs, { starts, ends, steps }) {
    const [x] = expectInputs(name, inputs, 1);
    const rank = x.shape.length;
    if ([starts, ends, steps].some((list) => list.length !== rank)) {
      throw new ShapeError(
        `${name}: ${starts.length} starts, ${ends.length} ends, ${steps.length} steps for rank ${rank}`,
      );
    }
    const shape = x.shape.map((extent, axis) => {
      const [start, end, step] = [starts[axis] ?? NaN, ends[axis] ?? NaN, steps[axis] ?? NaN];
      const forward = step > 0;
      const inside = forward
        ? start >= 0 && start <= extent && end >= 0 && end <= extent
        : start >= 0 && end >= -1;
      const integers = [start, end, step].every((value) => Number.isSafeInteger(value));
      const count = Math.max(0, Math.ceil((end - start) / step));
      if (!integers || step === 0 || !inside || (!forward && count > 0 && start >= extent)) {
        throw new ShapeError(`${name}: ${start}..${end} by ${step} on axis ${axis} of ${extent}`);
      }
      return count;
    });
    return [resultType(name, x.dtype, shape)];
  },
  evaluate(inputs, { starts, steps }, [output]) {
    const [x] = atLeast(inputs, 1);
    const strides = stridesOf(x.type.shape);
    const offset = starts.reduce((sum, start, axis) => sum + start * (strides[axis] ?? 0), 0);
    const steppedStrides = strides.map((stride, axis) => stride * (steps[axis] ?? 1));
    return [gatherStrided(x.type.dtype, x.data, output?.shape ?? [], steppedStrides, offset)];
  },
});
