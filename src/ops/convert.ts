import {
  createData,
  integerRange,
  isFloat,
  isWide,
  type DataType,
  type TensorData,
} from '../ir/data-type.ts';

/** The elements as another type, the way a C cast converts them; integers wrap, floats lose their fraction. */
export function convertData(data: TensorData, from: DataType, to: DataType, saturate = false): TensorData {
  if (from === to) return data;
  const result = createData(to, data.length);
  if (to === 'bool') {
    for (let i = 0; i < data.length; i++) result[i] = Number(data[i]) !== 0 ? 1 : 0;
  } else if (isWide(to)) {
    convertToWide(data, result as BigInt64Array | BigUint64Array, to, saturate);
  } else if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    convertFromWide(data, result, to, saturate);
  } else {
    const source: ArrayLike<number> = data;
    const clamp = saturate && !isFloat(to);
    const { min, max } = clamp ? integerRange(to) : { min: 0, max: 0 };
    for (let i = 0; i < source.length; i++) {
      const value = source[i] ?? 0;
      result[i] = clamp ? (value < min ? min : value > max ? max : value) : value;
    }
  }
  return result;
}

function convertToWide(
  data: TensorData,
  result: BigInt64Array | BigUint64Array,
  to: DataType,
  saturate: boolean,
): void {
  const [min, max] = to === 'int64' ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    let wide: bigint;
    if (typeof value === 'bigint') wide = value;
    else if (Number.isFinite(value)) wide = BigInt(Math.trunc(value));
    else wide = saturate && value > 0 ? max : saturate && value < 0 ? min : 0n;
    if (saturate) wide = wide < min ? min : wide > max ? max : wide;
    result[i] = wide;
  }
}

function convertFromWide(
  data: BigInt64Array | BigUint64Array,
  result: TensorData,
  to: DataType,
  saturate: boolean,
): void {
  if (to === 'float32') {
    for (let i = 0; i < data.length; i++) result[i] = wideToFloat32(data[i] ?? 0n);
    return;
  }
  if (to === 'float64') {
    for (let i = 0; i < data.length; i++) result[i] = Number(data[i]);
    return;
  }
  const range = integerRange(to);
  const [min, max] = [BigInt(range.min), BigInt(range.max)];
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0n;
    const clamped = saturate ? (value < min ? min : value > max ? max : value) : BigInt.asIntN(32, value);
    result[i] = Number(clamped);
  }
}

/** Nearest float32, rounded once: bits below the first 53 are folded into a sticky bit before the double. */
function wideToFloat32(value: bigint): number {
  if (value >= -(2n ** 53n) && value <= 2n ** 53n) return Math.fround(Number(value));
  const sticky = (value & 0xfffn) === 0n ? 0n : 1n;
  return Math.fround(Number((value >> 12n) | sticky)) * 4096;
}
