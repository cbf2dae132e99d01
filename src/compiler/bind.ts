import { createData, integerRange, isFloat, isWide, type DataType } from '../ir/data-type.ts';
import { elementCount, type Shape, type Tensor } from '../ir/tensor.ts';

/**
 * The tensor for an input that the option `bind` makes a constant.
 * @param declared extents as the model has them, −1 where open; undefined where it states none
 * @param values a number, or all elements in row-major order
 * @throws {RangeError} with the reason, when they do not fit
 */
export function boundTensor(
  dtype: DataType,
  declared: Shape | undefined,
  values: number | readonly number[],
): Tensor {
  const list = typeof values === 'number' ? [values] : values;
  const shape = declared
    ? fittingShape(declared, list.length)
    : typeof values === 'number'
      ? []
      : [list.length];
  if (!isFloat(dtype)) {
    const { min, max } = integerRange(dtype);
    const wrong = list.find((value) => !Number.isInteger(value) || value < min || value > max);
    if (wrong !== undefined) throw new RangeError(`${wrong} is no ${dtype}`);
  }
  const data = createData(dtype, list.length);
  list.forEach((value, i) => (data[i] = isWide(dtype) ? BigInt(value) : value));
  return { type: { dtype, shape }, data };
}

/** The declared shape, its one open extent taken from the number of elements. */
function fittingShape(declared: Shape, count: number): Shape {
  const open = declared.flatMap((extent, axis) => (extent < 0 ? [axis] : []));
  const known = elementCount(declared.filter((extent) => extent >= 0));
  const text = `[${declared.map((extent) => (extent < 0 ? '?' : extent)).join(', ')}]`;
  if (open.length > 1) throw new RangeError(`its shape ${text} leaves ${open.length} extents open`);
  if (open.length === 0) {
    if (known !== count) throw new RangeError(`${count} values where its shape ${text} takes ${known}`);
    return [...declared];
  }
  const extent = known === 0 ? 0 : count / known;
  if (!Number.isInteger(extent)) throw new RangeError(`${count} values do not fill its shape ${text}`);
  return declared.map((size) => (size < 0 ? extent : size));
}
