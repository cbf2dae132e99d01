/** The files of a new target; NAME and IDENTIFIER stand for its name. */
export const targetFiles: Readonly<Record<string, string>> = {
  'README.md': String.raw`# NAME

A target of match-compiler: ${'`'}target.ts${'`'} describes the chip, ${'`'}vector.ts${'`'} one of its units, ${'`'}kernels/${'`'} what the unit runs.

    npm install
    npm test                        # the contract tests of a target
    npx match run model.tflite      # compiles a model for NAME, runs it on the simulator, compares

${'`'}docs/new-soc.md${'`'} of match-compiler goes on from here to an accelerator with a memory of its own.
`,
  'match.config.ts': String.raw`import { defineConfig } from 'match-compiler';
import { IDENTIFIER } from './target.ts';

export default defineConfig({ targets: [IDENTIFIER()] });
`,
  'target.ts': String.raw`import { definePlugin, defineTarget } from 'match-compiler';
import { portablePatterns } from 'match-compiler/plugins/host';
import { simulatorPlatform } from 'match-compiler/plugins/simulator';
import { vectorAdd } from './vector.ts';

export const IDENTIFIER = definePlugin(() => ({
  name: 'NAME',
  target: defineTarget({
    name: 'NAME',
    description: 'a core and a vector unit',
    memories: {
      ram: { bytes: 2 ** 18, alignment: 4, access: 'read-write', links: [] },
      flash: { bytes: 2 ** 20, alignment: 4, access: 'read-only', links: [] },
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
    ],
    packings: {},
    platforms: { sim: simulatorPlatform() },
  }),
}));
`,
  'vector.ts': String.raw`import { readFileSync } from 'node:fs';
import { addScales, channelsLast, elementCount, ops, pattern, rowMajor, sameShape } from 'match-compiler';
import type { ModulePattern, Region } from 'match-compiler';
import { support } from 'match-compiler/plugins/host';

const text = readFileSync(new URL('kernels/vector_add.c', import.meta.url), 'utf8');

/** Elements that the unit adds per cycle, and cycles to start it. An assumption. */
const [lanes, start] = [4, 20];

/** Bits that TensorFlow Lite's rule gives the operands before they are scaled. */
const leftShift = 20;

const attributesOf = ({ match }: Region) => pattern.captured(match, 'add', ops.quantizedAdd).attributes;
const elementsOf = ({ outputs }: Region) => elementCount(outputs[0]?.type.shape ?? []);

/** Sums of two quantized tensors of one shape, in any layout that both have. */
export const vectorAdd: ModulePattern = {
  name: 'add',
  pattern: pattern.op(ops.quantizedAdd, { as: 'add' }),
  constraints: [
    ({ inputs: [a, b] }) =>
      (a && b && sameShape(a.type.shape, b.type.shape)) || 'needs two computed operands of one shape',
    ({ inputs, outputs }) =>
      [...inputs, ...outputs].every(({ type }) => type.dtype === 'int8') || 'is not of int8 alone',
    (region) => attributesOf(region).rule === 'single' || 'rounds by another rule',
  ],
  layouts: ({ outputs: [out] }) =>
    [rowMajor, channelsLast].map((layout) => {
      const own = layout(out?.type.shape.length ?? 0);
      return { inputs: [own, own], constants: [], outputs: [own] };
    }),
  cycles: ({ region }) => start + Math.ceil(elementsOf(region) / lanes),
  kernel: {
    kind: 'job',
    name: 'vector_add',
    source: { path: 'kernels/vector_add.c', text },
    support: support.requantizeSingle,
    headers: [],
    fields: ({ region }) => [
      { name: 'a', role: 'input', index: 0 },
      { name: 'b', role: 'input', index: 1 },
      { name: 'output', role: 'output', index: 0 },
      ...Object.entries(valuesOf(region)).map(([name, value]) => ({ name, value })),
    ],
  },
};

/** The numbers in a call's arguments, in the order of its struct. */
function valuesOf(region: Region): Readonly<Record<string, number>> {
  const { aScale, bScale, outputScale, ...own } = attributesOf(region);
  const { a, b, output } = addScales(aScale, bScale, outputScale, leftShift);
  return {
    ...{ count: elementsOf(region), left_shift: leftShift },
    ...{ a_zero_point: own.aZeroPoint, a_multiplier: a.multiplier, a_shift: a.shift },
    ...{ b_zero_point: own.bZeroPoint, b_multiplier: b.multiplier, b_shift: b.shift },
    ...{ multiplier: output.multiplier, shift: output.shift },
    ...{ zero_point: own.zeroPoint, low: own.min, high: own.max },
  };
}
`,
  'target.test.js': String.raw`import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertTarget } from 'match-compiler';
import { importModule } from 'match-compiler/build';

const { IDENTIFIER } = await importModule(fileURLToPath(new URL('target.ts', import.meta.url)));

test('NAME keeps what a target promises', () => assertTarget(IDENTIFIER(), { patterns: ['vector'] }));
`,
};
