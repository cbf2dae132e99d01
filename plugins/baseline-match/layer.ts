import { isOp, ops, type LayoutChoice, type Offer, type Tiling } from 'match-compiler';

/** What MATCH's formulas tell apart. */
export type LayerKind = 'conv' | 'pointwise' | 'depthwise' | 'dense' | 'add';

/** The engines that MATCH has models for. */
const engines = ['cluster', 'ne16', 'digital'] as const;
export type MatchEngine = (typeof engines)[number];

/** A layer that some pattern of MATCH takes. Dimensions are called as in this project: `oy`, `ox`, `oc`. */
export interface MatchLayer {
  readonly kind: LayerKind;
  readonly engine: MatchEngine;
  readonly tiling: Tiling;
  readonly layouts: LayoutChoice;
  /** Output rows, columns, channels. */
  readonly oy: number;
  readonly ox: number;
  readonly oc: number;
  /** Channels that an output sums over, window, stride. */
  readonly channels: number;
  readonly kernelRows: number;
  readonly kernelColumns: number;
  readonly strideRows: number;
  readonly strideColumns: number;
  /** Rows of padding above. */
  readonly pad: number;
}

/**
 * Patterns of accelerators that MATCH has no counterpart of: its dense layers are 1×1 convolutions on NE16, its spatial
 * mapping of DIANA's array knows columns of one image row alone.
 */
const unknownToMatch: ReadonlySet<string> = new Set(['linear', 'conv1x1_flat']);

/** Output channels of a layer that MATCH maps to NE16 are a multiple of it, but for depthwise. */
const channelMultiple = 16;

/**
 * The layer of an offer that one of MATCH's patterns takes. For GAP9: convolutions (3×3 and 1×1 on NE16, any window
 * on the cluster), depthwise and dense layers, each with its requantize, dense layers without one too, and additions
 * with requantization on the cluster. For DIANA: all that its digital array takes; the analog core MATCH does not know.
 * Undefined for everything else: pools, softmax, changes of layout or sign.
 */
export function matchLayer({ region, module, pattern }: Offer): MatchLayer | undefined {
  const engine = engines.find((name) => name === module.name);
  if (!engine) return undefined;
  if (unknownToMatch.has(pattern.name)) return undefined;
  const [layouts] = pattern.layouts(region);
  const tiling = layouts && pattern.tiling?.(region, layouts);
  if (!tiling) return undefined;
  // Dimensions that the layout lets no tile cut have no name there.
  const [, channelExtent = 1, rowExtent = 1, columnExtent = 1] = region.outputs[0]?.type.shape ?? [];
  const extentOf = (name: string, whole: number): number =>
    tiling.dimensions.find((each) => each.name === name)?.extent ?? (engine === 'digital' ? whole : 1);
  const common = {
    engine,
    tiling,
    layouts,
    oy: extentOf('oy', rowExtent),
    ox: extentOf('ox', columnExtent),
    oc: extentOf('oc', channelExtent),
    pad: 0,
  };
  const point = { channels: 1, kernelRows: 1, kernelColumns: 1, strideRows: 1, strideColumns: 1 };
  const scaled = region.nodes.some((node) => isOp(node, ops.requantize));
  for (const node of region.nodes) {
    if (isOp(node, ops.conv2d)) {
      if (!scaled) return undefined;
      const { groups, strides, pads } = node.attributes;
      const [outputs = 1, channels = 1, kernelRows = 1, kernelColumns = 1] = node.inputs[1]?.type.shape ?? [];
      if (groups !== 1 && groups !== outputs) return undefined;
      const kind = groups > 1 ? 'depthwise' : kernelRows * kernelColumns === 1 ? 'pointwise' : 'conv';
      if (engine === 'ne16' && kind !== 'depthwise' && outputs % channelMultiple !== 0) return undefined;
      const [strideRows = 1, strideColumns = 1] = strides;
      const pad = pads[0] ?? 0;
      return { ...common, kind, channels, kernelRows, kernelColumns, strideRows, strideColumns, pad };
    }
    if (isOp(node, ops.dense)) {
      const [outputs = 1, channels = 1] = node.inputs[1]?.type.shape ?? [];
      if (engine === 'ne16' && (!scaled || outputs % channelMultiple !== 0)) return undefined;
      return { ...common, kind: 'dense', ...point, channels };
    }
  }
  const adds = region.nodes.some((node) => isOp(node, ops.quantizedAdd) || (isOp(node, ops.add) && scaled));
  return adds && engine !== 'ne16' ? { ...common, kind: 'add', ...point } : undefined;
}

/** Optimal unrolling in space per engine and kind of layer; `Infinity`: the whole dimension. */
export function spatialUnrolling({ engine, kind }: MatchLayer): Readonly<Record<string, number>> {
  if (engine === 'digital') return { oc: 16, ox: 16 };
  if (engine === 'ne16') {
    if (kind === 'depthwise') return { oc: 16, oy: 3, ox: 3 };
    return { oc: 32, oy: 3, ox: 3 };
  }
  switch (kind) {
    case 'conv':
    case 'pointwise':
      return { oy: 8, ox: 2, oc: 4 };
    case 'depthwise':
      return { oc: 8, ox: 8, oy: Infinity };
    case 'dense':
      return { oc: 8 };
    case 'add':
      return { oy: 8, ox: 2 };
  }
}
