import { createData, integerRange, isFloat, type TensorData } from '../ir/data-type.ts';
import { elementCount, type Tensor, type TensorType } from '../ir/tensor.ts';

/** Equally distributed 32-bit words. */
export type RandomWords = () => number;

/**
 * xoshiro128** (public domain, Blackman and Vigna), its state filled from the seed by splitmix32: the same
 * words on every machine.
 */
export function randomWords(seed: number): RandomWords {
  let state = seed >>> 0;
  const splitmix = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()];
  const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result >>> 0;
  };
}

/** Integers over the full range of their type, floats evenly in −1..1. */
export function randomTensor(type: TensorType, next: RandomWords): Tensor {
  const data: TensorData = createData(type.dtype, elementCount(type.shape));
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < data.length; i++) data[i] = (BigInt(next()) << 32n) | BigInt(next());
  } else if (isFloat(type.dtype)) {
    for (let i = 0; i < data.length; i++) data[i] = next() / 2 ** 31 - 1;
  } else {
    const { min, max } = integerRange(type.dtype);
    for (let i = 0; i < data.length; i++) data[i] = min + Math.floor((next() / 2 ** 32) * (max - min + 1));
  }
  return { type, data };
}
