import { integerRange, isInteger, type Tensor, type Value } from 'match-compiler';

/** Smallest and largest values per index of axis 1, or one entry for all. */
interface Bounds {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/**
 * What integers a value can hold, from the weights and the ranges of their inputs: decides whether arithmetic that
 * the file leaves to float needs 64 bits.
 */
export class ValueBounds {
  readonly #known = new Map<Value, Bounds>();

  of(value: Value): Bounds {
    const known = this.#known.get(value);
    if (known) return known;
    if (value.constant) return constantBounds(value.constant);
    const { min, max } = isInteger(value.type.dtype)
      ? integerRange(value.type.dtype)
      : { min: -Infinity, max: Infinity };
    return { low: [min], high: [max] };
  }

  fitsInt32(bounds: Bounds): boolean {
    const { min, max } = integerRange('int32');
    return bounds.low.every((value) => value >= min) && bounds.high.every((value) => value <= max);
  }

  set(value: Value, bounds: Bounds): void {
    this.#known.set(value, bounds);
  }

  /** Of Σ x·w + bias, weights [O, …] along axis 0; padding adds 0. */
  product(x: Value, weights: Tensor, bias: Tensor | undefined): Bounds {
    const { low, high } = this.of(x);
    const least = Math.min(0, ...low);
    const most = Math.max(0, ...high);
    const outputs = weights.type.shape[0] ?? 1;
    const each = weights.data.length / outputs;
    const result = { low: new Array<number>(outputs).fill(0), high: new Array<number>(outputs).fill(0) };
    for (let output = 0; output < outputs; output++) {
      let [below, above] = [Number(bias?.data[output] ?? 0), Number(bias?.data[output] ?? 0)];
      for (let i = output * each; i < (output + 1) * each; i++) {
        const weight = Number(weights.data[i]);
        below += weight * (weight < 0 ? most : least);
        above += weight * (weight < 0 ? least : most);
      }
      result.low[output] = below;
      result.high[output] = above;
    }
    return result;
  }

  combine(a: Value, b: Value, operation: 'add' | 'sub' | 'mul' | 'div'): Bounds {
    const [left, right] = [this.of(a), this.of(b)];
    const count = Math.max(left.low.length, right.low.length);
    const pick = (list: readonly number[], i: number): number => list[list.length === 1 ? 0 : i] ?? 0;
    const result = { low: [] as number[], high: [] as number[] };
    for (let i = 0; i < count; i++) {
      const corners = [pick(left.low, i), pick(left.high, i)].flatMap((x) =>
        [pick(right.low, i), pick(right.high, i)].map((y) => apply(operation, x, y)),
      );
      // A divisor range around 0 bounds nothing beyond the dividend.
      if (operation === 'div') corners.push(pick(left.low, i), pick(left.high, i), 0);
      result.low.push(Math.min(...corners));
      result.high.push(Math.max(...corners));
    }
    return result;
  }
}

function apply(operation: 'add' | 'sub' | 'mul' | 'div', x: number, y: number): number {
  switch (operation) {
    case 'add':
      return x + y;
    case 'sub':
      return x - y;
    case 'mul':
      return x === 0 || y === 0 ? 0 : x * y;
    case 'div':
      return y === 0 ? 0 : Math.floor(x / y);
  }
}

/** Per channel for constants of shape [1,C,1,…], else one range for all. */
function constantBounds({ type, data }: Tensor): Bounds {
  const values = Array.from(data as ArrayLike<number | bigint>, Number);
  if (type.shape.length >= 2 && type.shape[1] === values.length) return { low: values, high: values };
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low: [low], high: [high] };
}
