// Writes docs/operators.md from the registries: what the importers read, and the operators of the core. With --check
// it only says whether the page is up to date. Element types are found out by importing one-node models.
import { readFileSync, writeFileSync } from 'node:fs';
import { MatchError, ops } from 'match-compiler';
import importOnnx, {
  attributeTypes,
  elementTypes,
  encodeModel,
  operatorTables,
} from 'match-compiler/plugins/import-onnx';
import { operatorSupport } from 'match-compiler/plugins/import-tflite';

const page = 'docs/operators.md';
const types = [
  'float32',
  'float64',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
];

/**
 * Inputs for operators that do not take one, two or three tensors [1,4,6,6]. `x` is the type that is tried, `*` a
 * constant of the values that follow; attributes are integers, lists or texts.
 */
const probes = {
  BatchNormalization: ['x 1,4,6,6; x 4; x 4; x 4; x 4'],
  BitShift: ['x 2,3; x 2,3', { direction: 'LEFT' }],
  Compress: ['x 4; bool 4 *1,0,1,0', { axis: 0 }],
  Concat: ['x 1,4; x 1,4', { axis: 1 }],
  Constant: ['', { value_ints: [1, 2] }],
  ConstantOfShape: ['int64 2 *2,3'],
  Conv: ['x 1,4,6,6; x 8,4,3,3'],
  ConvInteger: ['x 1,4,6,6; int8 8,4,3,3'],
  ConvTranspose: ['x 1,4,6,6; x 4,8,3,3'],
  CumSum: ['x 2,3; int64 1 *1'],
  DepthToSpace: ['x 1,4,6,6', { blocksize: 2 }],
  DequantizeLinear: ['x 1,4,6,6; float32 1 *0.5; x 1 *0'],
  DynamicQuantizeLinear: ['x 2,3'],
  EyeLike: ['x 3,3'],
  Expand: ['x 1,4; int64 2 *3,4'],
  GRU: ['x 2,1,4; x 1,9,4; x 1,9,3', { hidden_size: 3 }],
  Gather: ['x 3,4; int64 2'],
  GatherElements: ['x 3,4; int64 3,4', { axis: 1 }],
  GatherND: ['x 3,4; int64 2,1'],
  Gemm: ['x 2,3; x 3,4; x 4'],
  GroupNormalization: ['x 1,4,6,6; x 4; x 4', { num_groups: 2 }],
  InstanceNormalization: ['x 1,4,6,6; x 4; x 4'],
  LRN: ['x 1,4,6,6', { size: 3 }],
  LSTM: ['x 2,1,4; x 1,12,4; x 1,12,3', { hidden_size: 3 }],
  LayerNormalization: ['x 1,4,6,6; x 6; x 6'],
  LpPool: ['x 1,4,6,6', { kernel_shape: [2, 2] }],
  AveragePool: ['x 1,4,6,6', { kernel_shape: [2, 2] }],
  MaxPool: ['x 1,4,6,6', { kernel_shape: [2, 2] }],
  Max: ['x 2,3; x 2,3'],
  Mean: ['x 2,3; x 2,3'],
  Min: ['x 2,3; x 2,3'],
  Sum: ['x 2,3; x 2,3'],
  MatMulInteger: ['x 2,3; int8 3,4'],
  Mod: ['x 2,3; x 2,3', { fmod: 1 }],
  NonZero: ['x 2 *0,1'],
  Not: ['x 2,3'],
  OneHot: ['int64 3; int64 1 *4; x 2'],
  PRelu: ['x 1,4,6,6; x 4,1,1'],
  Pad: ['x 2,3; int64 4 *0,1,0,1'],
  QLinearConv: [
    'x 1,4,6,6; float32 1 *0.5; x 1 *0; x 8,4,3,3 *1; float32 1 *0.5; x 1 *0; float32 1 *0.5; x 1 *0',
  ],
  QLinearMatMul: ['x 2,3; float32 1 *0.5; x 1 *0; x 3,4; float32 1 *0.5; x 1 *0; float32 1 *0.5; x 1 *0'],
  QuantizeLinear: ['float32 1,4,6,6; float32 1 *0.5; x 1 *0'],
  RNN: ['x 2,1,4; x 1,3,4; x 1,3,3', { hidden_size: 3 }],
  Range: ['x *0; x *4; x *1'],
  ReduceSum: ['x 2,3'],
  Reshape: ['x 2,3; int64 2 *3,2'],
  Resize: ['x 1,4,6,6; float32 0; float32 4 *1,1,2,2'],
  Shape: ['x 2,3'],
  Slice: ['x 4; int64 1 *1; int64 1 *3'],
  SpaceToDepth: ['x 1,4,6,6', { blocksize: 2 }],
  Split: ['x 4,2', { num_outputs: 1 }],
  Squeeze: ['x 1,4; int64 1 *0'],
  Tile: ['x 2,3; int64 2 *1,2'],
  TopK: ['x 2,4; int64 1 *2'],
  Unsqueeze: ['x 2,3; int64 1 *0'],
  Upsample: ['x 1,4,6,6; float32 4 *1,1,2,2', {}, 9],
  Where: ['bool 2,3; x 2,3; x 2,3'],
};

