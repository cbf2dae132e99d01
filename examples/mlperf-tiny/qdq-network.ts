import {
  bytesOf,
  elementCount,
  ops,
  tensor,
  type Attributes,
  type OpDefinition,
  type Shape,
  type Tensor,
} from 'match-compiler';
import {
  attributeTypes,
  elementTypes,
  encodeModel,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'match-compiler/plugins/import-onnx';

/** A quantized activation on its way through the network, with what it is on the sample input. */
export interface Activation {
  readonly name: string;
  readonly sample: Tensor;
  readonly scale: number;
}

export interface ConvolutionOptions {
  readonly channels: number;
  readonly kernel: readonly [height: number, width: number];
  readonly strides?: readonly [height: number, width: number];
  /** Each channel for itself. */
  readonly depthwise?: boolean;
  readonly relu: boolean;
}

/** Room above the range that the sample has, so that other inputs fit as well. */
const headroom = 1.25;

const float = { inputZeroPoint: 0, weightZeroPoint: 0, accumulator: 'float32' } as const;

/**
 * Builds a network as ONNX in the QDQ form: weights int8 per channel, biases int32, activations int8, a
 * QuantizeLinear and a DequantizeLinear after every operator. Weights are random, from a seed, of the variance that
 * keeps activations in range; scales of activations come from one random sample input, evaluated as the network
 * grows.
 */
export class QdqNetwork {
  readonly #name: string;
  readonly #random: () => number;
  readonly #nodes: NodeProto[] = [];
  readonly #constants: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  #steps = 0;

  constructor(name: string, seed: number) {
    this.#name = name;
    this.#random = generator(seed);
  }

  /** A float32 input for elements of a standard normal distribution. */
  input(name: string, shape: Shape): Activation {
    this.#inputs.push(valueInfo(name, shape));
    const sample = tensor('float32', shape, this.#normals(elementCount(shape), 1));
    return this.#quantized(name, sample);
  }

  /** With padding that keeps the size (divided by the strides, rounded up), as TensorFlow's SAME. */
  convolution(x: Activation, options: ConvolutionOptions): Activation {
    const { channels, kernel, strides = [1, 1], depthwise = false, relu } = options;
    const [, inputs = 1, height = 1, width = 1] = x.sample.type.shape;
    const groups = depthwise ? inputs : 1;
    const perGroup = inputs / groups;
    const [top, bottom] = samePads(height, kernel[0], strides[0]);
    const [left, right] = samePads(width, kernel[1], strides[1]);
    const pads = [top, left, bottom, right];
    const step = `conv${this.#steps++}`;
    const { weights, bias } = this.#parameters(step, x, [channels, perGroup, ...kernel]);
    this.#node('Conv', [x.name, weights.name, bias.name], step, {
      kernel_shape: [...kernel],
      strides: [...strides],
      pads,
      dilations: [1, 1],
      group: groups,
    });
    const attributes = { ...float, strides, dilations: [1, 1], pads, groups };
    return this.#activated(
      step,
      evaluate(ops.conv2d, [x.sample, weights.value, bias.value], attributes),
      relu,
    );
  }

  /** A dense layer on [1, features]. */
  dense(x: Activation, features: number, relu: boolean): Activation {
    const step = `dense${this.#steps++}`;
    const { weights, bias } = this.#parameters(step, x, [features, x.sample.type.shape[1] ?? 0]);
    this.#node('Gemm', [x.name, weights.name, bias.name], step, { transB: 1 });
    return this.#activated(step, evaluate(ops.dense, [x.sample, weights.value, bias.value], float), relu);
  }

  add(a: Activation, b: Activation, relu: boolean): Activation {
    const step = `add${this.#steps++}`;
    this.#node('Add', [a.name, b.name], step);
    return this.#activated(step, evaluate(ops.add, [a.sample, b.sample], { dtype: 'float32' }), relu);
  }

  /** The mean of every channel, as [1, channels]. */
  globalAverage(x: Activation): Activation {
    const step = `pool${this.#steps++}`;
    this.#node('GlobalAveragePool', [x.name], step);
    const mean = evaluate(ops.reduceMean, [x.sample], { axes: [2, 3], keepDims: true });
    const pooled = this.#quantized(step, mean);
    const flat = `flat${this.#steps++}`;
    this.#node('Flatten', [pooled.name], flat, { axis: 1 });
    const shape = mean.type.shape.slice(0, 2);
    return {
      name: flat,
      sample: { type: { dtype: 'float32', shape }, data: mean.data },
      scale: pooled.scale,
    };
  }

  /** Probabilities along the last axis, in steps of 1/256. */
  softmax(x: Activation): Activation {
    const step = `softmax${this.#steps++}`;
    this.#node('Softmax', [x.name], step, { axis: -1 });
    const sample = evaluate(ops.softmax, [x.sample], { axis: 1 });
    return this.#quantizeAs(step, sample, 1 / 256, -128);
  }

  /** Makes an activation an output of the network. */
  output(x: Activation, name: string): void {
    this.#nodes.push({ op_type: 'Identity', name, input: [x.name], output: [name], attribute: [] });
    this.#outputs.push(valueInfo(name, x.sample.type.shape));
  }

  /** The bytes of the ONNX file. */
  file(): Uint8Array {
    return encodeModel({
      ir_version: 8,
      producer_name: 'match-compiler/examples/mlperf-tiny',
      opset_import: [{ domain: '', version: 13 }],
      graph: {
        name: this.#name,
        node: this.#nodes,
        initializer: this.#constants,
        input: this.#inputs,
        output: this.#outputs,
      },
    });
  }

  #activated(name: string, sum: Tensor, relu: boolean): Activation {
    if (!relu) return this.#quantized(name, sum);
    const active = `${name}_relu`;
    this.#node('Relu', [name], active);
    return this.#quantized(active, evaluate(ops.clip, [sum], { min: 0, max: Infinity }));
  }

  /** Weights int8 with a scale per output channel and biases int32, dequantized; of He's variance, 2 by inputs. */
  #parameters(
    step: string,
    x: Activation,
    shape: readonly number[],
  ): Record<'weights' | 'bias', { readonly name: string; readonly value: Tensor }> {
    const [channels = 0, ...rest] = shape;
    const fanIn = elementCount(rest);
    const real = this.#normals(channels * fanIn, Math.sqrt(2 / fanIn));
    const scales = Array.from({ length: channels }, (_, channel) => {
      const own = real.slice(channel * fanIn, (channel + 1) * fanIn);
      return Math.fround(Math.max(...own.map(Math.abs), 1e-6) / 127);
    });
    const quantized = real.map((value, i) => Math.round(value / (scales[Math.floor(i / fanIn)] ?? 1)));
    const biasScales = scales.map((scale) => Math.fround(scale * x.scale));
    const biases = this.#normals(channels, 0.1).map((value, i) => Math.round(value / (biasScales[i] ?? 1)));
    const parameter = (
      role: string,
      data: Tensor,
      scaleList: readonly number[],
    ): { readonly name: string; readonly value: Tensor } => {
      const name = `${step}_${role}`;
      const scale = this.#constant(`${name}_scale`, tensor('float32', [channels], scaleList));
      const zero = this.#constant(`${name}_zero`, tensor(data.type.dtype, [channels]));
      const inner = data.data.length / channels;
      const values = Array.from(data.data as ArrayLike<number>, (value, i) => {
        return value * (scaleList[Math.floor(i / inner)] ?? 1);
      });
      this.#node('DequantizeLinear', [this.#constant(`${name}_q`, data), scale, zero], name, { axis: 0 });
      return { name, value: tensor('float32', data.type.shape, values) };
    };
    return {
      weights: parameter('weights', tensor('int8', shape, quantized), scales),
      bias: parameter('bias', tensor('int32', [channels], biases), biasScales),
    };
  }

  /** Quantizes over the range of the sample, which always holds 0. */
  #quantized(name: string, sample: Tensor): Activation {
    const values = sample.data as Float32Array;
    const low = headroom * values.reduce((least, value) => Math.min(least, value), 0);
    const high = headroom * values.reduce((most, value) => Math.max(most, value), 0);
    const scale = Math.fround(Math.max(high - low, 1e-3) / 255);
    const zero = Math.max(-128, Math.min(127, Math.round(-128 - low / scale)));
    return this.#quantizeAs(name, sample, scale, zero);
  }

  #quantizeAs(name: string, sample: Tensor, scale: number, zeroPoint: number): Activation {
    const scaleName = this.#constant(`${name}_scale`, tensor('float32', [], [scale]));
    const zeroName = this.#constant(`${name}_zero`, tensor('int8', [], [zeroPoint]));
    this.#node('QuantizeLinear', [name, scaleName, zeroName], `${name}_int8`);
    this.#node('DequantizeLinear', [`${name}_int8`, scaleName, zeroName], `${name}_real`);
    return { name: `${name}_real`, sample, scale };
  }

  #node(
    op: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
  ): void {
    const list = Object.entries(attributes).map(([name, value]): AttributeProto =>
      typeof value === 'number'
        ? { name, i: value, type: attributeTypes.int }
        : { name, ints: value, type: attributeTypes.ints },
    );
    this.#nodes.push({ op_type: op, name: output, input: inputs, output: [output], attribute: list });
  }

  #constant(name: string, { type, data }: Tensor): string {
    const raw = bytesOf(data);
    this.#constants.push({
      name,
      dims: type.shape,
      data_type: elementTypes.indexOf(type.dtype),
      raw_data: raw,
    });
    return name;
  }

  #normals(count: number, deviation: number): number[] {
    // Box and Muller's transform, one of the two results.
    return Array.from({ length: count }, () => {
      const radius = Math.sqrt(-2 * Math.log(1 - this.#random()));
      return deviation * radius * Math.cos(2 * Math.PI * this.#random());
    });
  }
}

function evaluate<A extends Attributes>(
  op: OpDefinition<A>,
  inputs: readonly Tensor[],
  attributes: A,
): Tensor {
  const types = op.infer(
    inputs.map(({ type }) => type),
    attributes,
  );
  const [type] = types;
  const [data] = op.evaluate(inputs, attributes, types);
  if (!type || !data) throw new TypeError(`${op.name} has no result`);
  return { type, data };
}

/** Before and after an axis; where the sum is odd, one more after it. */
function samePads(extent: number, kernel: number, stride: number): readonly [number, number] {
  const total = Math.max(0, (Math.ceil(extent / stride) - 1) * stride + kernel - extent);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

function valueInfo(name: string, shape: Shape): ValueInfoProto {
  const dim = shape.map((extent) => ({ dim_value: extent }));
  return { name, type: { tensor_type: { elem_type: elementTypes.indexOf('float32'), shape: { dim } } } };
}

/** Mulberry32: uniform in [0, 1). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
