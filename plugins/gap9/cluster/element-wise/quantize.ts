import {
  elementCount,
  integerRange,
  isOp,
  ops,
  pattern,
  rowMajor,
  type JobField,
  type KernelCall,
  type LayoutChoice,
  type ModulePattern,
  type OpDefinition,
  type Region,
  type Value,
} from 'match-compiler';
import { costs, ownShare, type Share } from '../costs.ts';
import { elementCode } from '../element-types.ts';
import {
  alignedOperand,
  imageOf,
  imageRanges,
  imageStrides,
  imageTileDimensions,
  tileElements,
  tileRuns,
  type Image,
} from '../image.ts';
import { joined, support } from '../support/index.ts';
import text from './cluster_quantize.c';
import { uniformLayouts } from './index.ts';

function operandsOf({ root, outputs }: Region): {
  readonly x: Value;
  readonly out: Value;
  readonly integers: Value;
} {
  const [x] = root.inputs;
  const [out] = outputs;
  if (!x || !out) throw new TypeError(`${root.name} lacks operands`);
  return { x, out, integers: isOp(root, ops.quantize) ? out : x };
}

const supported = (region: Region): true | string => {
  const { x, integers } = operandsOf(region);
  const [, scale, zeroPoint] = region.root.inputs;
  if (x.constant) return 'reads a constant';
  if (!/^u?int(8|16)$/.test(integers.type.dtype)) return `converts ${integers.type.dtype}`;
  if (!scale?.constant || !zeroPoint?.constant) return 'has a scale that is not constant';
  if (elementCount(scale.type.shape) !== 1) return 'has a scale for each channel';
  return true;
};

/** Scale and zero point. */
function pack({ region }: KernelCall): Uint8Array {
  const [, scale, zeroPoint] = region.root.inputs;
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setFloat32(0, Number(scale?.constant?.data[0] ?? 1), true);
  view.setInt32(4, Number(zeroPoint?.constant?.data[0] ?? 0), true);
  return bytes;
}

function imagesOf(region: Region, layouts: LayoutChoice): { readonly x: Image; readonly out: Image } {
  const { x, out } = operandsOf(region);
  const plain = rowMajor(out.type.shape.length);
  return { x: imageOf(x, layouts.inputs[0] ?? plain), out: imageOf(out, layouts.outputs[0] ?? plain) };
}

function cycles(call: KernelCall, share: Share): number {
  const { out } = imagesOf(call.region, call.layouts);
  const element = isOp(call.region.root, ops.quantize) ? costs.quantizeElement : costs.dequantizeElement;
  const work =
    element * ownShare(tileElements(call, out), share) + costs.run * ownShare(tileRuns(call, out), share);
  return Math.floor(costs.entry + costs.teamFactor * work);
}

function fields(call: KernelCall): readonly JobField[] {
  const { region, layouts, strides } = call;
  const { integers } = operandsOf(region);
  const images = imagesOf(region, layouts);
  const [rows, columns, channels] = imageRanges(call, images.out);
  const input = imageStrides(strides?.inputs[0], images.x, images.out);
  const output = imageStrides(strides?.outputs[0], images.out, images.out);
  const { min, max } = integerRange(integers.type.dtype);
  return [
    { name: 'input', role: 'input', index: 0 },
    { name: 'constants', role: 'constant', index: 0 },
    { name: 'output', role: 'output', index: 0 },
    { name: 'rows', value: rows.extent },
    { name: 'columns', value: columns.extent },
    { name: 'channels', value: channels.extent },
    { name: 'input_row_stride', value: input[0] },
    { name: 'input_column_stride', value: input[1] },
    { name: 'input_channel_stride', value: input[2] },
    { name: 'output_row_stride', value: output[0] },
    { name: 'output_column_stride', value: output[1] },
    { name: 'output_channel_stride', value: output[2] },
    { name: 'type', value: elementCode(integers.type.dtype) },
    { name: 'low', value: min },
    { name: 'high', value: max },
    { name: 'to_float', value: isOp(region.root, ops.quantize) ? 0 : 1 },
  ];
}

function conversion(name: string, definition: OpDefinition): ModulePattern {
  return {
    name,
    pattern: pattern.op(definition),
    constraints: [supported],
    layouts: uniformLayouts,
    tiling: (region, layouts) => {
      const { x, out } = imagesOf(region, layouts);
      return {
        dimensions: imageTileDimensions(out),
        inputs: [alignedOperand(x, out)],
        constants: [{ axes: [{ extent: 1, bytes: 8 }], bytes: 8 }],
        outputs: [alignedOperand(out, out)],
      };
    },
    pack,
    cycles: (call) => cycles(call, 'slowest'),
    leastCycles: (call) => cycles(call, 'even'),
    kernel: {
      kind: 'job',
      name: 'cluster_quantize',
      source: { path: 'plugins/gap9/cluster/element-wise/cluster_quantize.c', text },
      support: joined(support.load, support.store, support.share, support.roundEvenFloat32),
      headers: ['string.h'],
      fields,
    },
  };
}

/** Between float32 and integers of 8 or 16 bits, one scale for the tensor: the edges of a network. */
export const conversionPatterns: readonly ModulePattern[] = [
  conversion('quantize', ops.quantize),
  conversion('dequantize', ops.dequantize),
];
