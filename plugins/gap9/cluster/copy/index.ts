import {
  elementBytes,
  isInteger,
  isOp,
  operandBox,
  ops,
  pattern,
  type JobField,
  type KernelCall,
  type ModulePattern,
  type OpDefinition,
  type OperandAxis,
  type Region,
  type Tiling,
} from 'match-compiler';
import { costs, ownShare, type Share } from '../costs.ts';
import { alignedOperand, imageDimensions, imageRanges, imageTileDimensions } from '../image.ts';
import { perLayouts } from '../per-region.ts';
import { joined, support } from '../support/index.ts';
import { copiedOperands, copyLayouts, copyOf, innermostSteps, type Copy } from './axes.ts';
import text from './cluster_copy.c';

const copyIn = perLayouts((region, layouts): Copy => {
  const copy = copyOf(region, layouts);
  if (!copy) throw new TypeError(`${region.root.name} is no copy of images`);
  return copy;
});

const supported = (region: Region): true | string => {
  const { root } = region;
  const { x } = copiedOperands(region);
  if (x.constant) return 'copies a constant';
  if (elementBytes(x.type.dtype) > 4) return `copies ${x.type.dtype}`;
  if (isOp(root, ops.pad) && root.attributes.mode !== 'constant') return `pads by ${root.attributes.mode}`;
  if (isOp(root, ops.pad) && !isInteger(x.type.dtype)) return `pads ${x.type.dtype}`;
  if (isOp(root, ops.slice) && root.attributes.steps.some((step) => step < 1)) return 'goes backwards';
  return (
    copyLayouts(region).length > 0 || 'has more than three axes of several indices that move by themselves'
  );
};

const tiling = perLayouts((region, layouts): Tiling => {
  const copy = copyIn(region, layouts);
  const { x, out, axes } = copy;
  const whole = axes.map(({ reachesOutside }) => reachesOutside);
  const input = x.extents.map((extent, j): OperandAxis => {
    const i = axes.findIndex(({ source }) => source === j);
    const axis = axes[i];
    if (!axis || axis.reachesOutside) return { extent, bytes: x.strides[j] ?? 0 };
    return {
      extent,
      bytes: x.strides[j] ?? 0,
      dimension: imageDimensions[i] ?? 'oy',
      step: axis.step,
      before: -axis.shift,
      per: axis.repeat,
    };
  });
  return {
    dimensions: imageTileDimensions(out, whole),
    inputs: [{ axes: input, bytes: x.elementBytes * x.extents[0] * x.extents[1] * x.extents[2] }],
    constants: [],
    outputs: [alignedOperand(out, out, whole)],
  };
});

function cycles(call: KernelCall, share: Share): number {
  const copy = copyIn(call.region, call.layouts);
  const bytes = copy.out.elementBytes;
  const [rows, columns, channels] = imageRanges(call, copy.out);
  const runs = ownShare(rows.extent * columns.extent, share);
  const steps = innermostSteps(copy);
  let run: number;
  if (steps.out === bytes && steps.input === bytes) {
    run = costs.run + costs.copyWord * Math.ceil((channels.extent * bytes) / 4);
  } else {
    const blocks = bytes === 1 && channels.extent >= 4 && columns.extent >= 4;
    run = costs.run / (blocks ? 4 : 1) + channels.extent * (blocks ? costs.transposedByte : costs.copyByte);
  }
  return Math.floor(costs.entry + costs.teamFactor * runs * run);
}

function fields(call: KernelCall): readonly JobField[] {
  const { region, layouts, tile, strides } = call;
  const copy = copyIn(region, layouts);
  const { x, out, axes } = copy;
  const ranges = imageRanges(call, out);
  const [input] = tiling(region, layouts).inputs;
  const box = input && operandBox(input, tile);
  const from = strides?.inputs[0] ?? x.strides;
  const to = strides?.outputs[0] ?? out.strides;
  const names = ['row', 'column', 'channel'] as const;
  const parts = axes.map(({ source, step, shift, repeat }, i) => {
    const range = source === undefined ? undefined : box?.ranges[source];
    return {
      extent: range?.extent ?? 1,
      stride: source === undefined ? 0 : (from[source] ?? 0),
      step,
      shift: source === undefined ? 0 : (ranges[i]?.start ?? 0) * step + shift - (range?.start ?? 0) * repeat,
      repeat,
    };
  });
  const fill = isOp(region.root, ops.pad) ? region.root.attributes.value : 0;
  return [
    { name: 'input', role: 'input', index: 0 },
    { name: 'output', role: 'output', index: 0 },
    { name: 'element_bytes', value: out.elementBytes },
    { name: 'rows', value: ranges[0].extent },
    { name: 'columns', value: ranges[1].extent },
    { name: 'channels', value: ranges[2].extent },
    ...names.map((name, i) => ({ name: `output_${name}_stride`, value: to[i] ?? 0 })),
    { name: 'input_rows', value: parts[0]?.extent ?? 1 },
    { name: 'input_columns', value: parts[1]?.extent ?? 1 },
    { name: 'input_channels', value: parts[2]?.extent ?? 1 },
    ...names.map((name, i) => ({ name: `input_${name}_stride`, value: parts[i]?.stride ?? 0 })),
    ...names.flatMap((name, i) => [
      { name: `${name}_step`, value: parts[i]?.step ?? 1 },
      { name: `${name}_shift`, value: parts[i]?.shift ?? 0 },
      { name: `${name}_repeat`, value: parts[i]?.repeat ?? 1 },
    ]),
    { name: 'fill', value: fill | 0 },
  ];
}

function copyPattern(name: string, definition: OpDefinition): ModulePattern {
  return {
    name,
    pattern: pattern.op(definition),
    constraints: [supported],
    layouts: copyLayouts,
    tiling,
    cycles: (call) => cycles(call, 'slowest'),
    leastCycles: (call) => cycles(call, 'even'),
    kernel: {
      kind: 'job',
      name: 'cluster_copy',
      source: { path: 'plugins/gap9/cluster/copy/cluster_copy.c', text },
      support: joined(support.share),
      headers: ['string.h'],
      fields,
    },
  };
}

/** Copies that change the order of axes, the extent, or both. */
export const copyPatterns: readonly ModulePattern[] = [
  copyPattern('layout_transform', ops.layoutTransform),
  copyPattern('transpose', ops.transpose),
  copyPattern('pad', ops.pad),
  copyPattern('slice', ops.slice),
  copyPattern('resize_nearest', ops.resizeNearest),
];
