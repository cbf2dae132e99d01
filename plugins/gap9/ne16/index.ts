import { ops, pattern, type ModulePattern, type Pattern } from 'match-compiler';
import { shapeConditions } from './conditions.ts';
import type { Ne16Costs } from './costs.ts';
import { ne16Pattern, type PatternShape } from './pattern.ts';

export {
  dispatchCycles,
  jobCycles,
  jobListCycles,
  ne16Assumptions,
  type JobGroup,
  type Ne16Costs,
  type Ne16Job,
  type Ne16Mode,
} from './costs.ts';

const convolution = pattern.op(ops.conv2d);
const dense = pattern.op(ops.dense);

/** Alone, or with the requantize behind it. */
function scaled(inner: Pattern): Pattern {
  return pattern.optional((sums) => pattern.op(ops.requantize, { inputs: [sums] }), inner);
}

const either = scaled(pattern.oneOf(convolution, dense));

const shapes: readonly PatternShape[] = [
  ...bySize({
    name: 'conv3x3',
    mode: 'conv3x3',
    pattern: scaled(convolution),
    conditions: shapeConditions.conv3x3,
  }),
  ...bySize({
    name: 'conv3x3_stride2',
    mode: 'conv3x3',
    pattern: scaled(convolution),
    conditions: shapeConditions.conv3x3Stride2,
    synchronous: true,
  }),
  {
    name: 'depthwise3x3',
    mode: 'depthwise3x3',
    pattern: scaled(convolution),
    conditions: shapeConditions.depthwise3x3,
  },
  {
    name: 'depthwise3x3_stride2',
    mode: 'depthwise3x3',
    pattern: scaled(convolution),
    conditions: shapeConditions.depthwise3x3Stride2,
    synchronous: true,
  },
  ...bySize({ name: 'conv1x1', mode: 'conv1x1', pattern: either, conditions: shapeConditions.conv1x1 }),
  ...bySize({ name: 'linear', mode: 'linear', pattern: either, conditions: shapeConditions.linear }),
];

/** With whole blocks, and with smaller ones for layers whose blocks are large. */
function bySize(shape: PatternShape): readonly PatternShape[] {
  return [
    shape,
    ...[16, 8].map((channels) => ({
      ...shape,
      name: `${shape.name}_blocks${channels}`,
      blockChannels: channels,
    })),
  ];
}

/**
 * What NE16 runs: 3×3 windows and smaller ones, depthwise or not, with stride 1 or 2; 1×1 windows with any stride;
 * dense layers, 16 inputs at a time or 256 at a time. From uint8, with constant weights of 8 bits, to 32-bit sums or
 * through a requantize of the rule `shift` to uint8 or int8.
 */
export function ne16Patterns(costs: Ne16Costs): readonly ModulePattern[] {
  return shapes.map((shape) => ne16Pattern(shape, costs));
}
