import test from 'ava';
import { tensor, tensorFromBytes, bytesOf, type DataType } from 'match-compiler';
import {
  elementTypes,
  encodeTensor,
  readTensorFile,
  type ElementType,
  type TensorProto,
} from 'match-compiler/plugins/import-onnx';
import { node, onnxFile, tensorProto, valueInfo } from '../support/onnx-model.ts';
import { numbers, operators, refusal, run } from './run-model.ts';

const code = (type: ElementType): number => elementTypes.indexOf(type);

const stored: readonly {
  readonly name: string;
  readonly proto: TensorProto;
  readonly dtype: DataType;
  readonly values: readonly number[];
}[] = [
  {
    name: 'float_data',
    proto: { dims: [2], data_type: code('float32'), float_data: [1.5, -2] },
    dtype: 'float32',
    values: [1.5, -2],
  },
  {
    name: 'double_data',
    proto: { dims: [1], data_type: code('float64'), double_data: [0.1] },
    dtype: 'float64',
    values: [0.1],
  },
  {
    name: 'int8 in int32_data',
    proto: { dims: [2], data_type: code('int8'), int32_data: [-128, 127] },
    dtype: 'int8',
    values: [-128, 127],
  },
  {
    name: 'uint8 in int32_data',
    proto: { dims: [2], data_type: code('uint8'), int32_data: [0, 255] },
    dtype: 'uint8',
    values: [0, 255],
  },
  {
    name: 'bool in int32_data',
    proto: { dims: [2], data_type: code('bool'), int32_data: [1, 0] },
    dtype: 'bool',
    values: [1, 0],
  },
  {
    name: 'int32_data',
    proto: { dims: [1], data_type: code('int32'), int32_data: [-(2 ** 31)] },
    dtype: 'int32',
    values: [-(2 ** 31)],
  },
  {
    name: 'int64_data',
    proto: { dims: [2], data_type: code('int64'), int64_data: [-1, 2 ** 40] },
    dtype: 'int64',
    values: [-1, 2 ** 40],
  },
  {
    name: 'uint32 in uint64_data',
    proto: { dims: [1], data_type: code('uint32'), uint64_data: [2 ** 32 - 1] },
    dtype: 'uint32',
    values: [2 ** 32 - 1],
  },
  {
    name: 'uint64_data',
    proto: { dims: [1], data_type: code('uint64'), uint64_data: [7] },
    dtype: 'uint64',
    values: [7],
  },
  {
    name: 'float16 bits in int32_data',
    proto: { dims: [5], data_type: code('float16'), int32_data: [0x3c00, 0xc000, 0x0001, 0x7c00, 0x7bff] },
    dtype: 'float32',
    values: [1, -2, 2 ** -24, Infinity, 65504],
  },
  {
    name: 'float16 raw',
    proto: { dims: [1], data_type: code('float16'), raw_data: Uint8Array.from([0x00, 0x3e]) },
    dtype: 'float32',
    values: [1.5],
  },
  {
    name: 'a scalar',
    proto: { dims: [], data_type: code('float32'), float_data: [3] },
    dtype: 'float32',
    values: [3],
  },
  { name: 'no elements', proto: { dims: [0, 3], data_type: code('float32') }, dtype: 'float32', values: [] },
];

for (const { name, proto, dtype, values } of stored) {
  test(`tensor data is read: ${name}`, (t) => {
    const result = readTensorFile(encodeTensor(proto), 'x.pb');
    t.is(result.type.dtype, dtype);
    t.deepEqual(result.type.shape, proto.dims as readonly number[]);
    t.deepEqual(numbers(result), values);
  });
}

