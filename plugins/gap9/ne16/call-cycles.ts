import type { Tile, TileRange } from 'match-compiler';
import { padBehind } from '../convolution.ts';
import { jobListCycles, leastJobListCycles, type JobGroup, type Ne16Costs, type Ne16Job } from './costs.ts';
import type { Layer } from './layer.ts';

/** What of a call its cycles depend on: outputs, and positions that its windows reach behind the input. */
interface CallShape {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly padBottom: number;
  readonly padRight: number;
}

/**
 * Cycles of a layer's calls on the engine, remembered by the size of the tile: a search asks for few sizes often.
 */
export class CallCycles {
  readonly #layer: Layer;
  readonly #costs: Ne16Costs;
  readonly #known = new Map<number, number>();
  readonly #least = new Map<number, number>();

  constructor(layer: Layer, costs: Ne16Costs) {
    this.#layer = layer;
    this.#costs = costs;
  }

  of(tile: Tile): number {
    return this.#remembered(tile, this.#known, jobListCycles);
  }

  /** What no cut of the tile into several calls takes less than. */
  least(tile: Tile): number {
    return this.#remembered(tile, this.#least, leastJobListCycles);
  }

  #remembered({ ranges }: Tile, answers: Map<number, number>, cyclesOf: typeof jobListCycles): number {
    const { rows, columns, outputChannels } = this.#layer.convolution;
    const whole = (extent: number): TileRange => ({ start: 0, extent });
    const oy = ranges['oy'] ?? whole(rows.output);
    const ox = ranges['ox'] ?? whole(columns.output);
    const shape: CallShape = {
      rows: oy.extent,
      columns: ox.extent,
      channels: ranges['oc']?.extent ?? outputChannels,
      padBottom: padBehind(rows, oy),
      padRight: padBehind(columns, ox),
    };
    // One number for all five: pads are 0 … 2, the rest below 2^16 wherever it matters.
    const size = (shape.rows * 2 ** 16 + shape.columns) * 2 ** 16 + shape.channels;
    const count = (): number => cyclesOf(jobGroups(this.#layer, shape), this.#costs);
    if (Math.max(shape.rows, shape.columns, shape.channels) >= 2 ** 16) return count();
    const key = 9 * size + 3 * shape.padBottom + shape.padRight;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const cycles = count();
    answers.set(key, cycles);
    return cycles;
  }
}

/**
 * A job per block of output channels, because the constants of a block lie together and a job wants those of its
 * blocks apart; with stride 2 a job per block and 2×2 outputs.
 */
function jobGroups(layer: Layer, shape: CallShape): readonly JobGroup[] {
  const { mode, normalization, weightBits, outputBits, convolution, corners } = layer;
  const size = layer.blocks.channels;
  const blocks = Math.ceil(shape.channels / size);
  const groups: JobGroup[] = [];
  for (const [blockCount, width] of [
    [blocks - 1, size],
    [1, shape.channels - (blocks - 1) * size],
  ] as const) {
    for (const row of parts(shape.rows, shape.padBottom, corners)) {
      for (const column of parts(shape.columns, shape.padRight, corners)) {
        const count = blockCount * row.count * column.count;
        const job: Ne16Job = {
          mode,
          rows: row.outputs,
          columns: column.outputs,
          padBottom: row.pad,
          padRight: column.pad,
          inputChannels: mode === 'depthwise3x3' ? width : convolution.channelsPerGroup,
          outputChannels: width,
          weightBits,
          scaleBits: normalization?.scaleBits ?? 0,
          bias: normalization?.bias !== undefined,
          channelShift: normalization !== undefined && typeof normalization.shift !== 'number',
          outputBits,
        };
        if (count > 0) groups.push({ job, count });
      }
    }
  }
  return groups;
}

/** How one axis is divided among jobs: whole, or two outputs each, at the corners of a subtile of three. */
function parts(
  outputs: number,
  pad: number,
  corners: boolean,
): readonly { readonly count: number; readonly outputs: number; readonly pad: number }[] {
  if (!corners) return [{ count: 1, outputs, pad }];
  return [
    { count: Math.ceil(outputs / 2) - 1, outputs: 3, pad: 0 },
    { count: 1, outputs: outputs % 2 === 0 ? 3 : 1, pad },
  ];
}
