import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { zipSync } from 'fflate';
import { dataTypes, elementBytes, isWide, type DataType } from '../../src/ir/data-type.ts';
import { tensor, type Tensor } from '../../src/ir/tensor.ts';
import { compareTensors } from '../../src/run/compare.ts';
import { parseNpy } from '../../src/run/npy.ts';
import { parseNpz } from '../../src/run/npz.ts';
import { randomTensor, randomWords } from '../../src/run/random.ts';
import { tensorsFromFiles } from '../../src/run/tensor-arguments.ts';
import { folderWith } from '../support/match-cli.ts';
import { elements, npyFile, type NpyOptions } from '../support/tensor-files.ts';

const folder = folderWith();

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as { diagnostic?: { code: string } }).diagnostic?.code ?? String(error);
  }
  return 'no error';
}

/** 1, 2, 3, … in any element type. */
function counting(dtype: DataType, shape: readonly number[]): Tensor {
  const count = shape.reduce((product, extent) => product * extent, 1);
  const values = Array.from({ length: count }, (_, i) => (dtype === 'bool' ? i % 2 : i + 1));
  return isWide(dtype) ? tensor(dtype, shape, values.map(BigInt)) : tensor(dtype, shape, values);
}

test('.npy: every element type, byte order, element order and version', (t) => {
  for (const dtype of dataTypes) {
    const original = counting(dtype, [2, 3, 2]);
    const variants: NpyOptions[] = [
      {},
      { bigEndian: true },
      { fortran: true },
      { version: 2 },
      { version: 3 },
    ];
    for (const options of variants) {
      const read = parseNpy(npyFile(original, options), 'a.npy');
      t.deepEqual(read.type, original.type, `${dtype} ${JSON.stringify(options)}`);
      t.deepEqual(read.data, original.data, `${dtype} ${JSON.stringify(options)}`);
    }
  }
});

test('.npy: scalars and vectors', (t) => {
  t.deepEqual(parseNpy(npyFile(tensor('float32', [], [2.5])), 'a.npy').type.shape, []);
  t.deepEqual(parseNpy(npyFile(tensor('int8', [3], [1, 2, 3])), 'a.npy').type.shape, [3]);
});

test('.npy: what is broken is said, what cannot be read as well', (t) => {
  const good = npyFile(counting('float32', [2, 2]));
  const broken = (bytes: Uint8Array): string => codeOf(() => parseNpy(bytes, 'a.npy'));
  t.is(broken(new Uint8Array()), 'TENSOR_FILE_BROKEN');
  t.is(broken(new Uint8Array(200)), 'TENSOR_FILE_BROKEN');
  for (let length = 0; length < good.length; length++)
    t.is(broken(good.slice(0, length)), 'TENSOR_FILE_BROKEN');
  t.is(broken(new Uint8Array([...good, 0])), 'TENSOR_FILE_BROKEN');
  const withDescr = (descr: string): Uint8Array => npyFile(counting('float32', [2, 2]), { descr });
  t.is(broken(withDescr("'<f2'")), 'TENSOR_TYPE_UNSUPPORTED');
  t.is(broken(withDescr("'<c8'")), 'TENSOR_TYPE_UNSUPPORTED');
  t.is(broken(withDescr("[('a', '<f4')]")), 'TENSOR_TYPE_UNSUPPORTED');
});

test('.npz: arrays by name; a broken archive is refused', (t) => {
  const a = counting('int8', [4]);
  const b = counting('float64', [2, 2]);
  const archive = zipSync({ 'a.npy': npyFile(a), 'b.npy': npyFile(b), 'readme.txt': new Uint8Array(3) });
  const read = parseNpz(archive, 'a.npz');
  t.deepEqual([...read.keys()], ['a', 'b']);
  t.deepEqual(read.get('b')?.data, b.data);
  t.is(
    codeOf(() => parseNpz(archive.slice(0, 40), 'a.npz')),
    'TENSOR_FILE_BROKEN',
  );
});