test('raw data at any offset of the file is read', (t) => {
  const wide = tensor('int64', [3], [1n, -5n, 2n ** 62n]);
  for (const name of ['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'abcdef', 'abcdefg']) {
    const result = readTensorFile(encodeTensor(tensorProto(name, wide)), 'x.pb');
    t.deepEqual(result.data, wide.data);
  }
});

const useWeights = (weights: TensorProto) => ({
  nodes: [node('Add', ['x', 'w'], ['y'])],
  inputs: [valueInfo('x', 'float32', [1, 4])],
  outputs: ['y'],
  initializers: [{ ...weights, name: 'w' }],
});

const refused: readonly {
  readonly name: string;
  readonly proto: TensorProto;
  readonly code: string;
  readonly message: RegExp;
}[] = [
  {
    name: 'too short',
    proto: { dims: [4], data_type: 1, raw_data: new Uint8Array(12) },
    code: 'TENSOR_INVALID',
    message: /has 12 bytes where its shape \[4\] needs 16/,
  },
  {
    name: 'too long',
    proto: { dims: [4], data_type: 1, raw_data: new Uint8Array(20) },
    code: 'TENSOR_INVALID',
    message: /20 bytes/,
  },
  {
    name: 'too few elements',
    proto: { dims: [4], data_type: 1, float_data: [1] },
    code: 'TENSOR_INVALID',
    message: /1 elements where its shape needs 4/,
  },
  { name: 'no data', proto: { dims: [4], data_type: 1 }, code: 'TENSOR_INVALID', message: /0 bytes/ },
  {
    name: 'absurd shape',
    proto: { dims: [2 ** 40, 2 ** 40], data_type: 1, float_data: [1] },
    code: 'TENSOR_INVALID',
    message: /more than 2147483648 bytes/,
  },
  {
    name: 'negative extent',
    proto: { dims: [-4], data_type: 1, float_data: [1] },
    code: 'TENSOR_INVALID',
    message: /\[-4\]/,
  },
  {
    name: 'segments',
    proto: { dims: [1], data_type: 1, float_data: [1], segment: { begin: 0, end: 1 } },
    code: 'TENSOR_INVALID',
    message: /segments/,
  },
  {
    name: 'bfloat16',
    proto: { dims: [1], data_type: code('bfloat16'), raw_data: new Uint8Array(2) },
    code: 'DTYPE_UNSUPPORTED',
    message: /bfloat16/,
  },
  {
    name: 'strings',
    proto: { dims: [1], data_type: code('string'), string_data: [new Uint8Array(1)] },
    code: 'DTYPE_UNSUPPORTED',
    message: /string/,
  },
  {
    name: 'an unknown type',
    proto: { dims: [1], data_type: 99, raw_data: new Uint8Array(1) },
    code: 'DTYPE_UNSUPPORTED',
    message: /type 99/,
  },
  {
    name: 'external data without a place',
    proto: { dims: [1], data_type: 1, data_location: 1 },
    code: 'TENSOR_INVALID',
    message: /does not say where/,
  },
  {
    name: 'external data of another length',
    proto: {
      dims: [1],
      data_type: 1,
      data_location: 1,
      external_data: [
        { key: 'location', value: 'w.bin' },
        { key: 'length', value: '8' },
      ],
    },
    code: 'TENSOR_INVALID',
    message: /8 bytes in 'w.bin'/,
  },
  {
    name: 'external data at no number',
    proto: {
      dims: [1],
      data_type: 1,
      data_location: 1,
      external_data: [
        { key: 'location', value: 'w.bin' },
        { key: 'offset', value: '-1' },
      ],
    },
    code: 'TENSOR_INVALID',
    message: /offset '-1'/,
  },
];

for (const { name, proto, code: expected, message } of refused) {
  test(`a tensor that cannot be read is refused: ${name}`, async (t) => {
    const { code, message: text, loc } = await refusal(useWeights(proto));
    t.is(code, expected);
    t.regex(text, message);
    t.is(loc?.tensor, 'w');
  });
}

test('external data is read from beside the model, at its offset', async (t) => {
  const weights = tensor('float32', [1, 4], [1, 2, 3, 4]);
  const file = Uint8Array.from([9, 9, 9, ...bytesOf(weights.data)]);
  const external = [
    { key: 'location', value: 'weights.bin' },
    { key: 'offset', value: '3' },
    { key: 'length', value: '16' },
  ];
  const parts = useWeights({ dims: [1, 4], data_type: 1, data_location: 1, external_data: external });
  const { outputs } = await run(t, parts, [tensor('float32', [1, 4], [10, 10, 10, 10])], {
    beside: { 'weights.bin': file },
  });
  t.deepEqual(numbers(outputs[0]), [11, 12, 13, 14]);
});

test('a sparse initializer is refused', async (t) => {
  const { encodeModel } = await import('match-compiler/plugins/import-onnx');
  const values = { name: 'w', dims: [1], data_type: 1, float_data: [1] };
  const graph = {
    node: [node('Relu', ['w'], ['y'])],
    output: [valueInfo('y', 'float32')],
    sparse_initializer: [{ values }],
  };
  t.is((await refusal(encodeModel({ opset_import: [{ version: 13 }], graph }))).code, 'TENSOR_SPARSE');
});

test('an initializer hides the input of its name', async (t) => {
  const file = onnxFile({
    nodes: [node('Add', ['x', 'w'], ['y'])],
    inputs: [valueInfo('x', 'float32', [1]), valueInfo('w', 'float32', [1])],
    outputs: ['y'],
    initializers: { w: tensor('float32', [1], [2]) },
  });
  const { importBytes } = await import('../support/onnx-model.ts');
  const graph = await importBytes(file);
  t.deepEqual(
    graph?.inputs.map(({ name }) => name),
    ['x'],
  );
  t.deepEqual(graph && operators(graph), ['add']);
});

test('bytes and elements agree for every type', (t) => {
  for (const dtype of ['int8', 'uint16', 'int32', 'float32', 'float64', 'uint64'] as const) {
    const original = tensor(dtype, [2], [1, 2]);
    const result = readTensorFile(encodeTensor(tensorProto('x', original)), 'x.pb');
    t.deepEqual(result, tensorFromBytes(original.type, bytesOf(original.data)));
  }
});
