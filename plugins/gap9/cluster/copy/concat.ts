import {
  elementBytes,
  elementCount,
  layoutStrides,
  ops,
  pattern,
  type JobField,
  type KernelCall,
  type LayoutChoice,
  type ModulePattern,
  type Region,
  type TiledOperand,
  type Tiling,
  type Value,
} from 'match-compiler';
import { costs, ownShare, type Share } from '../costs.ts';
import { isKnown } from '../element-types.ts';
import { uniformLayouts } from '../element-wise/index.ts';
import { joined, support } from '../support/index.ts';
import text from './cluster_concat.c';

const mostInputs = 4;

/** A tensor as runs of bytes along the joined axis and what lies inside of it, for every index outside of it. */
interface Runs {
  readonly outer: number;
  readonly bytes: number;
}

function runsOf(value: Value, layouts: LayoutChoice['inputs'][number] | undefined, axis: number): Runs {
  const { shape, dtype } = value.type;
  if (!layouts) throw new TypeError(`%${value.name} has no layout`);
  const inner = (layoutStrides(layouts, shape)[axis] ?? 1) * (shape[axis] ?? 1);
  return { outer: elementCount(shape) / inner, bytes: inner * elementBytes(dtype) };
}

/** Inputs that are joined, in order, and the result. */
function partsOf(
  region: Region,
  layouts: LayoutChoice,
): { readonly inputs: readonly Runs[]; readonly out: Runs } {
  const { attributes, inputs } = pattern.captured(region.match, 'concat', ops.concat);
  const [out] = region.outputs;
  if (!out) throw new TypeError(`${region.root.name} has no output`);
  return {
    inputs: inputs.map((value) =>
      runsOf(value, layouts.inputs[region.inputs.indexOf(value)], attributes.axis),
    ),
    out: runsOf(out, layouts.outputs[0], attributes.axis),
  };
}

const supported = (region: Region): true | string => {
  const { inputs } = pattern.captured(region.match, 'concat', ops.concat);
  const [first] = inputs;
  if (inputs.length > mostInputs) return `joins ${inputs.length} tensors, the kernel ${mostInputs}`;
  if (inputs.some((value) => value.constant)) return 'joins a constant';
  if (!first || !isKnown(first.type.dtype)) return `joins ${first?.type.dtype ?? 'nothing'}`;
  if (inputs.some(({ type }) => elementCount(type.shape) === 0)) return 'joins an empty tensor';
  return true;
};

function tiling(region: Region, layouts: LayoutChoice): Tiling {
  const { out } = partsOf(region, layouts);
  const { attributes } = pattern.captured(region.match, 'concat', ops.concat);
  const operand = ({ outer, bytes }: Runs): TiledOperand => ({
    axes: [{ extent: outer, bytes, dimension: 'oy' }],
    bytes: outer * bytes,
  });
  return {
    dimensions: [{ name: 'oy', extent: out.outer, granule: 1, reduction: false }],
    inputs: region.inputs.map((value, i) => operand(runsOf(value, layouts.inputs[i], attributes.axis))),
    constants: [],
    outputs: [operand(out)],
  };
}

function cycles({ region, layouts, tile }: KernelCall, share: Share): number {
  const { inputs, out } = partsOf(region, layouts);
  const own = ownShare(tile.ranges['oy']?.extent ?? out.outer, share);
  const copy = inputs.reduce((sum, { bytes }) => sum + costs.run + costs.copyWord * Math.ceil(bytes / 4), 0);
  return Math.floor(costs.entry + costs.teamFactor * own * copy);
}

function fields({ region, layouts, tile, strides }: KernelCall): readonly JobField[] {
  const { inputs } = pattern.captured(region.match, 'concat', ops.concat);
  const parts = partsOf(region, layouts);
  const slots = Array.from({ length: mostInputs }, (_, i) => inputs[i]);
  const indexOf = (value: Value): number => region.inputs.indexOf(value);
  return [
    ...slots.map((value, i): JobField => {
      const name = `input_${i}`;
      return value ? { name, role: 'input', index: indexOf(value) } : { name, value: 'NULL' };
    }),
    { name: 'output', role: 'output', index: 0 },
    { name: 'outer', value: tile.ranges['oy']?.extent ?? parts.out.outer },
    ...slots.map((_, i) => ({ name: `run_${i}`, value: parts.inputs[i]?.bytes ?? 0 })),
    ...slots.map((value, i) => ({
      name: `stride_${i}`,
      value: value ? (strides?.inputs[indexOf(value)]?.[0] ?? parts.inputs[i]?.bytes ?? 0) : 0,
    })),
    { name: 'output_stride', value: strides?.outputs[0]?.[0] ?? parts.out.bytes },
  ];
}

/** Up to four tensors joined along any axis, in one layout. */
export const concatPattern: ModulePattern = {
  name: 'concat',
  pattern: pattern.op(ops.concat, { as: 'concat' }),
  constraints: [supported],
  layouts: uniformLayouts,
  tiling,
  cycles: (call) => cycles(call, 'slowest'),
  leastCycles: (call) => cycles(call, 'even'),
  kernel: {
    kind: 'job',
    name: 'cluster_concat',
    source: { path: 'plugins/gap9/cluster/copy/cluster_concat.c', text },
    support: joined(support.share),
    headers: ['string.h'],
    fields,
  },
};