const limits = {
  Cast: 'float16 is computed as float32',
  Compress: 'the condition is a constant',
  ConstantOfShape: 'the shape is a constant, or bound',
  ConvInteger: 'zero points are constants',
  DequantizeLinear: 'scales are constants; per tensor, per channel or in blocks',
  Dropout: 'inference',
  BatchNormalization: 'inference',
  Expand: 'the shape is a constant, or bound',
  NonZero: 'of constants',
  OneHot: 'the depth is a constant, or bound',
  Pad: 'pads, value and axes are constants, or bound',
  QuantizeLinear: 'scales are constants; per tensor, per channel or in blocks',
  Range: 'of constants',
  Reshape: 'the shape is a constant, or bound',
  Resize: 'scales and sizes are constants, or bound',
  Slice: 'starts, ends, axes and steps are constants, or bound',
  Split: 'sizes are constants, or bound',
  Tile: 'repeats are constants, or bound',
  CumSum: 'the axis is a constant, or bound',
  TopK: 'k is a constant, or bound',
};

const text = await render();
if (process.argv.includes('--check')) {
  const current = readFileSync(page, 'utf8') === text;
  console.log(`${page} is ${current ? 'up to date' : 'out of date: run node scripts/operators.js'}`);
  process.exitCode = current ? 0 : 1;
} else {
  writeFileSync(page, text);
  console.log(`wrote ${page}`);
}

async function render() {
  const standard = operatorTables.get('') ?? new Map();
  const rows = [];
  for (const name of [...standard.keys()].sort()) rows.push(await onnxRow(name));
  const others = [...operatorTables].filter(([domain]) => domain !== '');
  return `# Operators

Made by \`node scripts/operators.js\` from what the importers and the core register; do not edit. An operator that is
not listed is refused with \`OP_UNSUPPORTED\`, a use of one that is not supported with a code of its own
([errors.md](errors.md)). Inputs of a model that must be known at compile time (axes, shapes, pads, …) are made
constants with \`bind\`.

## ONNX

Opset 6 to 25. Types are those of the data input; float16 is read as float32. Networks in the QDQ and QOperator forms
become integer operators, see [arithmetic.md](arithmetic.md).

${table(['operator', 'element types', 'limits'], rows)}

${others
  .map(([domain, list]) => `Of the domain \`${domain}\`: ${[...list.keys()].sort().map(code).join(', ')}.`)
  .join('\n\n')}

## TensorFlow Lite

${table(
  ['operator', 'element types', 'limits'],
  Object.entries(operatorSupport)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { types: list, limits: limit = '' }]) => [code(name), list, limit]),
)}

## The core

What the importers' operators become; each has a reference evaluation and a portable kernel in C.

