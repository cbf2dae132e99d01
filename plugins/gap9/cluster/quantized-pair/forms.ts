import {
  addLeftShift,
  addScales,
  integerRange,
  ops,
  quantizeMultiplier,
  requantizeDouble,
  requantizeSingle,
  tensor,
  type DataType,
  type JobField,
  type QuantizedBinaryAttributes,
  type QuantizedMultiplier,
  type Tensor,
} from 'match-compiler';
import { costs, scalingCycles } from '../costs.ts';
import { scalingFields } from '../requantization.ts';

/** How the kernel computes a quantized sum or product. */
export interface PairForm {
  readonly form: number;
  /** 16 bytes of constants, then two tables where the form has them. */
  readonly constants: Uint8Array;
  readonly fields: readonly JobField[];
  /** Per element. */
  readonly cycles: number;
}

const codes = { linear: 0, sums: 1, products: 2, realSums: 3, realProducts: 4 } as const;

/** Two factors, an addend, a shift: y = (a·m0 + b·m1 + addend) >> shift, limited. */
interface Linear {
  readonly factors: readonly [number, number];
  readonly addend: number;
  readonly shift: number;
}

/** The cheapest form that gives exactly what the operator says for every pair of bytes. */
export function pairForm(
  sum: boolean,
  attributes: QuantizedBinaryAttributes,
  a: DataType,
  b: DataType,
): PairForm {
  const bounds = { min: attributes.min, max: attributes.max };
  const plain = { rule: 5, inputZeroPoint: 0, zeroPoint: 0, divisor: 1, denominator: 1, ...bounds };
  const linear = sum ? linearForm(attributes, a, b) : undefined;
  if (linear) {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    [...linear.factors, linear.addend, linear.shift].forEach((value, i) => view.setInt32(4 * i, value, true));
    return { form: codes.linear, constants: bytes, fields: scalingFields(plain), cycles: costs.addElement };
  }
  const shifted = sum ? shiftedTables(attributes, a, b) : undefined;
  if (shifted) {
    const { tables, addend, shift } = shifted;
    const bytes = new Uint8Array(16 + 2 * 1024);
    const view = new DataView(bytes.buffer);
    [1, addend, shift].forEach((value, i) => view.setInt32(4 * i, value, true));
    [a, b].forEach((dtype, i) => {
      const { min } = integerRange(dtype);
      forEachByte(dtype, (byte, value) =>
        view.setInt32(16 + 1024 * i + 4 * byte, tables[i]?.[value - min] ?? 0, true),
      );
    });
    const cycles = costs.addElement + costs.tableElement;
    return { form: codes.sums, constants: bytes, fields: scalingFields(plain), cycles };
  }
  if (attributes.rule === 'real-even') {
    const { aScale, aZeroPoint, bScale, bZeroPoint, outputScale, zeroPoint } = attributes;
    const bytes = new Uint8Array(16 + 2 * 2048);
    const view = new DataView(bytes.buffer);
    forEachByte(a, (byte, value) => view.setFloat64(16 + 8 * byte, (value - aZeroPoint) * aScale, true));
    forEachByte(b, (byte, value) => view.setFloat64(2064 + 8 * byte, (value - bZeroPoint) * bScale, true));
    return {
      form: sum ? codes.realSums : codes.realProducts,
      constants: bytes,
      fields: scalingFields({ ...plain, zeroPoint, denominator: outputScale }),
      cycles: costs.addElement + scalingCycles.realEven,
    };
  }
  return tableForm(sum, attributes, a, b);
}