test('arguments: order of the graph, names, archives', (t) => {
  const values = [
    { id: 0, name: 'left', type: { dtype: 'int8', shape: [2] } },
    { id: 1, name: 'a=b', type: { dtype: 'float32', shape: [1, 2] } },
  ] as const;
  const write = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes);
  write('left.bin', new Uint8Array([1, 255]));
  write('right.npy', npyFile(tensor('float32', [1, 2], [0.5, -1])));
  write(
    'both.npz',
    zipSync({
      'left.npy': npyFile(tensor('int8', [2], [1, -1])),
      'a=b.npy': npyFile(tensor('float32', [1, 2], [0.5, -1])),
    }),
  );
  write(
    'unnamed.npz',
    zipSync({
      'arr_0.npy': npyFile(tensor('int8', [2], [1, -1])),
      'arr_1.npy': npyFile(tensor('float32', [1, 2], [0.5, -1])),
    }),
  );
  write('flat.npy', npyFile(tensor('float32', [2], [0.5, -1])));
  write('text.txt', new Uint8Array(2));
  const decodeProto = (bytes: Uint8Array): Tensor => tensor('int8', [bytes.length], bytes);
  write('left.pb', new Uint8Array([1, 255]));
  const read = (...args: string[]) =>
    tensorsFromFiles(args, values, 'input', folder, decodeProto).map(elements);
  const expected = [
    [1, -1],
    [0.5, -1],
  ];
  t.deepEqual(read('left.bin', 'right.npy'), expected);
  t.deepEqual(read('a=b=right.npy', 'left.bin'), expected);
  t.deepEqual(read('left=left.bin', 'a=b=both.npz'), expected);
  t.deepEqual(read('left.pb', 'right.npy'), expected);
  t.deepEqual(read('both.npz'), expected);
  t.deepEqual(read('unnamed.npz'), expected);
  t.is(
    codeOf(() => read('left.bin')),
    'TENSORS_MISSING',
  );
  t.is(
    codeOf(() => read('left.bin', 'right.npy', 'left.bin')),
    'TENSORS_TOO_MANY',
  );
  t.is(
    codeOf(() => read('lefft=left.bin')),
    'TENSOR_NAME_UNKNOWN',
  );
  t.is(
    codeOf(() => read('left.bin', 'flat.npy')),
    'TENSOR_MISMATCH',
  );
  t.is(
    codeOf(() => read('right.npy')),
    'TENSOR_MISMATCH',
  );
  t.is(
    codeOf(() => read('gone.npy')),
    'TENSOR_FILE_MISSING',
  );
  t.is(
    codeOf(() => read('text.txt')),
    'TENSOR_FORMAT_UNKNOWN',
  );
});

test('random inputs: the same for the same seed, within the range of their type', (t) => {
  for (const dtype of dataTypes) {
    const type = { dtype, shape: [4096] };
    const a = randomTensor(type, randomWords(7));
    t.deepEqual(a.data, randomTensor(type, randomWords(7)).data);
    t.notDeepEqual(a.data, randomTensor(type, randomWords(8)).data);
    if (elementBytes(dtype) === 1 && dtype !== 'bool') t.is(new Set(elements(a)).size, 256, dtype);
  }
  const floats = elements(randomTensor({ dtype: 'float32', shape: [1000] }, randomWords(1))) as number[];
  t.true(floats.every((value) => value >= -1 && value <= 1));
  t.true(Math.min(...floats) < -0.9 && Math.max(...floats) > 0.9);
});

test('comparison: bit for bit, or within a tolerance', (t) => {
  const a = tensor('float32', [2, 2], [1, NaN, -0, Infinity]);
  t.is(compareTensors(a, a).differing, 0);
  const b = tensor('float32', [2, 2], [1, NaN, 0, Infinity]);
  t.like(compareTensors(a, b), { differing: 1, maxDifference: 0 });
  t.deepEqual(compareTensors(a, b).first?.index, [1, 0]);
  t.is(compareTensors(a, b, { relative: 0, absolute: 0 }).differing, 0);
  const wide = compareTensors(tensor('int64', [1], [2n ** 62n]), tensor('int64', [1], [2n ** 62n - 1n]));
  t.like(wide, { differing: 1, maxDifference: 1 });
  const off = tensor('float32', [2, 2], [1.00001, 5, 0, Infinity]);
  const within = compareTensors(off, a, { relative: 1e-4, absolute: 0 });
  t.like(within, { differing: 1, maxDifference: Infinity });
});
