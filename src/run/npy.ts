import { createData, dataFromBytes, elementBytes, type DataType } from '../ir/data-type.ts';
import { elementCount, stridesOf, type Shape, type Tensor } from '../ir/tensor.ts';
import { tensorFileBroken, tensorTypeUnsupported } from './diagnostics.ts';

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** numpy's type characters and sizes. */
const types: Readonly<Record<string, DataType>> = {
  b1: 'bool',
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  f4: 'float32',
  f8: 'float64',
};

/**
 * Reads numpy's array format, versions 1 to 3 (numpy.lib.format), in any byte order and either element
 * order.
 * @throws {MatchError} TENSOR_FILE_BROKEN, TENSOR_TYPE_UNSUPPORTED
 */
export function parseNpy(bytes: Uint8Array, file: string): Tensor {
  if (!magic.every((byte, i) => bytes[i] === byte))
    throw tensorFileBroken(file, 'it does not begin like a .npy', 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 12) throw tensorFileBroken(file, 'it ends within its header', bytes.byteLength);
  const wideLength = (bytes[6] ?? 1) >= 2;
  const start = wideLength ? 12 : 10;
  const end = start + (wideLength ? view.getUint32(8, true) : view.getUint16(8, true));
  if (end > bytes.byteLength) throw tensorFileBroken(file, 'it ends within its header', bytes.byteLength);
  const { dtype, bigEndian, fortran, shape } = parseHeader(
    new TextDecoder().decode(bytes.subarray(start, end)),
    file,
  );
  const expected = elementCount(shape) * elementBytes(dtype);
  if (bytes.byteLength - end !== expected) {
    throw tensorFileBroken(
      file,
      `its header announces ${expected} bytes of elements, ${bytes.byteLength - end} follow`,
      end,
    );
  }
  const content = bytes.slice(end);
  if (bigEndian) reverseElements(content, elementBytes(dtype));
  const type = { dtype, shape };
  const data = dataFromBytes(dtype, content);
  return fortran ? rowMajorOf({ type, data }) : { type, data };
}

interface Header {
  readonly dtype: DataType;
  readonly bigEndian: boolean;
  readonly fortran: boolean;
  readonly shape: Shape;
}

/** The header is the text of a Python dictionary with three known keys. */
function parseHeader(text: string, file: string): Header {
  const descr = /'descr'\s*:\s*(?:'([<>|=]?)(\w+)'|(.))/.exec(text);
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const extents = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (!descr || !fortran || !extents) throw tensorFileBroken(file, 'its header is not understood', 10);
  const [, order, name] = descr;
  if (name === undefined) throw tensorTypeUnsupported(file, 'a structure');
  const dtype = types[name];
  if (!dtype) throw tensorTypeUnsupported(file, name);
  const shape = (extents[1] ?? '')
    .split(',')
    .flatMap((extent) => (/\d/.test(extent) ? [parseInt(extent, 10)] : []));
  if (!Number.isSafeInteger(elementCount(shape) * elementBytes(dtype))) {
    throw tensorFileBroken(file, `its shape is [${shape.join(',')}]`, 10);
  }
  return { dtype, bigEndian: order === '>', fortran: fortran[1] === 'True', shape };
}

function reverseElements(bytes: Uint8Array, size: number): void {
  for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse();
}

/** Elements stored with the first axis innermost, in row-major order. */
function rowMajorOf({ type, data }: Tensor): Tensor {
  const { shape } = type;
  const result = createData(type.dtype, data.length);
  const strides = stridesOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < data.length; i++) {
    const to = index.reduce((sum, position, axis) => sum + position * (strides[axis] ?? 0), 0);
    result[to] = data[i] as never;
    for (let axis = 0; axis < shape.length; axis++) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (shape[axis] ?? 1)) break;
      index[axis] = 0;
    }
  }
  return { type, data: result };
}