/** Both operands scaled by table, as the rule says, and their sum or product scaled by the rule. */
function tableForm(sum: boolean, attributes: QuantizedBinaryAttributes, a: DataType, b: DataType): PairForm {
  const { aScale, aZeroPoint, bScale, bZeroPoint, outputScale, rule } = attributes;
  const leftShift = addLeftShift(a);
  const scales = addScales(aScale, bScale, outputScale, leftShift);
  const scale = rule === 'single' ? requantizeSingle : requantizeDouble;
  const operand = (own: { readonly multiplier: number; readonly shift: number }) => (value: number) =>
    sum ? scale(value * 2 ** leftShift, own.multiplier, own.shift) : value;
  const [left, right] = [operand(scales.a), operand(scales.b)];
  const output = sum ? scales.output : quantizeMultiplier((aScale * bScale) / outputScale);
  const bytes = new Uint8Array(16 + 2 * 1024);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, output.multiplier, true);
  view.setInt32(4, output.shift, true);
  forEachByte(a, (byte, value) => view.setInt32(16 + 4 * byte, left(value - aZeroPoint), true));
  forEachByte(b, (byte, value) => view.setInt32(1040 + 4 * byte, right(value - bZeroPoint), true));
  return {
    form: sum ? codes.sums : codes.products,
    constants: bytes,
    fields: scalingFields({
      rule: rule === 'single' ? 1 : 2,
      inputZeroPoint: 0,
      zeroPoint: attributes.zeroPoint,
      min: attributes.min,
      max: attributes.max,
      divisor: 1,
      denominator: 1,
    }),
    cycles: costs.addElement + (rule === 'single' ? scalingCycles.singleWide : scalingCycles.double),
  };
}

/** Shifts to try, and how far factors may be from the nearest to the real ones, in units. */
const shiftsTried = 4;
const furthest = 3;

/**
 * A linear form that agrees with the operator on all 65536 pairs: what the kernel that was measured computes. Pairs
 * near a tie decide which factors do, so some around the real ones are tried, from the largest shift that leaves
 * the sum in 32 bits; for given factors the addends that agree are an interval.
 */
function linearForm(attributes: QuantizedBinaryAttributes, a: DataType, b: DataType): Linear | undefined {
  const expected = allSums(attributes, a, b);
  const { aScale, bScale, outputScale } = attributes;
  const [left, right] = [integerRange(a).min, integerRange(b).min];
  let tried = 0;
  for (let shift = 24; shift >= 8 && tried < shiftsTried; shift--) {
    const nearest = [aScale, bScale].map((scale) => Math.round((scale / outputScale) * 2 ** shift));
    const [m0 = 0, m1 = 0] = nearest;
    if (256 * (m0 + m1 + 2 * furthest) >= 2 ** 31) continue;
    tried++;
    for (const [d0, d1] of aroundZero) {
      const factors = [m0 + d0, m1 + d1] as const;
      const [x, y] = factors.map((factor, i) => lineFrom(factor, i === 0 ? left : right));
      const addend = x && y && addendFor([x, y], shift, expected, attributes);
      if (addend !== undefined && fits(factors, addend, a, b)) return { factors, addend, shift };
    }
  }
  return undefined;
}

/** Terms of either operand by table, of which the sum and an addend shifted right are the result. */
interface ShiftedTables {
  readonly tables: readonly [Int32Array, Int32Array];
  readonly addend: number;
  readonly shift: number;
}

/** As `linearForm`, with every term rounded by itself: follows the operator's own rounding of the operands. */
function shiftedTables(
  attributes: QuantizedBinaryAttributes,
  a: DataType,
  b: DataType,
): ShiftedTables | undefined {
  const expected = allSums(attributes, a, b);
  const { aScale, aZeroPoint, bScale, bZeroPoint, outputScale, rule } = attributes;
  const leftShift = addLeftShift(a);
  const scales = addScales(aScale, bScale, outputScale, leftShift);
  const real = ({ multiplier, shift }: QuantizedMultiplier): number => multiplier * 2 ** (shift - 31);
  const scale = rule === 'single' ? requantizeSingle : requantizeDouble;
  const term = (value: number, own: QuantizedMultiplier, operandScale: number): number =>
    rule === 'real-even'
      ? (value * operandScale) / outputScale
      : scale(value * 2 ** leftShift, own.multiplier, own.shift) * real(scales.output);
  const terms = (
    dtype: DataType,
    zero: number,
    own: QuantizedMultiplier,
    operandScale: number,
    shift: number,
  ) => {
    const { min } = integerRange(dtype);
    return Float64Array.from({ length: 256 }, (_, i) =>
      Math.round(term(i + min - zero, own, operandScale) * 2 ** shift),
    );
  };
  for (let shift = 23, tried = 0; shift >= 8 && tried < shiftsTried; shift--) {
    const left = terms(a, aZeroPoint, scales.a, aScale, shift);
    const right = terms(b, bZeroPoint, scales.b, bScale, shift);
    const largest = Math.max(...left.map(Math.abs)) + Math.max(...right.map(Math.abs));
    if (largest + 512 * 2 ** shift >= 2 ** 31) continue;
    tried++;
    const tables = [Int32Array.from(left), Int32Array.from(right)] as const;
    const addend = addendFor(tables, shift, expected, attributes);
    if (addend !== undefined && Math.abs(addend) + largest < 2 ** 31) return { tables, addend, shift };
  }
  return undefined;
}

