import {
  doublingHighMultiply,
  fixedPointReciprocal,
  roundingDivideByPowerOfTwo,
} from '../arithmetic/fixed-point.ts';
import { roundHalfEven } from '../arithmetic/integer.ts';
import {
  softmaxAccumulationBits,
  softmaxFixedPointTable,
  softmaxFloatTable,
  softmaxRealTable,
} from '../arithmetic/softmax-tables.ts';
import { createData, elementBytes, integerRange, type TensorData } from '../ir/data-type.ts';
import { elementCount, type Tensor } from '../ir/tensor.ts';
import type { QuantizedSoftmaxAttributes } from './quantized-softmax.ts';

/** Turns the differences max − x of one row into quantized probabilities, in place. */
type RowRule = (row: Int32Array) => void;

export function evaluateQuantizedSoftmax(x: Tensor, attributes: QuantizedSoftmaxAttributes): TensorData {
  const data = x.data as Int8Array;
  const extent = x.type.shape[attributes.axis] ?? 1;
  const inner = elementCount(x.type.shape.slice(attributes.axis + 1));
  const result = createData(attributes.dtype, data.length);
  const { min, max } = integerRange(attributes.dtype);
  const apply = rowRule(attributes);
  const row = new Int32Array(extent);
  for (let block = 0; block < data.length; block += extent * inner) {
    for (let start = block; start < block + inner; start++) {
      let largest = -Infinity;
      for (let i = 0; i < extent; i++) largest = Math.max(largest, data[start + i * inner] as number);
      for (let i = 0; i < extent; i++) row[i] = largest - (data[start + i * inner] as number);
      apply(row);
      for (let i = 0; i < extent; i++) {
        const y = row[i] as number;
        result[start + i * inner] = y < min ? min : y > max ? max : y;
      }
    }
  }
  return result;
}

function rowRule(attributes: QuantizedSoftmaxAttributes): RowRule {
  const { rule, inputScale, outputScale, zeroPoint, dtype } = attributes;
  switch (rule) {
    case 'float-table':
      return floatTableRow(softmaxFloatTable(inputScale), Math.fround(outputScale), zeroPoint);
    case 'real-even':
      return realRow(softmaxRealTable(inputScale), outputScale, zeroPoint);
    case 'gemmlowp':
      return fixedPointRow(inputScale, 31 - 8 * elementBytes(dtype), integerRange(dtype).min);
  }
}

function floatTableRow(table: Float32Array, outputScale: number, zeroPoint: number): RowRule {
  return (row) => {
    let sum = 0;
    for (const d of row) sum = Math.fround(sum + (table[d] as number));
    const factor = Math.fround(1 / Math.fround(sum * outputScale));
    for (let i = 0; i < row.length; i++) {
      const p = Math.fround((table[row[i] as number] as number) * factor);
      row[i] = Math.floor(Math.fround(p + 0.5)) + zeroPoint;
    }
  };
}

function realRow(table: Float64Array, outputScale: number, zeroPoint: number): RowRule {
  return (row) => {
    let sum = 0;
    for (const d of row) sum += table[d] as number;
    for (let i = 0; i < row.length; i++) {
      row[i] = roundHalfEven((table[row[i] as number] as number) / sum / outputScale) + zeroPoint;
    }
  };
}

/** Probabilities as fractions of 2^bits above the lowest value of the type: this rule knows no other scale. */
function fixedPointRow(inputScale: number, extraBits: number, lowest: number): RowRule {
  const { exponentials, terms } = softmaxFixedPointTable(inputScale);
  return (row) => {
    let sum = 0;
    for (const d of row) sum = (sum + (terms[d] as number)) | 0;
    const { scale, bitsOverUnit } = fixedPointReciprocal(sum, softmaxAccumulationBits);
    for (let i = 0; i < row.length; i++) {
      const p = doublingHighMultiply(scale, exponentials[row[i] as number] as number);
      row[i] = roundingDivideByPowerOfTwo(p, bitsOverUnit + extraBits) + lowest;
    }
  };
}
