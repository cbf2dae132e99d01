import {
  GraphEditor,
  integerRange,
  ops,
  tensor,
  type DataType,
  type Graph,
  type RequantizeRule,
  type Shape,
  type Tensor,
  type Value,
} from 'match-compiler';
import type { Random } from './random.ts';

/** A graph with random inputs for it. */
export interface Sample {
  readonly graph: Graph;
  readonly inputs: readonly Tensor[];
}

/** Builds a graph of one region, and inputs for it. */
export class SampleBuilder extends GraphEditor {
  readonly tensors: Tensor[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    super({ name: 'sample', info: { file: 'sample', format: 'test', dialect: 'integer', recognised: [] } });
    this.#random = random;
  }

  /** An input of random elements. */
  random(dtype: DataType, shape: Shape, range = integerRange(dtype)): Value {
    this.tensors.push(this.#random.tensor(dtype, shape, range));
    return this.input(`x${this.tensors.length}`, { dtype, shape });
  }

  randomConstant(name: string, dtype: DataType, shape: Shape, range = integerRange(dtype)): Value {
    return this.constant(name, this.#random.tensor(dtype, shape, range));
  }

  done(...outputs: readonly Value[]): Sample {
    this.setOutputs(outputs);
    return { graph: this.finish(), inputs: this.tensors };
  }

  /**
   * A requantize by a random rule that brings sums of about ±`reach` into the range of `dtype`, or one of no
   * rule at all.
   */
  scaled(
    sum: Value,
    channels: number,
    axis: number,
    reach: number,
    rule?: RequantizeRule | 'none' | 'clip',
  ): Value {
    const random = this.#random;
    const own =
      rule ?? random.pick(['single', 'double', 'real-even', 'floor', 'shift', 'none', 'clip'] as const);
    if (own === 'none') return sum;
    if (own === 'clip') {
      const limit = Math.max(2, Math.floor(reach / 2));
      return this.add1(ops.clip, [sum], { min: -limit, max: limit });
    }
    const dtype = random.pick(['uint8', 'int8', 'int32'] as const);
    const range = integerRange(dtype === 'int32' ? 'int16' : dtype);
    const count = random.integer(0, 2) === 0 ? 1 : channels;
    const each = (make: () => number): number[] => Array.from({ length: count }, make);
    const factor = (): number => (200 / reach) * (0.3 + random.next());
    const low = random.integer(range.min, 0);
    const attributes = {
      rule: own,
      axis,
      inputZeroPoint: own === 'shift' ? 0 : random.pick([0, 0, 3, -70]),
      zeroPoint: own === 'shift' ? 0 : random.integer(-20, 20),
      min: low,
      max: random.integer(low + 1, range.max),
      dtype,
    };
    switch (own) {
      case 'single':
      case 'double': {
        const scales = each(factor).map((value) => {
          const shift = Math.ceil(Math.log2(value));
          return { multiplier: Math.floor((value / 2 ** shift) * 2 ** 31), shift };
        });
        const multiplier = scales.map(({ multiplier: m }) => Math.min(m, 2 ** 31 - 1));
        const constants = [
          this.constant('multiplier', tensor('int32', [count], multiplier)),
          this.constant(
            'shift',
            tensor(
              'int8',
              [count],
              scales.map(({ shift }) => shift),
            ),
          ),
        ];
        return this.add1(ops.requantize, [sum, ...constants], attributes);
      }
      case 'real-even': {
        const numerator = this.constant(
          'numerator',
          tensor(
            'float64',
            [count],
            each(() => factor() * 0.0625),
          ),
        );
        return this.add1(ops.requantize, [sum, numerator], { ...attributes, denominator: 0.0625 });
      }
      case 'floor': {
        const divisor = random.pick([1, 1024, 4096, 1000]);
        const multiplier = each(() => Math.max(1, Math.round(factor() * divisor)));
        const constants = [
          this.constant('multiplier', tensor('int32', [count], multiplier)),
          this.constant(
            'addend',
            tensor(
              random.pick(['int32', 'int64']),
              [count],
              each(() => random.integer(-9, 9) * divisor),
            ),
          ),
        ];
        return this.add1(ops.requantize, [sum, ...constants], { ...attributes, divisor });
      }
      case 'shift': {
        const bits = each(() => random.integer(4, 20));
        const multiplier = bits.map((shift) => Math.max(1, Math.min(255, Math.round(factor() * 2 ** shift))));
        const constants = [
          this.constant('multiplier', tensor('int32', [count], multiplier)),
          this.constant(
            'addend',
            tensor(
              'int32',
              [count],
              bits.map((shift) => random.integer(-20, 20) * 2 ** shift),
            ),
          ),
          this.constant('shift', tensor('int8', [count], bits)),
        ];
        return this.add1(ops.requantize, [sum, ...constants], attributes);
      }
    }
  }
}
