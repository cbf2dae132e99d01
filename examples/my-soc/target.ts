import { definePlugin, defineTarget } from 'match-compiler';
import { portablePatterns } from 'match-compiler/plugins/host';
import { simulatorPlatform } from 'match-compiler/plugins/simulator';
import { matrixConv } from './matrix.ts';
import { vectorAdd } from './vector.ts';

/** The transfer engine: bytes per cycle, and cycles until the first of them moves. An assumption. */
const dma = { bytesPerCycle: 8, startCycles: 30, rowCycles: 1, enqueueCycles: 10, channel: 'dma' } as const;

export const mySoc = definePlugin(() => ({
  name: 'my-soc',
  target: defineTarget({
    name: 'my-soc',
    description: 'a core, a vector unit, and a matrix accelerator with a scratchpad',
    memories: {
      ram: { bytes: 2 ** 18, alignment: 4, access: 'read-write', links: [{ to: 'spad', ...dma }] },
      flash: { bytes: 2 ** 20, alignment: 4, access: 'read-only', links: [{ to: 'spad', ...dma }] },
      spad: { bytes: 2 ** 15, alignment: 4, access: 'read-write', links: [{ to: 'ram', ...dma }] },
    },
    homes: { activations: 'ram', constants: 'flash' },
    modules: [
      {
        name: 'core',
        description: 'runs every operator, and hands out work',
        operands: { activations: 'ram', constants: 'flash' },
        queueDepth: 0,
        dispatchCycles: 0,
        patterns: portablePatterns,
      },
      {
        name: 'vector',
        description: 'element-wise operators',
        operands: { activations: 'ram', constants: 'flash' },
        queueDepth: 1,
        dispatchCycles: 20,
        patterns: [vectorAdd],
      },
      {
        name: 'matrix',
        description: '8x8 multiply-accumulates per cycle',
        operands: { activations: 'spad', constants: 'spad' },
        queueDepth: 2,
        dispatchCycles: 30,
        peakMacsPerCycle: 64,
        patterns: [matrixConv],
      },
    ],
    packings: {},
    platforms: { sim: simulatorPlatform() },
  }),
}));
