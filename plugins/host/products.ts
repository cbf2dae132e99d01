import { cLiteral, integerRange, isFloat, isWide, type DataType, type Value } from 'match-compiler';
import { accumulatorType, typeBound } from './accumulator.ts';

/** One factor of a sum of products: its element in C, its type, what is subtracted from it. */
export interface Factor {
  readonly text: string;
  readonly dtype: DataType;
  readonly zeroPoint: number;
}

/**
 * The statement that adds (a − za)·(b − zb) to `acc`, in the accumulator's type. Goes through unsigned types
 * exactly where a product or the sum could leave the signed ones.
 *
 * @param bound largest magnitude of the whole sum
 */
export function accumulateStatement(a: Factor, b: Factor, accumulator: DataType, bound: number): string {
  if (isFloat(accumulator)) return `acc += ${a.text} * ${b.text};`;
  const { type, wraps, unsigned } = accumulatorType(accumulator, bound);
  const product = largestMagnitude(a) * largestMagnitude(b);
  const fits32 = Math.max(product, largestMagnitude(a), largestMagnitude(b)) < 2 ** 31;
  if (fits32 || (isWide(accumulator) && product < 2 ** 63)) {
    const wide = fits32 ? 'int32_t' : 'int64_t';
    const text = `${shifted(a, wide)} * ${shifted(b, b.zeroPoint === 0 ? '' : wide)}`;
    return wraps ? `acc = (${type})((${unsigned})acc + (${unsigned})(${text}));` : `acc += ${text};`;
  }
  return `acc = (${type})((${unsigned})acc + ${shifted(a, unsigned)} * ${shifted(b, unsigned)});`;
}

/** The element minus its zero point, converted first. */
function shifted({ text, zeroPoint }: Factor, type: string): string {
  const value = type === '' ? text : `(${type})${text}`;
  if (zeroPoint === 0) return value;
  const suffix = type.startsWith('u') ? 'u' : '';
  return `(${value} ${zeroPoint > 0 ? '-' : '+'} ${Math.abs(zeroPoint)}${suffix})`;
}

function largestMagnitude({ dtype, zeroPoint }: Pick<Factor, 'dtype' | 'zeroPoint'>): number {
  const { min, max } = integerRange(dtype);
  return Math.max(Math.abs(min - zeroPoint), Math.abs(max - zeroPoint));
}

/**
 * A bound on |bias + Σ (x − zx)·(w − zw)| over `depth` products: from the weights themselves where they are
 * constant, those of a result `stride` apart and those of consecutive results `step` apart.
 */
export function sumBound(
  x: Pick<Factor, 'dtype' | 'zeroPoint'>,
  weights: Value,
  weightZeroPoint: number,
  groups: {
    readonly count: number;
    readonly depth: number;
    readonly stride: number;
    readonly step: number;
    readonly start?: number;
  },
  bias: Value | undefined,
): number {
  const { count, depth, stride, step, start = 0 } = groups;
  const largest = largestMagnitude(x);
  const biasBound = (): number =>
    bias ? (bias.constant ? largestElement(bias) : typeBound(bias.type.dtype)) : 0;
  const data = weights.constant?.data;
  if (!data) {
    const w = { dtype: weights.type.dtype, zeroPoint: weightZeroPoint };
    return depth * largest * largestMagnitude(w) + biasBound();
  }
  let sum = 0;
  for (let group = 0; group < count; group++) {
    let own = 0;
    for (let k = 0; k < depth; k++) {
      own += Math.abs(Number(data[start + group * step + k * stride]) - weightZeroPoint);
    }
    const offset = bias?.constant ? Math.abs(Number(bias.constant.data[group] ?? 0)) : 0;
    sum = Math.max(sum, own * largest + offset);
  }
  return bias && !bias.constant ? sum + biasBound() : sum;
}

function largestElement(value: Value): number {
  let largest = 0;
  for (const item of value.constant?.data ?? []) largest = Math.max(largest, Math.abs(Number(item)));
  return largest;
}

/** `bias[channel]`, or nothing to start from. */
export function initialValue(bias: string | undefined, dtype: DataType): string {
  return bias ?? (isFloat(dtype) ? cLiteral(dtype, 0) : '0');
}
