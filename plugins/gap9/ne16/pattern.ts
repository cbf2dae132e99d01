import {
  channelsLast,
  rowMajor,
  type LayoutChoice,
  type ModulePattern,
  type Pattern,
  type Region,
  type TiledOperand,
  type Tiling,
} from 'match-compiler';
import { convolutionTiling } from '../convolution.ts';
import { CallCycles } from './call-cycles.ts';
import { commonConditions, firstRefusal, productsFit, type Condition } from './conditions.ts';
import { blockChannels, type Ne16Costs, type Ne16Mode } from './costs.ts';
import { ne16Kernel } from './job.ts';
import { layerOf, type Layer } from './layer.ts';
import { packBlocks } from './packing.ts';

/** Bytes that the engine reads behind its tables: a whole block of biases, whatever the block has. */
const guardBytes = 128;

/** Constants of a block that are worth smaller ones, in bytes: two of them and the activations want room. */
const largeBlockBytes = 16_384;

/** One of the engine's ways with a convolution. */
export interface PatternShape {
  readonly name: string;
  readonly mode: Ne16Mode;
  readonly pattern: Pattern;
  readonly conditions: readonly Condition[];
  /** Output channels of a block where the engine takes more at a time: less memory, more cycles. */
  readonly blockChannels?: number;
  /** Many jobs, which keep the controller busy all the time. */
  readonly synchronous?: boolean;
}

/** The pattern of a module for one of the ways. */
export function ne16Pattern(shape: PatternShape, costs: Ne16Costs): ModulePattern {
  const { name, mode, conditions, synchronous } = shape;
  /** Schedules ask for the same layer again and again; finding the bits of all weights takes a while. */
  const known = new WeakMap<Region, KnownLayer | string>();
  const answerFor = (region: Region): KnownLayer | string => {
    const before = known.get(region);
    if (before !== undefined) return before;
    const layer = layerOf(region, mode, shape.blockChannels);
    const answer =
      typeof layer === 'string'
        ? layer
        : { layer, tiling: layerTiling(layer), cycles: new CallCycles(layer, costs) };
    known.set(region, answer);
    return answer;
  };
  const layerIn = (region: Region): KnownLayer => {
    const answer = answerFor(region);
    if (typeof answer === 'string') throw new TypeError(`${region.root.name} ${answer}`);
    return answer;
  };
  return {
    name,
    pattern: shape.pattern,
    constraints: [
      (region) => firstRefusal(region, [...commonConditions, ...conditions]),
      (region) => {
        const answer = answerFor(region);
        return typeof answer === 'string' ? answer : worthItsBlocks(answer.layer);
      },
      (region, graph) => productsFit(layerIn(region).layer, graph),
    ],
    layouts,
    tiling: (region) => layerIn(region).tiling,
    pack: ({ region, tile }) => {
      const { layer } = layerIn(region);
      return packBlocks(layer, tile.ranges['oc'] ?? { start: 0, extent: layer.convolution.outputChannels });
    },
    cycles: ({ region, tile }) => layerIn(region).cycles.of(tile),
    leastCycles: ({ region, tile }) => layerIn(region).cycles.least(tile),
    ...(synchronous && { synchronous }),
    kernel: ne16Kernel(costs, layerIn),
  };
}

/** Blocks smaller than the engine's are on offer where blocks of twice as many channels are large. */
function worthItsBlocks({ mode, blocks, convolution }: Layer): true | string {
  if (blocks.channels === blockChannels[mode]) return true;
  const channels = Math.min(2 * blocks.channels, convolution.outputChannels);
  const bytes = blocks.bytes(channels);
  if (channels > blocks.channels && bytes > largeBlockBytes) return true;
  return `has ${bytes} bytes of constants for ${channels} filters, which is no reason to take fewer at a time`;
}

/** What is remembered of a region. */
interface KnownLayer {
  readonly layer: Layer;
  readonly tiling: Tiling;
  readonly cycles: CallCycles;
}

/** Channels innermost; the engine knows no other layout. */
function layouts(region: Region): readonly LayoutChoice[] {
  return [
    {
      inputs: region.inputs.map((value) => channelsLast(value.type.shape.length)),
      constants: region.constants.map((value) => rowMajor(value.type.shape.length)),
      outputs: region.outputs.map((value) => channelsLast(value.type.shape.length)),
    },
  ];
}

function layerTiling(layer: Layer): Tiling {
  const { blocks } = layer;
  const { outputChannels, rows, columns } = layer.convolution;
  const count = Math.ceil(outputChannels / blocks.channels);
  const last = outputChannels - (count - 1) * blocks.channels;
  const bytes = blocks.bytes(blocks.channels);
  const constants: TiledOperand = {
    axes: [{ extent: count, bytes, dimension: 'oc', per: blocks.channels }],
    bytes: (count - 1) * bytes + blocks.bytes(last),
    guardBytes,
  };
  const tiling = convolutionTiling(layer.convolution, [constants], { channelGranule: blocks.channels });
  // Two positions of padding behind the last output want more than one output in the engine's last subtile.
  const threes = { oy: rows.padAfter > 1 && !layer.corners, ox: columns.padAfter > 1 && !layer.corners };
  return {
    ...tiling,
    dimensions: tiling.dimensions.map((dimension) =>
      (dimension.name === 'oy' && threes.oy) || (dimension.name === 'ox' && threes.ox)
        ? { ...dimension, granule: 3 }
        : dimension,
    ),
  };
}
