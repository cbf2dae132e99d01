// Writes the quantized net as ONNX: a QDQ graph, that is, float operators between
// DequantizeLinear and QuantizeLinear nodes.

import protobuf from 'protobufjs';
import { INPUT } from './model.js';

/** The part of onnx.proto that the net needs, with the field numbers of the original. */
const SCHEMA = `
syntax = "proto2";
message Model {
  optional int64 ir_version = 1;
  optional string producer_name = 2;
  optional Graph graph = 7;
  repeated OperatorSet opset_import = 8;
}
message OperatorSet { optional string domain = 1; optional int64 version = 2; }
message Graph {
  repeated Node node = 1;
  optional string name = 2;
  repeated Tensor initializer = 5;
  repeated ValueInfo input = 11;
  repeated ValueInfo output = 12;
}
message Node {
  repeated string input = 1;
  repeated string output = 2;
  optional string name = 3;
  optional string op_type = 4;
  repeated Attribute attribute = 5;
}
message Attribute {
  optional string name = 1;
  optional int64 i = 3;
  repeated int64 ints = 8;
  optional int32 type = 20;
}
message Tensor {
  repeated int64 dims = 1;
  optional int32 data_type = 2;
  optional string name = 8;
  optional bytes raw_data = 9;
}
message ValueInfo { optional string name = 1; optional Type type = 2; }
message Type { optional TensorType tensor_type = 1; }
message TensorType { optional int32 elem_type = 1; optional Shape shape = 2; }
message Shape { repeated Dimension dim = 1; }
message Dimension { optional int64 dim_value = 1; }
`;

const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;
const DATA_TYPES = new Map([
  [Float32Array, 1],
  [Uint8Array, 2],
  [Int8Array, 3],
  [Int32Array, 6],
]);

const attribute = (name, value) =>
  Array.isArray(value)
    ? { name, ints: value, type: ATTRIBUTE_INTS }
    : { name, i: value, type: ATTRIBUTE_INT };

const valueInfo = (name, type, dims) => ({
  name,
  type: {
    tensorType: { elemType: DATA_TYPES.get(type), shape: { dim: dims.map((dimValue) => ({ dimValue })) } },
  },
});

/** The operator of a layer, without its Relu, and the operator's attributes. */
function operatorOf(layer) {
  const { type, kernel, stride, pad, groups } = layer;
  switch (type) {
    case 'conv':
      return [
        'Conv',
        {
          dilations: [1, 1],
          group: groups,
          kernel_shape: [kernel, kernel],
          pads: [pad, pad, pad, pad],
          strides: [stride, stride],
        },
      ];
    case 'dense':
      return ['Gemm', { transB: 1 }];
    case 'max':
      return ['MaxPool', { kernel_shape: [kernel, kernel], strides: [stride, stride] }];
    case 'add':
      return ['Add', {}];
    case 'flatten':
      return ['Flatten', { axis: 1 }];
  }
}

class GraphBuilder {
  nodes = [];
  initializers = [];

  node(opType, name, inputs, output, attributes = {}) {
    this.nodes.push({
      input: inputs,
      output: [output],
      name,
      opType,
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
    return output;
  }

  /** `data` is a typed array; no dims make a scalar. */
  initializer(name, data, dims = []) {
    // Raw data is little-endian, like every machine that this script runs on.
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.push({ dims, dataType: DATA_TYPES.get(data.constructor), name, rawData });
    return name;
  }

  /** Stored integers and the node that makes floats of them, one scale per output channel. */
  parameter(name, data, dims, scale) {
    const inputs = [
      this.initializer(`${name}_quantized`, data, dims),
      this.initializer(`${name}_scale`, scale, [scale.length]),
      this.initializer(`${name}_zero_point`, new data.constructor(scale.length), [scale.length]),
    ];
    return this.node('DequantizeLinear', `${name}_dequantize`, inputs, name, { axis: 0 });
  }

  /** The initializers with an activation's scale and zero point. */
  range(name, { scale, zeroPoint }, type) {
    return [
      this.initializer(`${name}_scale`, Float32Array.of(scale)),
      this.initializer(`${name}_zero_point`, type.of(zeroPoint)),
    ];
  }
}

/** The bytes of the ONNX file. */
export function writeOnnx({ model, activations, parameters }) {
  const graph = new GraphBuilder();
  const inputRange = graph.range(INPUT.name, activations.get(INPUT.name), Uint8Array);
  const dequantized = new Map([
    [
      INPUT.name,
      graph.node('DequantizeLinear', 'image_dequantize', ['image', ...inputRange], 'image_dequantized'),
    ],
  ]);

  for (const layer of model) {
    const { name, inputs, relu } = layer;
    const operands = inputs.map((input) => dequantized.get(input));
    if (layer.weightShape) {
      const { weight, weightScale, bias, biasScale } = parameters.get(name);
      operands.push(
        graph.parameter(`${name}_weight`, weight, layer.weightShape, weightScale),
        graph.parameter(`${name}_bias`, bias, [bias.length], biasScale),
      );
    }
    const [opType, attributes] = operatorOf(layer);
    let result = graph.node(opType, name, operands, `${name}_output`, attributes);
    if (relu) result = graph.node('Relu', `${name}_relu`, [result], `${name}_relu_output`);

    const range = graph.range(name, activations.get(name), Int8Array);
    const isLast = layer === model.at(-1);
    const quantized = isLast ? 'scores' : `${name}_quantized`;
    graph.node('QuantizeLinear', `${name}_quantize`, [result, ...range], quantized);
    if (isLast) break;
    dequantized.set(
      name,
      graph.node('DequantizeLinear', `${name}_dequantize`, [quantized, ...range], `${name}_dequantized`),
    );
  }

  const { channels, height, width } = INPUT;
  const Model = protobuf.parse(SCHEMA).root.lookupType('Model');
  return Model.encode(
    Model.fromObject({
      irVersion: 7,
      producerName: 'match-digits',
      opsetImport: [{ domain: '', version: 13 }],
      graph: {
        name: 'digits',
        node: graph.nodes,
        initializer: graph.initializers,
        input: [valueInfo(INPUT.name, Uint8Array, [1, channels, height, width])],
        output: [valueInfo('scores', Int8Array, [1, model.at(-1).channels])],
      },
    }),
  ).finish();
}
