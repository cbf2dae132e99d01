import fc from 'fast-check';
import type { Layer, Net, Part } from './synthetic-mapping.js';

interface RandomLayer {
  readonly kind: 'convolution' | 'element-wise' | 'controller' | 'untiled';
  readonly module: 'npu' | 'team';
  readonly kernel: number;
  readonly step: number;
  readonly channels: number;
  readonly near: boolean;
  readonly tile: readonly number[];
  readonly cut: readonly string[];
  readonly buffers: readonly (1 | 2)[];
  readonly split: number;
  readonly joins: boolean;
  readonly prefetch: boolean;
  readonly two: boolean;
}

const buffers = fc.constantFrom<1 | 2>(1, 2);

const layers: fc.Arbitrary<RandomLayer> = fc.record({
  kind: fc.constantFrom('convolution', 'convolution', 'convolution', 'element-wise', 'controller', 'untiled'),
  module: fc.constantFrom('npu', 'team'),
  kernel: fc.constantFrom(1, 3),
  step: fc.constantFrom(1, 1, 2),
  channels: fc.constantFrom(8, 16, 20, 32),
  near: fc.boolean(),
  tile: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 3, max: 9 }), fc.nat(2), fc.nat(1)),
  cut: fc.subarray(['oy', 'ox', 'oc', 'ic']),
  buffers: fc.tuple(buffers, buffers, buffers),
  split: fc.nat(3),
  joins: fc.boolean(),
  prefetch: fc.boolean(),
  two: fc.boolean(),
});

/** Chains with skip connections: tiles of all kinds, tensors in l1 and l2, shares, stages of two layers. */
export const randomNets: fc.Arbitrary<Net> = fc
  .record({
    input: fc.tuple(fc.integer({ min: 3, max: 12 }), fc.integer({ min: 3, max: 12 }), fc.constantFrom(8, 16)),
    near: fc.boolean(),
    layers: fc.array(layers, { minLength: 1, maxLength: 5 }),
  })
  .map(({ input, near, layers: list }) => netOf(input, near, list));

interface Made {
  readonly name: string;
  readonly near: boolean;
  readonly shape: string;
}

function netOf(input: readonly [number, number, number], near: boolean, list: readonly RandomLayer[]): Net {
  const made: Made[] = [{ name: 'x', near, shape: input.join() }];
  let [h, w, c] = input;
  const layers = list.map((random, i): Layer => {
    const before = made.at(-1) ?? { name: 'x', near, shape: '' };
    // The controller works in l2 alone, and what has no tiles needs its tensors in l1.
    const away = (random.kind === 'controller' && before.near) || (random.kind === 'untiled' && !before.near);
    const kind = away ? 'element-wise' : random.kind;
    const name = `v${i}`;
    const others = made.filter(
      (value) => value.shape === before.shape && value.near === before.near && value !== before,
    );
    const inputs = [before.name];
    if (kind === 'element-wise' && random.two && others[0]) inputs.push(others[0].name);
    if (kind === 'convolution') {
      h = Math.ceil(h / random.step);
      w = Math.ceil(w / random.step);
      c = random.channels;
    }
    const outputNear = kind === 'untiled' || (random.near && kind !== 'controller');
    made.push({ name, near: outputNear, shape: [h, w, c].join() });
    return {
      name,
      kind,
      inputs,
      kernel: random.kernel,
      step: random.step,
      channels: c,
      place: outputNear ? 'l1' : 'l2',
      parts:
        kind === 'controller'
          ? [{ module: 'core' }]
          : kind === 'untiled'
            ? [{ module: random.module }]
            : partsOf(random, kind, [h, w, c], before.near, outputNear),
      joins: random.joins && i > 0 && kind !== 'controller',
      prefetch: random.prefetch,
    };
  });
  return { input, inputPlace: near ? 'l1' : 'l2', layers };
}

function partsOf(
  { module, tile, cut, buffers: [input, constant, output], split }: RandomLayer,
  kind: 'convolution' | 'element-wise',
  [h, , c]: readonly [number, number, number],
  inputNear: boolean,
  outputNear: boolean,
): Part[] {
  const part: Part = {
    module,
    tile: { oy: tile[0] ?? 1, ox: tile[1] ?? 1, oc: 8 * (1 + (tile[2] ?? 0)), ic: 8 },
    // Sums are completed before their buffer goes to another tile.
    order: cut.filter((name) => name !== 'ic' || kind === 'convolution'),
    input: inputNear ? 0 : (input ?? 1),
    constant: constant ?? 1,
    output: outputNear ? 0 : (output ?? 1),
  };
  const other = module === 'npu' ? 'team' : 'npu';
  const whole = (name: string, extent: number, at: number): Part[] => [
    { ...part, share: { ranges: { [name]: { start: 0, extent: at } } } },
    { ...part, module: other, share: { ranges: { [name]: { start: at, extent: extent - at } } } },
  ];
  if (split === 1 && c > 8) return whole('oc', c, 8);
  if (split === 2 && h > 1) return whole('oy', h, h >> 1);
  return [part];
}
