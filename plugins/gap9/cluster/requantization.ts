import {
  cLiteral,
  integerRange,
  isOp,
  ops,
  type DataType,
  type JobField,
  type Node,
  type Region,
  type RequantizeAttributes,
  type Value,
} from 'match-compiler';
import { scalingCycles } from './costs.ts';
import { isKnown } from './element-types.ts';

/** What the kernels do with a sum before they store it. */
export interface Scaling {
  /** Bytes of the constants of one channel. */
  readonly entryBytes: number;
  /** Writes the constants of a channel. */
  write(view: DataView, at: number, channel: number): void;
  /** Constants differ from channel to channel. */
  readonly perChannel: boolean;
  /** rule, zero points, bounds, divisor, denominator: in the order of the kernels' structs. */
  readonly fields: readonly JobField[];
  /** To scale, clip and store one result. */
  readonly cycles: number;
}

const ruleCodes = { single: 1, double: 2, 'real-even': 3, floor: 4, shift: 5 } as const;
const entryBytes = { single: 8, double: 8, 'real-even': 8, floor: 16, shift: 12 } as const;

/** Zero points of sums up to this size leave room for the product in 64 bits. */
const largestInputZeroPoint = 2 ** 24;

/** Can the kernels scale by this node, whose constants may differ along `channelAxis`? */
export function scalingReason(node: Node<RequantizeAttributes>, channelAxis: number): true | string {
  const [sum, ...constants] = node.inputs;
  const { rule, inputZeroPoint, zeroPoint, axis, dtype } = node.attributes;
  if (sum && !isKnown(sum.type.dtype)) return `scales ${sum.type.dtype}`;
  if (!isKnown(dtype)) return `scales to ${dtype}`;
  if (constants.some((value) => !value.constant)) return 'scales by values that are not constant';
  if (constants.some((value) => (value.type.shape[0] ?? 1) > 1) && axis !== channelAxis)
    return `scales along axis ${axis}, not ${channelAxis}`;
  if (Math.abs(inputZeroPoint) > largestInputZeroPoint)
    return `subtracts a zero point of ${inputZeroPoint} from its sums`;
  if (Math.abs(zeroPoint) >= 2 ** 31) return `adds a zero point of ${zeroPoint}`;
  if (rule === 'floor') {
    const [multiplier, addend] = constants;
    const sums = 2 ** 31 + largestInputZeroPoint;
    if (largest(multiplier) * sums + largest(addend) >= 2 ** 62) return 'scales beyond 64 bits';
  }
  return true;
}

/** The scaling of a requantize, the bounds of a clip, or neither: sums stored as they are. */
export function scalingOf(root: Node, output: DataType): Scaling {
  if (isOp(root, ops.requantize)) return requantization(root);
  const range = integerRange(output);
  const { min, max } = isOp(root, ops.clip) ? root.attributes : range;
  return {
    entryBytes: 0,
    write: () => undefined,
    perChannel: false,
    fields: scalingFields({ rule: 0, inputZeroPoint: 0, zeroPoint: 0, min, max, divisor: 1, denominator: 1 }),
    cycles: 2,
  };
}

/** The scaling of a region whose root may be a requantize. */
export function scalingOfRegion({ root, outputs }: Region): Scaling {
  return scalingOf(root, outputs[0]?.type.dtype ?? 'int32');
}

function requantization({ inputs, attributes }: Node<RequantizeAttributes>): Scaling {
  const { rule, divisor = 1, denominator = 1 } = attributes;
  const [, first, second, third] = inputs;
  const perChannel = [first, second, third].some((value) => (value?.type.shape[0] ?? 1) > 1);
  return {
    entryBytes: entryBytes[rule],
    perChannel,
    write(view, at, channel) {
      switch (rule) {
        case 'single':
        case 'double':
          view.setInt32(at, Number(entryOf(first, channel)), true);
          view.setInt32(at + 4, Number(entryOf(second, channel)), true);
          return;
        case 'real-even':
          view.setFloat64(at, Number(entryOf(first, channel)), true);
          return;
        case 'floor':
          view.setBigInt64(at, BigInt(entryOf(second, channel)), true);
          view.setInt32(at + 8, Number(entryOf(first, channel)), true);
          return;
        case 'shift':
          view.setInt32(at, Number(entryOf(first, channel)), true);
          view.setInt32(at + 4, Number(entryOf(second, channel)), true);
          view.setInt32(at + 8, Number(entryOf(third, channel)), true);
      }
    },
    fields: scalingFields({ ...attributes, rule: ruleCodes[rule], divisor, denominator }),
    cycles: cyclesOf(attributes, second),
  };
}

function cyclesOf({ rule, divisor = 1 }: RequantizeAttributes, second: Value | undefined): number {
  switch (rule) {
    case 'single': {
      const shifts = second?.constant?.data ?? [];
      const high = Array.from(shifts, Number).every((shift) => shift <= -2);
      return high ? scalingCycles.single : scalingCycles.singleWide;
    }
    case 'floor':
      return Number.isInteger(Math.log2(divisor)) ? scalingCycles.floor : scalingCycles.floorDivision;
    case 'real-even':
      return scalingCycles.realEven;
    default:
      return scalingCycles[rule];
  }
}

/** Values for the last fields of the kernels' structs. */
export function scalingFields(values: {
  readonly rule: number;
  readonly inputZeroPoint: number;
  readonly zeroPoint: number;
  readonly min: number;
  readonly max: number;
  readonly divisor: number;
  readonly denominator: number;
}): readonly JobField[] {
  const int32 = (value: number): string => cLiteral('int32', value);
  return [
    { name: 'rule', value: values.rule },
    { name: 'input_zero_point', value: int32(values.inputZeroPoint) },
    { name: 'zero_point', value: int32(values.zeroPoint) },
    { name: 'low', value: int32(Math.max(values.min, -(2 ** 31))) },
    { name: 'high', value: int32(Math.min(values.max, 2 ** 31 - 1)) },
    { name: 'divisor', value: cLiteral('int64', BigInt(values.divisor)) },
    { name: 'denominator', value: cLiteral('float64', values.denominator) },
  ];
}

/** The entry of a channel, or the only one. */
function entryOf(value: Value | undefined, channel: number): number | bigint {
  const data = value?.constant?.data ?? [0];
  return data[data.length === 1 ? 0 : channel] ?? 0;
}

function largest(value: Value | undefined): number {
  let result = 0;
  for (const item of value?.constant?.data ?? []) result = Math.max(result, Math.abs(Number(item)));
  return result;
}
