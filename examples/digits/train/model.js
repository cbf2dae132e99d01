// The net: its layers with all shapes worked out, and its initial weights.

/** Layers as a person would write them down; `from` defaults to the layer above. */
const LAYERS = [
  { name: 'conv1', type: 'conv', channels: 16, kernel: 3, relu: true },
  { name: 'pool1', type: 'max', kernel: 2, stride: 2 },
  { name: 'block1_depthwise', type: 'conv', depthwise: true, kernel: 3, relu: true },
  { name: 'block1_pointwise', type: 'conv', channels: 48, kernel: 1, relu: true },
  { name: 'pool2', type: 'max', kernel: 2, stride: 2 },
  { name: 'block2_depthwise', type: 'conv', depthwise: true, kernel: 3, relu: true },
  { name: 'block2_pointwise', type: 'conv', channels: 48, kernel: 1 },
  { name: 'block2_add', type: 'add', from: ['pool2', 'block2_pointwise'] },
  { name: 'block3_depthwise', type: 'conv', depthwise: true, kernel: 3, relu: true },
  { name: 'block3_pointwise', type: 'conv', channels: 96, kernel: 1, relu: true },
  { name: 'pool3', type: 'max', kernel: 3, stride: 2 },
  { name: 'flatten', type: 'flatten' },
  { name: 'classifier', type: 'dense', channels: 10 },
];

export const INPUT = { name: 'image', channels: 1, height: 28, width: 28 };

/**
 * The layers in execution order. Each has `inputs` (layer names), `inShape` and `outShape`
 * ({ channels, height, width }); those with weights also `weightShape`
 * ([outChannels, inChannels / groups, kernel, kernel], or [out, in] for dense).
 */
export function buildModel() {
  const shapes = new Map([[INPUT.name, INPUT]]);
  let previous = INPUT.name;
  return LAYERS.map((spec) => {
    const inputs = spec.from ?? [previous];
    const inShape = shapes.get(inputs[0]);
    const layer = { ...spec, inputs, inShape, ...shapeLayer(spec, inShape) };
    shapes.set(layer.name, layer.outShape);
    previous = layer.name;
    return layer;
  });
}

function shapeLayer(spec, inShape) {
  const { channels, height, width } = inShape;
  const flat = (count) => ({ channels: count, height: 1, width: 1 });
  if (spec.type === 'add') return { outShape: inShape };
  if (spec.type === 'flatten') return { outShape: flat(sizeOf(inShape)) };
  if (spec.type === 'dense') {
    return { outShape: flat(spec.channels), weightShape: [spec.channels, sizeOf(inShape)] };
  }

  const { kernel, stride = 1, depthwise = false } = spec;
  const pad = spec.type === 'conv' ? (kernel - 1) / 2 : 0;
  const outSize = (size) => Math.floor((size + 2 * pad - kernel) / stride) + 1;
  const outPlane = { height: outSize(height), width: outSize(width) };
  if (spec.type === 'max') return { outShape: { channels, ...outPlane } };
  const outChannels = depthwise ? channels : spec.channels;
  return {
    stride,
    pad,
    groups: depthwise ? channels : 1,
    outShape: { channels: outChannels, ...outPlane },
    weightShape: [outChannels, depthwise ? 1 : channels, kernel, kernel],
  };
}

export const sizeOf = ({ channels, height, width }) => channels * height * width;

/** He-uniform weights and zero biases, by layer name. */
export function initialParameters(model, random) {
  const parameters = new Map();
  for (const { name, weightShape } of model) {
    if (!weightShape) continue;
    const [outputs, ...rest] = weightShape;
    const fanIn = rest.reduce((a, b) => a * b, 1);
    const limit = Math.sqrt(6 / fanIn);
    const weight = Float64Array.from({ length: outputs * fanIn }, () => (2 * random() - 1) * limit);
    parameters.set(name, { weight, bias: new Float64Array(outputs) });
  }
  return parameters;
}

/** Multiply-accumulates per image (taps on the padding counted) and parameters. */
export function modelSize(model) {
  let macs = 0;
  let parameters = 0;
  for (const { weightShape, outShape } of model) {
    if (!weightShape) continue;
    const [outputs, ...rest] = weightShape;
    const fanIn = rest.reduce((a, b) => a * b, 1);
    macs += sizeOf(outShape) * fanIn;
    parameters += outputs * (fanIn + 1);
  }
  return { macs, parameters };
}