/** Pairs of small integers, the nearest to zero first. */
const aroundZero: readonly (readonly [number, number])[] = Array.from(
  { length: (2 * furthest + 1) ** 2 },
  (_, i): readonly [number, number] => [
    Math.floor(i / (2 * furthest + 1)) - furthest,
    (i % (2 * furthest + 1)) - furthest,
  ],
).sort(([a, b], [c, d]) => a * a + b * b - c * c - d * d);

/** Does no step of the sum leave 32 bits? */
function fits(factors: Linear['factors'], addend: number, a: DataType, b: DataType): boolean {
  const largest = [a, b].reduce((sum, dtype, i) => {
    const { min, max } = integerRange(dtype);
    return sum + Math.max(-min, max) * Math.abs(factors[i] ?? 0);
  }, Math.abs(addend));
  return largest < 2 ** 31;
}

/** The multiples of a factor for the 256 elements of a type, from the lowest on. */
function lineFrom(factor: number, lowest: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, i) => (i + lowest) * factor);
}

/** An addend with which sums of these terms give what is expected for every pair: the middle of all such. */
function addendFor(
  terms: readonly [Int32Array, Int32Array],
  shift: number,
  expected: Int32Array,
  bounds: QuantizedBinaryAttributes,
): number | undefined {
  // Most factors that do not fit show it on few pairs.
  if (!addendsFor(terms, shift, expected, bounds, 17)) return undefined;
  const interval = addendsFor(terms, shift, expected, bounds, 1);
  return interval && Math.floor((interval[0] + interval[1]) / 2);
}

/** The least and the largest addend that agree on every so manieth element of either operand. */
function addendsFor(
  [left, right]: readonly [Int32Array, Int32Array],
  shift: number,
  expected: Int32Array,
  { min, max }: QuantizedBinaryAttributes,
  stride: number,
): readonly [number, number] | undefined {
  const unit = 2 ** shift;
  let least = -(2 ** 31);
  let most = 2 ** 31 - 1;
  for (let i = 0; i < 256; i += stride) {
    const first = left[i] ?? 0;
    for (let j = 0; j < 256; j += stride) {
      const y = expected[256 * i + j] ?? 0;
      // The addends that give y, if y is no bound that clips.
      const from = y * unit - first - (right[j] ?? 0);
      if (y > min && from > least) least = from;
      if (y < max && from + unit - 1 < most) most = from + unit - 1;
    }
    if (least > most) return undefined;
  }
  return [least, most];
}

/** The operator's own result for all pairs of bytes, the first operand outside. */
function allSums(attributes: QuantizedBinaryAttributes, a: DataType, b: DataType): Int32Array {
  const bytes = (dtype: DataType, shape: readonly number[]): Tensor => {
    const { min } = integerRange(dtype);
    return tensor(
      dtype,
      shape,
      Array.from({ length: 256 }, (_, i) => min + i),
    );
  };
  const type = { dtype: attributes.dtype, shape: [256, 256] };
  const [sums] = ops.quantizedAdd.evaluate([bytes(a, [256, 1]), bytes(b, [1, 256])], attributes, [type]);
  return Int32Array.from(sums ?? [], Number);
}

/** Calls `visit` with every byte and the element that it stands for. */
function forEachByte(dtype: DataType, visit: (byte: number, value: number) => void): void {
  const { min, max } = integerRange(dtype);
  for (let value = min; value <= max; value++) visit(value & 0xff, value);
}
