import test from 'ava';
import { addCycles, convolutionCycles, denseCycles, dianaTarget } from 'match-compiler/plugins/diana';
import { linkBetween, transferCycles } from 'match-compiler';

/** A layer whose filter rows all count, as the figures that were published leave the border out. */
function withoutBorder(
  channels: number,
  filters: number,
  rows: number,
  columns: number,
  kernel: number,
): number {
  return convolutionCycles({
    channels,
    outputChannels: filters,
    outputColumns: columns,
    kernelColumns: kernel,
    filterRows: new Array<number>(rows).fill(kernel),
  });
}

test('multiply-accumulates per cycle are the published ones', (t) => {
  t.is(Math.round((32 * 32 * 16 * 16 * 9) / withoutBorder(16, 16, 32, 32, 3)), 140);
  t.is(Math.round((8 * 8 * 64 * 64 * 9) / withoutBorder(64, 64, 8, 8, 3)), 75);
  t.is(Math.round((25 * 5 * 64 * 64) / withoutBorder(64, 64, 25, 5, 1)), 24);
});

test('the convolutions of ResNet8 take 116 k cycles', (t) => {
  const layers: readonly (readonly [number, number, number, number])[] = [
    [3, 16, 32, 3],
    [16, 16, 32, 3],
    [16, 16, 32, 3],
    [16, 32, 16, 3],
    [32, 32, 16, 3],
    [16, 32, 16, 1],
    [32, 64, 8, 3],
    [64, 64, 8, 3],
    [32, 64, 8, 1],
  ];
  const cycles = layers.map(([channels, filters, size, kernel]) =>
    withoutBorder(channels, filters, size, size, kernel),
  );
  t.is(
    cycles.reduce((a, b) => a + b, 0),
    116_160,
  );
});

test('a depthwise layer has four channels per sixteen, one row of an image as many columns as it likes', (t) => {
  // ⌈64/16⌉ blocks · ⌈5/16⌉ · 25 rows · (4·3·3 + 2·4·3 + 23)
  t.is(withoutBorder(4, 64, 25, 5, 3), 4 * 25 * (36 + 24 + 23));
  t.is(withoutBorder(64, 64, 1, 125, 1), 4 * 8 * (64 + 128 + 23));
});

test('rows of the filter in the padding take nothing', (t) => {
  const cycles = (filterRows: readonly number[]): number =>
    convolutionCycles({ channels: 8, outputChannels: 16, outputColumns: 16, kernelColumns: 3, filterRows });
  t.is(cycles([2, 3, 3, 2]), 2 * (8 * 3 * 5 + 23) + 2 * (8 * 2 * 5 + 23));
});

test('dense layers and sums', (t) => {
  t.is(denseCycles(640, 128), 8 * (640 + 23));
  t.is(denseCycles(8, 10), 16 + 23);
  t.is(addCycles(16384), 1024 + 23);
});

test('a transfer takes 16 bytes per cycle and 70 cycles more for every chunk, on one channel', (t) => {
  const target = dianaTarget();
  for (const [from, to] of [
    ['l2', 'l1'],
    ['l1', 'l2'],
    ['l2', 'weights'],
    ['l2', 'analog_weights'],
  ] as const) {
    const link = linkBetween(target, from, to);
    if (!link) throw new Error(`no link from ${from} to ${to}`);
    t.is(transferCycles(link, 1, 4096), 70 + 256);
    t.is(transferCycles(link, 16, 256), 16 * (70 + 16));
    t.is(link.channel, 'dma');
  }
});

test('sizes, bandwidth and overlap are options, and every figure names its source once', (t) => {
  const target = dianaTarget({ l1: 65536, l2: 2 ** 20, weights: 32768, l2BytesPerCycle: 8, overlap: false });
  t.is(target.memories['l1']?.bytes, 65536);
  t.is(target.memories['l2']?.bytes, 2 ** 20);
  t.is(target.memories['weights']?.bytes, 32768);
  t.is(linkBetween(target, 'l2', 'l1')?.bytesPerCycle, 8);
  t.true((target.contention?.['digital']?.['dma'] ?? 1) > 1000);
  t.is(dianaTarget().contention, undefined);
  for (const hostKernels of ['plain', 'optimized'] as const) {
    const { assumptions = [] } = dianaTarget({ hostKernels, clockMHz: 260 });
    t.is(new Set(assumptions.map(({ name }) => name)).size, assumptions.length);
    for (const { name, value, source } of assumptions)
      t.true(Number.isFinite(value) && source.length > 4, name);
    t.is(
      assumptions.find(({ name }) => name === 'host: multiply-accumulate')?.value,
      hostKernels === 'plain' ? 10 : 5,
    );
  }
});
