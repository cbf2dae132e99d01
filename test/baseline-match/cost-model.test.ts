import test from 'ava';
import { matchLatency, type TileShape } from '../../plugins/baseline-match/cost-model.ts';
import type { MatchLayer } from '../../plugins/baseline-match/layer.ts';

const free = { transfer: 0, tile: 0 };

function layer(
  kind: MatchLayer['kind'],
  engine: MatchLayer['engine'],
  numbers: Partial<MatchLayer>,
): MatchLayer {
  return {
    kind,
    engine,
    tiling: { dimensions: [], inputs: [], constants: [], outputs: [] },
    layouts: { inputs: [], constants: [], outputs: [] },
    oy: 1,
    ox: 1,
    oc: 1,
    channels: 1,
    kernelRows: 1,
    kernelColumns: 1,
    strideRows: 1,
    strideColumns: 1,
    pad: 0,
    ...numbers,
  };
}

const whole = ({ oy, ox, oc }: MatchLayer): TileShape => ({
  oy,
  ox,
  oc,
  iterations: 1,
  inputLoads: 1,
  weightLoads: 1,
});

/** Bytes of operands as the formulas move them, at 8 per cycle. */
function transfers({ oy, ox, oc, channels, kernelRows, kernelColumns, kind }: MatchLayer): number {
  const inputs = (oy + kernelRows - 1) * (ox + kernelColumns - 1) * (kind === 'depthwise' ? oc : channels);
  const weights = oc * kernelRows * kernelColumns * (kind === 'depthwise' ? 1 : channels);
  return { inputs, weights, outputs: oy * ox * oc }.inputs / 8 + weights / 8 + (oy * ox * oc) / 8;
}

test('cluster kernels reach the MAC per cycle that MATCH’s formulas are known for', (t) => {
  const cases = [
    ['conv', 32, 32, 16, 16, 3, 15.2],
    ['conv', 16, 16, 32, 32, 3, 16.6],
    ['pointwise', 48, 48, 16, 8, 1, 8.8],
  ] as const;
  for (const [kind, oy, ox, oc, channels, kernel, expected] of cases) {
    const own = layer(kind, 'cluster', { oy, ox, oc, channels, kernelRows: kernel, kernelColumns: kernel });
    const input = ((oy + kernel - 1) * (ox + kernel - 1) * channels) / 8;
    const weights = (oc * channels * kernel * kernel) / 8;
    const compute = matchLatency(own, whole(own), free) - Math.max(input, weights) - (oy * ox * oc) / 8;
    const rate = (oy * ox * oc * channels * kernel * kernel) / compute;
    t.true(Math.abs(rate - expected) < 0.1, `${kind} ${oy}×${ox}: ${rate.toFixed(2)}`);
  }
});

test('NE16’s kernel takes what the published latency model says', (t) => {
  const cases = [
    ['conv', 16, 16, 32, 32, 3, 24048],
    ['pointwise', 9, 9, 64, 64, 1, 5868],
    ['depthwise', 9, 9, 64, 1, 3, 8532],
  ] as const;
  for (const [kind, oy, ox, oc, channels, kernel, expected] of cases) {
    const own = layer(kind, 'ne16', { oy, ox, oc, channels, kernelRows: kernel, kernelColumns: kernel });
    t.is(matchLatency(own, whole(own), free) - transfers(own), expected, kind);
  }
});

test('NE16 takes turns with transfers; the cluster hides all but the first and the last', (t) => {
  const sizes = { oy: 16, ox: 16, oc: 32, channels: 32, kernelRows: 1, kernelColumns: 1 };
  const quarter: TileShape = { oy: 4, ox: 16, oc: 32, iterations: 4, inputLoads: 4, weightLoads: 1 };
  const runtime = { transfer: 920, tile: 500 };
  const [ne16, cluster] = (['ne16', 'cluster'] as const).map((engine) => layer('pointwise', engine, sizes));
  if (!ne16 || !cluster) return t.fail();
  const [input, weights] = [920 + (4 * 16 * 32) / 8, 920 + (32 * 32) / 8];
  const compute = (own: MatchLayer, tile: TileShape): number =>
    matchLatency(own, { ...tile, iterations: 1, inputLoads: 1, weightLoads: 1 }, free);
  const alone = { ne16: compute(ne16, quarter), cluster: compute(cluster, quarter) };
  const moved = (4 * 16 * 32) / 8;
  const engine = alone.ne16 - 2 * moved - (32 * 32) / 8;
  t.is(matchLatency(ne16, quarter, runtime), 4 * (500 + input + engine + input) + weights);
  const team = alone.cluster - moved - moved;
  const steps = 3 * (500 + Math.max(team, input));
  t.is(matchLatency(cluster, quarter, runtime), Math.max(input, weights) + steps + team + input);
});

test('cut channels of an input look ten times their rows too expensive, as in the original', (t) => {
  const own = layer('depthwise', 'ne16', { oy: 8, ox: 8, oc: 32, kernelRows: 3, kernelColumns: 3 });
  const half: TileShape = { oy: 8, ox: 8, oc: 16, iterations: 2, inputLoads: 2, weightLoads: 2 };
  t.true(matchLatency(own, half, free) > 10 * matchLatency(own, whole(own), free));
});

test('DIANA’s array takes what MATCH’s formula says; transfers come one after the other', (t) => {
  const sizes = { channels: 16, kernelRows: 3, kernelColumns: 3, pad: 1 };
  const own = layer('conv', 'digital', { oy: 32, ox: 32, oc: 16, ...sizes });
  // 60 steps with all rows of the filter inside, 4 with two of them.
  const kernel = 60 * (16 * 3 * 5 + 23) + 4 * (16 * 2 * 5 + 23);
  const input = Math.ceil((16 * 34 * 34) / 16) + 70;
  const weights = Math.ceil((16 * 16 * 9) / 16) + 70;
  const output = (16 * 32 * 32) / 16 + 70;
  t.is(matchLatency(own, whole(own), free), kernel + input + weights + output);
  // Rows in two halves: a run of bytes per channel; weights count again.
  const halves: TileShape = { oy: 16, ox: 32, oc: 16, iterations: 2, inputLoads: 2, weightLoads: 1 };
  const half = Math.ceil((16 * 18 * 34) / 16) + 16 * 70 + weights + (16 * 16 * 32) / 16 + 16 * 70;
  t.is(matchLatency(own, halves, { transfer: 0, tile: 500 }), kernel + 2 * (half + 500));
});
