import test from 'ava';
import { operandBox, type Region } from 'match-compiler';
import { kernelOf, offerOf, patternNamed, tilingOf } from './call-engine.ts';
import { drawFrom, sampleLayer, type LayerShape } from './sample-layer.ts';

const layer: LayerShape = {
  kind: 'conv2d',
  height: 8,
  width: 8,
  inputs: 20,
  outputs: 70,
  kernel: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  pads: [1, 1, 1, 1],
  depthwise: false,
  weightType: 'int8',
  weightBits: 5,
  weightZeroPoint: 0,
  inputZeroPoint: 4,
  bias: true,
  scale: { dtype: 'uint8', bits: 8, shifts: true, addend: true },
};

function packed(name: string, shape: LayerShape): { readonly region: Region; readonly bytes: Uint8Array } {
  const region = offerOf(sampleLayer(shape, drawFrom(7)).graph, name);
  if (typeof region === 'string') throw new TypeError(region);
  const pattern = patternNamed(name);
  const [layouts] = pattern.layouts(region);
  const bytes = layouts && pattern.pack?.({ region, layouts, tile: { ranges: {} } });
  if (!bytes) throw new TypeError(`${name} packs nothing`);
  return { region, bytes };
}

test('a block has its weights in as few bits as they need, then bias, scale and shift of each channel', (t) => {
  const { region, bytes } = packed('conv3x3', layer);
  const [constants] = tilingOf(patternNamed('conv3x3'), region).constants;
  // Two words of 16 channels, five bits, nine taps of two bytes.
  const block = 32 * (2 * 5 * 9 * 2 + 4 + 1 + 1);
  const last = 6 * (2 * 5 * 9 * 2 + 4 + 1 + 1);
  t.is(bytes.length, 2 * block + last);
  t.is(constants?.bytes, bytes.length);
  t.is(constants?.guardBytes, 128);
  t.deepEqual(constants?.axes, [{ extent: 3, bytes: block, dimension: 'oc', per: 32 }]);
});

test('what a tile of channels needs is one run of bytes', (t) => {
  const { region } = packed('conv3x3', layer);
  const tiling = tilingOf(patternNamed('conv3x3'), region);
  t.deepEqual(
    tiling.dimensions.map(({ name, extent, granule }) => [name, extent, granule]),
    [
      ['oy', 8, 1],
      ['ox', 8, 1],
      ['oc', 70, 32],
    ],
  );
  const [constants] = tiling.constants;
  const block = 32 * (2 * 5 * 9 * 2 + 4 + 1 + 1);
  const box = constants && operandBox(constants, { ranges: { oc: { start: 32, extent: 38 } } });
  t.is(box?.offset, block);
  t.is(box?.bytes, (constants?.bytes ?? 0) - block);
});

test('a share is packed as the part of the whole that its channels are', (t) => {
  for (const [name, shape, granule] of [
    ['conv3x3', layer, 32],
    ['conv1x1', { ...layer, kernel: [1, 1], pads: [0, 0, 0, 0] }, 32],
    ['depthwise3x3', { ...layer, inputs: 70, depthwise: true }, 16],
    [
      'linear',
      { ...layer, kind: 'dense', height: 1, width: 1, inputs: 304, kernel: [1, 1], pads: [0, 0, 0, 0] },
      32,
    ],
  ] as const) {
    const { region, bytes } = packed(name, shape);
    const pattern = patternNamed(name);
    const [layouts] = pattern.layouts(region);
    const [constants] = tilingOf(pattern, region).constants;
    if (!layouts || !constants) throw new TypeError('no constants');
    for (const start of [0, granule, 2 * granule]) {
      const tile = { ranges: { oc: { start, extent: Math.min(granule, 70 - start) } } };
      const box = operandBox(constants, tile);
      const share = pattern.pack?.({ region, layouts, tile });
      t.deepEqual(share, bytes.slice(box.offset, box.offset + box.bytes), `${name} from ${start}`);
    }
  }
});

test('bit k of a plane word is bit k of the code that, with the offset, is the weight', (t) => {
  const { region, bytes } = packed('conv1x1', {
    ...layer,
    kernel: [1, 1],
    pads: [0, 0, 0, 0],
    inputs: 16,
    outputs: 1,
  });
  const weights = region.constants[0]?.constant?.data as Int8Array;
  const least = Math.min(0, ...weights);
  weights.forEach((weight, i) => {
    let code = 0;
    for (let bit = 0; bit < 5; bit++) {
      code |= (((bytes[2 * bit + (i >> 3)] ?? 0) >> (i & 7)) & 1) << bit;
    }
    t.is(code + least, weight);
  });
});

test('factors of two leave the scales, so that they need fewer bits', (t) => {
  const fieldOf = (even: number, name: string): number => {
    const { region } = packed('conv3x3', {
      ...layer,
      scale: { dtype: 'uint8', bits: 12, shifts: false, even, addend: true },
    });
    const pattern = patternNamed('conv3x3');
    const [layouts] = pattern.layouts(region);
    const field =
      layouts &&
      kernelOf(pattern)
        .fields({ region, layouts, tile: { ranges: {} } })
        .find((each) => each.name === name);
    return field && 'value' in field ? Number(field.value) : NaN;
  };
  t.is(fieldOf(1, 'scale_bits'), 16);
  t.is(fieldOf(32, 'scale_bits'), 8);
});