${table(
  ['operator', 'what it does'],
  [...ops.builtinOps]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, summary }) => [code(name), summary]),
)}
`;
}

async function onnxRow(name) {
  const taken = [];
  for (const dtype of types) if (await imports(name, dtype)) taken.push(dtype);
  if (taken.length === 0) throw new Error(`no probe fits ${name}: add one to scripts/operators.js`);
  return [code(name), summarise(taken), limits[name] ?? ''];
}

function summarise(taken) {
  const all = (list) => list.every((dtype) => taken.includes(dtype));
  const integers = types.filter((dtype) => dtype.includes('int'));
  const parts = [];
  if (all(types)) return 'all';
  const rest = all(integers) ? taken.filter((dtype) => !integers.includes(dtype)) : taken;
  parts.push(...rest);
  if (all(integers)) parts.push('integers');
  return parts.join(', ');
}

/** Whether one of the probes of an operator is read with elements of a type. */
async function imports(name, dtype) {
  const data = 'x 1,4,6,6';
  const own = probes[name];
  const tries = own ? [own] : [[data], [`${data}; ${data}`], [`${data}; ${data}; ${data}`]];
  for (const [inputs, attributes = {}, opset = 23] of tries) {
    try {
      const bytes = model(name, dtype, inputs, attributes, opset);
      const context = { plugin: 'import-onnx', hook: 'importModel', info() {}, warn() {} };
      const source = {
        file: 'probe.onnx',
        bytes,
        options: { dialect: 'float' },
        readBeside: () => undefined,
      };
      await importOnnx().importModel.call(context, source);
      return true;
    } catch (error) {
      if (!MatchError.is(error)) throw error;
    }
  }
  return false;
}

function model(op, dtype, inputs, attributes, opset) {
  const specs = inputs.split(';').filter((spec) => spec.trim() !== '');
  const tensors = specs.map((spec, i) => {
    const [type, ...rest] = spec.trim().split(' ');
    const shape = rest.find((part) => !part.startsWith('*'));
    const values = rest.find((part) => part.startsWith('*'))?.slice(1);
    return {
      name: `i${i}`,
      type: type === 'x' ? dtype : type,
      dims: shape === undefined ? [] : shape.split(',').map(Number),
      values: values?.split(',').map(Number),
    };
  });
  const constants = tensors.filter(({ values }) => values);
  return encodeModel({
    ir_version: 10,
    opset_import: [{ domain: '', version: opset }],
    graph: {
      name: 'probe',
      node: [
        {
          op_type: op,
          name: op,
          input: tensors.map(({ name, dims }) => (dims.includes(0) ? '' : name)),
          output: ['y'],
          attribute: [...Object.entries(attributes), ...(op === 'Cast' ? [['to', 1]] : [])].map(attribute),
        },
      ],
      initializer: constants.map(({ name, type, dims, values }) => {
        const count = dims.reduce((product, extent) => product * extent, 1);
        const list = Array.from({ length: count }, (_, i) => values[i % values.length]);
        return { name, dims, data_type: elementTypes.indexOf(type), ...field(type, list) };
      }),
      input: tensors.filter(({ values, dims }) => !values && !dims.includes(0)).map(valueInfo),
      output: [{ name: 'y', type: { tensor_type: { elem_type: 0 } } }],
    },
  });
}

function field(type, list) {
  if (type === 'float32') return { float_data: list };
  if (type === 'float64') return { double_data: list };
  if (type === 'int64') return { int64_data: list };
  return type === 'uint64' || type === 'uint32' ? { uint64_data: list } : { int32_data: list };
}

function valueInfo({ name, type, dims }) {
  const dim = dims.map((extent) => ({ dim_value: extent }));
  return { name, type: { tensor_type: { elem_type: elementTypes.indexOf(type), shape: { dim } } } };
}

function attribute([name, value]) {
  if (typeof value === 'number') return { name, i: value, type: attributeTypes.int };
  if (typeof value === 'string')
    return { name, s: new TextEncoder().encode(value), type: attributeTypes.string };
  return { name, ints: value, type: attributeTypes.ints };
}

function code(name) {
  return `\`${name}\``;
}

/** A table as prettier writes it. */
function table(headings, rows) {
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => row[i].length), 3),
  );
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
