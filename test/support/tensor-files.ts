import { bytesOf, elementBytes, type DataType } from '../../src/ir/data-type.ts';
import type { Tensor } from '../../src/ir/tensor.ts';

/** The elements as plain numbers. */
export function elements({ data }: Tensor): (number | bigint)[] {
  return Array.from(data as ArrayLike<number | bigint>);
}

const npyNames: Record<DataType, string> = {
  bool: 'b1',
  int8: 'i1',
  uint8: 'u1',
  int16: 'i2',
  uint16: 'u2',
  int32: 'i4',
  uint32: 'u4',
  int64: 'i8',
  uint64: 'u8',
  float32: 'f4',
  float64: 'f8',
};

export interface NpyOptions {
  readonly bigEndian?: boolean;
  readonly fortran?: boolean;
  readonly version?: 1 | 2 | 3;
  /** In place of the right type. */
  readonly descr?: string;
}

/** A .npy file of a tensor. */
export function npyFile({ type, data }: Tensor, options: NpyOptions = {}): Uint8Array {
  const { bigEndian = false, fortran = false, version = 1 } = options;
  const size = elementBytes(type.dtype);
  const order = size === 1 ? '|' : bigEndian ? '>' : '<';
  const descr = options.descr ?? `'${order}${npyNames[type.dtype]}'`;
  const shape = type.shape.map((extent) => `${extent},`).join(' ');
  const start = version === 1 ? 10 : 12;
  let header = `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape}), }`;
  header = `${header.padEnd(Math.ceil((start + header.length + 1) / 64) * 64 - start - 1)}\n`;
  const lead = new Uint8Array(start);
  lead.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(lead.buffer);
  if (version === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  const stored = bytesOf(data);
  const content = Buffer.alloc(stored.length);
  for (let i = 0; i < data.length; i++) {
    const from = fortran ? columnMajorSource(i, type.shape) : i;
    const element = Buffer.from(stored.subarray(from * size, (from + 1) * size));
    if (bigEndian) element.reverse();
    content.set(element, i * size);
  }
  return Buffer.concat([lead, Buffer.from(header, 'latin1'), content]);
}

/** Row-major position of the element that comes i-th when the first axis is innermost. */
function columnMajorSource(i: number, shape: readonly number[]): number {
  let rest = i;
  const index = shape.map((extent) => {
    const position = rest % extent;
    rest = Math.floor(rest / extent);
    return position;
  });
  return index.reduce((sum, position, axis) => sum * (shape[axis] ?? 1) + position, 0);
}
