import {
  formatLayout,
  formatType,
  mainNode,
  nodeMacs,
  tilingOf,
  type Buffer,
  type KernelInstruction,
  type Layout,
  type MappedRegion,
  type OperandPlan,
  type Region,
  type Slice,
  type Tile,
  type TileRange,
  type TransferInstruction,
  type Value,
} from 'match-compiler';
import type { Network } from './network.ts';

/** What the user reads above a call: the model's names, shapes, cost and place. */
export function callComment(network: Network, call: KernelInstruction, number: number): string[] {
  const { region, schedule } = call.region;
  return [
    `${number}. ${namesOf(region)}`,
    work(call.region),
    shapes(region, schedule.layouts.inputs, schedule.layouts.outputs),
    [
      ...call.inputs.map(({ buffer }) => `reads ${placeOf(network, buffer)}`),
      ...call.outputs.map(({ buffer }) => `writes ${placeOf(network, buffer)}`),
      ...call.scratch.map(({ buffer }) => `works in ${placeOf(network, buffer)}`),
    ].join(', '),
  ];
}

/** What the user reads where a region of several instructions begins. */
export function regionComment(network: Network, mapped: MappedRegion, number: number): string[] {
  const { region, schedule, share } = mapped;
  const { bufferOf } = network.program;
  const operand = (verb: string, value: Value, plan: OperandPlan | undefined): string[] => {
    const buffer = bufferOf.get(value);
    if (!buffer) return [];
    const through = plan?.mode === 'streamed' ? ` through ${count(plan.buffers, 'tile buffer')}` : '';
    return [`${verb} ${placeOf(network, buffer)}${through}`];
  };
  const cut = Object.entries(schedule.tile).map(([name, size]) => `${name} ${size}`);
  const part = rangesText(share);
  return [
    `${number}. ${namesOf(region)}`,
    `${work(mapped)}${part ? `; its share: ${part}` : ''}`,
    shapes(region, schedule.layouts.inputs, schedule.layouts.outputs),
    [
      ...region.inputs.flatMap((value, i) => operand('reads', value, schedule.inputs[i])),
      ...region.outputs.flatMap((value, i) => operand('writes', value, schedule.outputs[i])),
    ].join(', '),
    ...(cut.length > 0
      ? [`in tiles of ${cut.join(', ')}; outermost loop first: ${schedule.order.join(', ')}`]
      : []),
  ];
}

/** One tile of a region; empty where it is the whole region. */
export function tileComment(call: KernelInstruction, number: number): string {
  const { region, tile, tileSteps = [], cycles } = call;
  const extents = new Map(tilingOf(region)?.dimensions.map(({ name, extent }) => [name, extent]));
  const parts = Object.entries(tile.ranges).flatMap(([name, range]) => {
    const steps = tileSteps.filter(({ dimension }) => dimension === name);
    if (range.extent === extents.get(name) && steps.length === 0) return [];
    const next = steps.map(({ loop, step }) => ` + ${step} ${loop}`).join('');
    return [rangeText(name, range) + (next && `, both${next}`)];
  });
  return parts.length === 0 ? '' : `${number}. ${parts.join(', ')}: ${rounded(cycles)} cycles predicted`;
}

export function transferComment({ from, to, region }: TransferInstruction, number: number): string {
  const place = ({ buffer }: Slice): string => `${briefName(buffer.name)} in ${buffer.memory}`;
  return `${region ? `${number}. ` : ''}${place(from)} to ${place(to)}`;
}

/** The last part of a path-like name. */
export function briefName(name: string): string {
  return name.replace(/^.*[/;](?=.)/s, '');
}

/** Where a buffer lies, in bytes of its memory. */
export function placeOf({ placed }: Network, buffer: Buffer): string {
  const offset = placed.offsets.get(buffer);
  if (offset === undefined) return buffer.role === 'constant' ? 'a constant' : `the caller's ${buffer.role}`;
  return `${buffer.memory} ${offset} to ${offset + buffer.bytes}`;
}

/** The model's own name of what a region computes. */
export function mainName(region: Region): string {
  const node = mainNode(region.nodes, region.root);
  return node.loc[0]?.node ?? node.name;
}

function namesOf(region: Region): string {
  const [loc] = mainNode(region.nodes, region.root).loc;
  const named = region.nodes.map((node) => node.loc[0]?.node ?? node.name);
  return `${[...new Set(named)].join(', ')}${loc ? ` (${loc.op})` : ''}`;
}

/** The number of a region in comments, from 1. */
export function regionNumber({ program }: Network, region: MappedRegion): number {
  return program.mapping.regions.indexOf(region) + 1;
}

function work({ region, pattern, module, schedule }: MappedRegion): string {
  const macs = region.nodes.reduce((sum, node) => sum + nodeMacs(node), 0);
  const cost = `${macs > 0 ? `${macs} MACs, ` : ''}${rounded(schedule.cycles)} cycles predicted`;
  return `${region.nodes.map((node) => node.op.name).join(', ')} by ${pattern.name} on ${module.name}: ${cost}`;
}

function shapes(region: Region, inputs: readonly Layout[], outputs: readonly Layout[]): string {
  const list = (values: readonly Value[], layouts: readonly Layout[]): string =>
    values.map((value, i) => describeTensor(value, layouts[i])).join(', ');
  return `${list(region.inputs, inputs)} -> ${list(region.outputs, outputs)}`;
}

function describeTensor(value: Value, layout: Layout | undefined): string {
  return `${formatType(value.type)}${layout && value.type.shape.length > 2 ? ` ${formatLayout(layout)}` : ''}`;
}

function rangesText({ ranges }: Tile): string {
  return Object.entries(ranges)
    .map(([name, range]) => rangeText(name, range))
    .join(', ');
}

function rangeText(name: string, { start, extent }: TileRange): string {
  return `${name} ${start} to ${start + extent}`;
}

/** At most two decimals. */
function rounded(cycles: number): number {
  return Math.round(cycles * 100) / 100;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
