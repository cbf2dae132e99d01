import test from 'ava';
import { tensor } from 'match-compiler';
import { float, node, valueInfo } from '../support/onnx-model.ts';
import { i8, microsoft, scalar, scale, testQuantizedRows, u8 } from './quantized-table.ts';
import { numbers, operators, run } from './run-model.ts';

testQuantizedRows([
  {
    name: 'QLinearAdd',
    op: 'QLinearAdd',
    domain: microsoft,
    inputs: [
      u8([2], [10, 200]),
      scale(0.5),
      scalar('uint8', 0),
      u8([2], [4, 4]),
      scale(1),
      scalar('uint8', 2),
      scale(0.5),
      scalar('uint8', 1),
    ],
    expected: u8([2], [15, 205]),
    nodes: ['quantized_add'],
  },
  {
    name: 'QLinearMul',
    op: 'QLinearMul',
    domain: microsoft,
    inputs: [
      i8([2], [10, -20]),
      scale(0.5),
      scalar('int8', 0),
      i8([1], [4]),
      scale(1),
      scalar('int8', 0),
      scale(1),
      scalar('int8', 1),
    ],
    expected: i8([2], [21, -39]),
  },
  {
    name: 'QLinearAveragePool',
    op: 'QLinearAveragePool',
    domain: microsoft,
    inputs: [u8([1, 1, 1, 2], [3, 5]), scale(1), scalar('uint8', 1), scale(0.5), scalar('uint8', 0)],
    attributes: { kernel_shape: [1, 2] },
    expected: u8([1, 1, 1, 1], [6]),
    nodes: ['sum_pool2d', 'requantize'],
  },
  {
    name: 'QLinearAveragePool with uncounted pads',
    op: 'QLinearAveragePool',
    domain: microsoft,
    inputs: [u8([1, 1, 1, 2], [3, 5]), scale(1), scalar('uint8', 1), scale(0.5), scalar('uint8', 0)],
    attributes: { kernel_shape: [1, 2], pads: [0, 1, 0, 0] },
    expected: u8([1, 1, 1, 2], [4, 6]),
    nodes: ['dequantize', 'average_pool2d', 'quantize'],
  },
  {
    name: 'QLinearGlobalAveragePool',
    op: 'QLinearGlobalAveragePool',
    domain: microsoft,
    inputs: [u8([1, 2, 1, 2], [3, 5, 7, 9]), scale(1), scalar('uint8', 1), scale(1), scalar('uint8', 0)],
    expected: u8([1, 2, 1, 1], [3, 7]),
  },
  {
    name: 'QLinearSigmoid',
    op: 'QLinearSigmoid',
    domain: microsoft,
    inputs: [i8([3], [-128, 0, 127]), scale(0.25), scalar('int8', 0), scale(1 / 256), scalar('int8', -128)],
    expected: i8([3], [-128, 0, 127]),
    nodes: ['lookup'],
  },
  {
    name: 'QLinearLeakyRelu',
    op: 'QLinearLeakyRelu',
    domain: microsoft,
    inputs: [i8([2], [-8, 8]), scale(1), scalar('int8', 0), scale(1), scalar('int8', 0)],
    attributes: { alpha: float(0.5) },
    expected: i8([2], [-4, 8]),
  },
  {
    name: 'QLinearSoftmax',
    op: 'QLinearSoftmax',
    domain: microsoft,
    inputs: [i8([1, 2], [5, 5]), scale(1), scalar('int8', 0), scale(1 / 256), scalar('int8', -128)],
    attributes: { opset: 13 },
    expected: i8([1, 2], [0, 0]),
    nodes: ['quantized_softmax'],
  },
  {
    name: 'QLinearSoftmax over several axes',
    op: 'QLinearSoftmax',
    domain: microsoft,
    inputs: [i8([1, 2, 2], [5, 5, 5, 5]), scale(1), scalar('int8', 0), scale(1 / 256), scalar('int8', -128)],
    attributes: { opset: 12, axis: 1 },
    expected: i8([1, 2, 2], [-64, -64, -64, -64]),
  },
  {
    name: 'QuantizeLinear',
    op: 'QuantizeLinear',
    inputs: [tensor('float32', [4], [0.25, 0.75, -9, 200]), scale(0.5), scalar('uint8', 1)],
    expected: u8([4], [1, 3, 0, 255]),
    nodes: ['quantize'],
  },
  {
    name: 'QuantizeLinear without a zero point',
    op: 'QuantizeLinear',
    inputs: [tensor('float32', [1], [3]), scale(0.5)],
    expected: u8([1], [6]),
  },
  {
    name: 'QuantizeLinear of integers',
    op: 'QuantizeLinear',
    inputs: [tensor('int32', [1], [3]), scale(0.5), scalar('int8', 0)],
    expected: i8([1], [6]),
  },
  {
    name: 'DequantizeLinear per channel',
    op: 'DequantizeLinear',
    inputs: [i8([2, 2], [1, 2, 3, 4]), tensor('float32', [2], [1, 0.5]), i8([2], [0, 2])],
    attributes: { axis: 0 },
    expected: tensor('float32', [2, 2], [1, 2, 0.5, 1]),
    nodes: ['dequantize'],
  },
  {
    name: 'DequantizeLinear of int32',
    op: 'DequantizeLinear',
    inputs: [tensor('int32', [2], [100, -100]), scale(0.5)],
    expected: tensor('float32', [2], [50, -50]),
  },
  {
    name: 'DequantizeLinear of uint16',
    op: 'DequantizeLinear',
    inputs: [tensor('uint16', [1], [40000]), scale(1), scalar('uint16', 32768)],
    expected: tensor('float32', [1], [7232]),
  },
]);

test('quantized operators: QLinearConcat brings its parts to one scale', async (t) => {
  const { graph, outputs } = await run(
    t,
    {
      nodes: [
        node(
          'QLinearConcat',
          ['s1', 'z', 'a', 's1', 'z', 'b', 's2', 'z2'],
          ['y'],
          { axis: 0 },
          { domain: microsoft },
        ),
      ],
      inputs: [valueInfo('a', 'uint8', [1]), valueInfo('b', 'uint8', [2])],
      outputs: [valueInfo('y', 'uint8', [3])],
      initializers: { s1: scale(0.5), s2: scale(1), z: scalar('uint8', 0), z2: scalar('uint8', 10) },
      opsets: [{ domain: microsoft, version: 1 }],
    },
    [u8([1], [7]), u8([2], [12, 13])],
  );
  t.deepEqual(numbers(outputs[0]), [7, 4, 6]);
  t.deepEqual(operators(graph), ['requantize', 'concat']);
});
