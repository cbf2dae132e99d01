import test from 'ava';
import { tensor } from 'match-compiler';
import { node, strings, valueInfo } from '../support/onnx-model.ts';
import { code, f, i64, iota, type Row } from './operator-table.ts';
import { refusal } from './run-model.ts';

const refused: readonly (Pick<Row, 'op' | 'inputs' | 'attributes' | 'opset'> & {
  readonly code: string;
  readonly message: RegExp;
})[] = [
  {
    op: 'Resize',
    inputs: [iota(1, 1, 1, 2), null, f([4], [1, 1, 2, 2])],
    attributes: { mode: 'area' },
    code: 'ATTRIBUTE_UNSUPPORTED',
    message: /mode is 'area'/,
  },
  {
    op: 'Pad',
    inputs: [iota(2), i64(1, 1)],
    attributes: { mode: 'mirror' },
    opset: 19,
    code: 'ATTRIBUTE_UNSUPPORTED',
    message: /mode is 'mirror'/,
  },
  {
    op: 'Conv',
    inputs: [iota(1, 1, 2, 2, 2, 2), iota(1, 1, 1, 1, 1, 1)],
    code: 'FEATURE_UNSUPPORTED',
    message: /one to three spatial axes/,
  },
  {
    op: 'ConvTranspose',
    inputs: [iota(1, 1, 2, 2), iota(1, 1, 1, 1)],
    attributes: { output_shape: [4] },
    code: 'ATTRIBUTE_UNSUPPORTED',
    message: /output_shape has 1 entries/,
  },
  { op: 'TopK', inputs: [iota(3), i64(4)], code: 'MODEL_SHAPE', message: /4 of 3 elements/ },
  {
    op: 'GRU',
    inputs: [iota(1, 1, 2), iota(1, 3, 2), iota(1, 3, 1)],
    attributes: { activations: strings(['Sigmoid', 'Sine']) },
    opset: 14,
    code: 'ATTRIBUTE_UNSUPPORTED',
    message: /name 'Sine'/,
  },
  {
    op: 'LSTM',
    inputs: [iota(1, 1, 2), iota(1, 4, 2), iota(1, 4, 1)],
    attributes: { hidden_size: 2 },
    opset: 14,
    code: 'ATTRIBUTE_UNSUPPORTED',
    message: /hidden_size is not 1/,
  },
  {
    op: 'Conv',
    inputs: [iota(1, 1, 2, 2), iota(1, 1, 1, 1)],
    attributes: { kernel_shape: [3, 3] },
    code: 'ATTRIBUTE_UNSUPPORTED',
    message: /kernel_shape is \[3, 3\]/,
  },
  {
    op: 'Conv',
    inputs: [iota(1, 1, 2, 2), iota(1, 1, 1, 1)],
    attributes: { strides: [1] },
    code: 'ATTRIBUTE_UNSUPPORTED',
    message: /strides has 1 entries/,
  },
  { op: 'Conv', inputs: [iota(1, 2, 2, 2), iota(1, 1, 1, 1)], code: 'MODEL_SHAPE', message: /channels/ },
  {
    op: 'Softmax',
    inputs: [iota(2)],
    attributes: { axis: 3 },
    code: 'ATTRIBUTE_UNSUPPORTED',
    message: /axis is 3/,
  },
  { op: 'Squeeze', inputs: [iota(2), i64(0)], code: 'ATTRIBUTE_UNSUPPORTED', message: /2 indices/ },
  { op: 'Reshape', inputs: [iota(3), i64(2, -1)], code: 'FEATURE_UNSUPPORTED', message: /does not divide/ },
  {
    op: 'Cast',
    inputs: [iota(2)],
    attributes: { to: code('bfloat16') },
    code: 'DTYPE_UNSUPPORTED',
    message: /bfloat16/,
  },
  { op: 'ConstantOfShape', inputs: [iota(1), i64(2 ** 40)], code: 'INPUT_UNBOUND', message: /shape/ },
  {
    op: 'BatchNormalization',
    inputs: [iota(1, 1, 1, 1), ...Array.from({ length: 4 }, () => f([1], [1]))],
    attributes: { training_mode: 1 },
    opset: 15,
    code: 'ATTRIBUTE_UNSUPPORTED',
    message: /training_mode/,
  },
  {
    op: 'Dropout',
    inputs: [iota(2), f([], [0.5]), tensor('bool', [], [1])],
    code: 'FEATURE_UNSUPPORTED',
    message: /training/,
  },
  {
    op: 'Constant',
    inputs: [],
    attributes: { value_string: 'text' },
    code: 'ATTRIBUTE_UNSUPPORTED',
    message: /value_string/,
  },
];

for (const { op, inputs, attributes, opset = 13, code: expected, message } of refused) {
  test(`operators: refused ${op} ${message.source}`, async (t) => {
    const [x, ...constants] = inputs;
    const { code, message: text } = await refusal({
      nodes: [
        node(
          op,
          inputs.map((input, i) => (input ? `in${i}` : '')),
          ['y'],
          attributes,
        ),
      ],
      inputs: x ? [valueInfo('in0', 'float32', x.type.shape)] : [],
      outputs: ['y'],
      initializers: Object.fromEntries(
        constants.flatMap((value, i) => (value ? [[`in${i + 1}`, value]] : [])),
      ),
      opset,
    });
    t.is(code, expected);
    t.regex(text, message);
  });
}
