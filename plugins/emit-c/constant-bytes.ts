import {
  createData,
  dataFromBytes,
  elementCount,
  layoutStrides,
  type Buffer,
  type DataType,
  type Layout,
  type Tensor,
  type TensorData,
} from 'match-compiler';

/** What a constant buffer holds, element by element as it lies in memory. */
export interface StoredConstant {
  /** Element type of the C array; bytes when the content is in an accelerator's own order. */
  readonly dtype: DataType;
  readonly data: TensorData;
}

/** The content of a constant buffer in the order of its layout. */
export function storedConstant(buffer: Buffer): StoredConstant {
  const { content, layout } = buffer;
  if (content === undefined) return { dtype: 'uint8', data: new Uint8Array(buffer.bytes) };
  if (content instanceof Uint8Array) return { dtype: 'uint8', data: dataFromBytes('uint8', content) };
  return { dtype: content.type.dtype, data: inLayout(content, layout) };
}

/** Elements of a row-major tensor in the order of a strided layout. */
export function inLayout(tensor: Tensor, layout: Layout | undefined): TensorData {
  const { dtype, shape } = tensor.type;
  if (!layout || layout.kind === 'packed') return tensor.data;
  if (layout.order.every((axis, i) => axis === i)) return tensor.data;
  const strides = layoutStrides(layout, shape);
  const result = createData(dtype, elementCount(shape));
  const index = new Array<number>(shape.length).fill(0);
  let to = 0;
  for (let from = 0; from < tensor.data.length; from++) {
    result[to] = tensor.data[from] as never;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      const stride = strides[axis] ?? 0;
      to += stride;
      if (next < (shape[axis] ?? 1)) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      to -= next * stride;
    }
  }
  return result;
}
