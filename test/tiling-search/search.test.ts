import test from 'ava';
import fc from 'fast-check';
import { type OperandPlan, type ScheduleRequest } from 'match-compiler';
import { createScheduleSearch, searchSchedule, tilingSearch } from 'match-compiler/plugins/tiling-search';
import { bruteForce, everyWay } from './brute-force.ts';
import { clockCycles, syntheticLayer, type LayerNumbers } from './synthetic.ts';

const of = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const from = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

const layers: fc.Arbitrary<LayerNumbers> = fc.record({
  rows: from(1, 6),
  columns: from(1, 3),
  channels: from(1, 8),
  inputChannels: from(1, 6),
  kernel: of(1, 3, 5),
  stride: of(1, 2),
  pad: of(0, 1),
  channelGranule: of(2, 4, 1),
  reductionGranule: of(2, 3, 4),
  block: of(1, 2, 4),
  guardBytes: of(0, 7),
  withConstants: of(true, true, true, false),
  secondInput: of(false, false, false, true),
  queueDepth: of(2, 1, 0, 3),
  synchronous: of(false, false, false, true),
  dispatch: of(0, 5, 50),
  callDispatch: of(false, false, true),
  seed: from(0, 1e9),
  roughness: of(0, 0.3, 2),
  bounded: fc.boolean(),
  density: of(0.1, 0.5, 2),
  scratch: of(0, 0, 3),
  alignment: of(1, 4, 8),
  inBandwidth: of(8, 4, 1),
  outBandwidth: of(8, 4, 1),
  startCycles: of(0, 10, 38),
  rowCycles: of(0, 1),
  burst: of(0, 16),
  enqueue: of(0, 12),
  oneChannel: of(false, false, true),
  slowModule: of(1, 1.2),
  slowTransfers: of(1, 1.15),
});

const shares = of<'whole' | 'lower rows' | 'first channels'>(
  'whole',
  'whole',
  'lower rows',
  'first channels',
);

function requestFor(
  n: LayerNumbers,
  { layouts }: ReturnType<typeof syntheticLayer>,
  part: 'whole' | 'lower rows' | 'first channels',
  resident: readonly [boolean, boolean, boolean],
  bytes: number,
): ScheduleRequest {
  const ranges = {
    ...(part === 'lower rows' && n.rows > 2 && { oy: { start: 1, extent: n.rows - 1 } }),
    ...(part === 'first channels' &&
      n.channels > n.channelGranule && { oc: { start: 0, extent: n.channelGranule } }),
  };
  const [first, second, output] = resident;
  return { layouts, residentInputs: [first, second], residentOutputs: [output], bytes, share: { ranges } };
}

const residents = fc.tuple(of(false, false, true), of(false, false, true), of(false, false, true));
const budgets = fc.oneof(from(10, 100), from(50, 400), from(200, 2000));

test('as cheap as the cheapest of all ways, on random layers, costs, links and memory sizes', (t) => {
  let searched = 0;
  let found = 0;
  fc.assert(
    fc.property(layers, shares, residents, budgets, (n, part, resident, bytes) => {
      const layer = syntheticLayer(n);
      const request = requestFor(n, layer, part, resident, bytes);
      const brute = bruteForce(layer, request);
      const own = searchSchedule(layer.offer, layer.target, request);
      searched++;
      if (!own) return brute.cycles === Infinity;
      found++;
      const { certificate } = own;
      return (
        Math.abs(own.cycles - brute.cycles) < 1e-6 &&
        own.cycles === clockCycles(layer, own, request.share) &&
        (own.bytes['near'] ?? 0) <= bytes &&
        certificate?.lowerBound === own.cycles &&
        certificate.space >= brute.space &&
        certificate.evaluated >= 1 &&
        certificate.evaluated <= certificate.space
      );
    }),
    { numRuns: 260, seed: 3 },
  );
  t.is(searched, 260);
  t.true(found > 150, `${found} fit`);
});

test('predicts what the clock says, to the last bit, for whatever way it takes', (t) => {
  // With memory for one way alone the search has to take that one, good or bad.
  let compared = 0;
  fc.assert(
    fc.property(layers, residents, from(0, 1 << 20), (n, resident, which) => {
      const layer = syntheticLayer(n);
      const request = requestFor(n, layer, 'whole', resident, 0);
      const budgetsOfWays = [...new Set([...everyWay(layer, request)].map(({ bytes }) => bytes))];
      const bytes = budgetsOfWays[which % budgetsOfWays.length] ?? 0;
      const own = searchSchedule(layer.offer, layer.target, { ...request, bytes });
      if (!own) return false;
      compared++;
      return own.cycles === clockCycles(layer, own, request.share) && (own.bytes['near'] ?? 0) <= bytes;
    }),
    { numRuns: 150, seed: 5 },
  );
  t.true(compared > 0);
});

const plain: LayerNumbers = {
  rows: 12,
  columns: 6,
  channels: 16,
  inputChannels: 8,
  kernel: 3,
  stride: 1,
  pad: 1,
  channelGranule: 4,
  reductionGranule: 4,
  block: 4,
  guardBytes: 0,
  withConstants: true,
  secondInput: false,
  queueDepth: 2,
  synchronous: false,
  dispatch: 20,
  callDispatch: false,
  seed: 1,
  roughness: 0,
  bounded: true,
  density: 0.1,
  scratch: 0,
  alignment: 4,
  inBandwidth: 8,
  outBandwidth: 8,
  startCycles: 38,
  rowCycles: 0,
  burst: 0,
  enqueue: 12,
  oneChannel: false,
  slowModule: 1,
  slowTransfers: 1,
};

test('searches equal layers once and answers smaller budgets from larger ones', (t) => {
  const layer = syntheticLayer(plain);
  const twin = syntheticLayer(plain);
  const other = syntheticLayer({ ...plain, density: 0.2 });
  const search = createScheduleSearch(layer.target);
  const request = requestFor(plain, layer, 'whole', [false, false, false], 4000);
  const first = search.best(layer.offer, request);
  t.truthy(first);
  t.deepEqual(search.best(twin.offer, { ...request, layouts: twin.layouts }), first);
  t.is(search.statistics.searched, 1);
  // Down to what the answer needs nothing changes; below, it has to look again.
  const needed = first?.bytes['near'] ?? 0;
  t.deepEqual(search.best(layer.offer, { ...request, bytes: needed }), first);
  t.is(search.statistics.searched, 1);
  const smaller = search.best(layer.offer, { ...request, bytes: needed - 1 });
  t.is(search.statistics.searched, 2);
  t.true((smaller?.cycles ?? 0) >= (first?.cycles ?? Infinity));
  // Other costs are another layer, resident operands another question.
  t.true((search.best(other.offer, request)?.cycles ?? 0) > (first?.cycles ?? 0));
  t.is(search.statistics.searched, 3);
  search.best(layer.offer, { ...request, residentInputs: [true] });
  t.is(search.statistics.searched, 4);
});

test('more memory never costs cycles, and nothing fits in none', (t) => {
  const layer = syntheticLayer(plain);
  const search = createScheduleSearch(layer.target);
  let before = Infinity;
  let answers = 0;
  for (let bytes = 0; bytes <= 6000; bytes += 250) {
    const request = requestFor(plain, layer, 'whole', [false, false, false], bytes);
    const own = search.best(layer.offer, request);
    if (!own) continue;
    answers++;
    t.true(own.cycles <= before, `${bytes}`);
    before = own.cycles;
  }
  t.true(answers > 10);
  const nothing = requestFor(plain, layer, 'whole', [false, false, false], 8);
  t.is(search.best(layer.offer, nothing), undefined);
});

test('cuts and double-buffers where compute can hide transfers, and leaves alone what is resident', (t) => {
  const layer = syntheticLayer(plain);
  const search = createScheduleSearch(layer.target);
  const streamed = search.best(
    layer.offer,
    requestFor(plain, layer, 'whole', [false, false, false], 1 << 16),
  );
  const modes = (plans: readonly OperandPlan[] | undefined) => plans?.map(({ mode }) => mode);
  t.true((streamed?.order.length ?? 0) > 0);
  t.deepEqual(modes(streamed?.inputs), ['streamed']);
  const resident = search.best(layer.offer, requestFor(plain, layer, 'whole', [true, false, true], 1 << 16));
  t.deepEqual(modes(resident?.inputs), ['resident']);
  t.deepEqual(modes(resident?.outputs), ['resident']);
  t.deepEqual(modes(resident?.constants), ['streamed']);
  t.true((resident?.cycles ?? Infinity) < (streamed?.cycles ?? 0));
});

test('the plugin answers for modules with a memory of their own alone', async (t) => {
  const { offer, target } = syntheticLayer(plain);
  const { schedule } = tilingSearch();
  if (typeof schedule !== 'function') return t.fail('no handler');
  const options = { name: 'net' } as never;
  const answer = await schedule.call({} as never, offer, { target, options });
  t.is(answer?.schedules.length, 1);
  t.is(typeof answer?.best, 'function');
  const home = { ...offer.module, operands: { activations: 'far', constants: 'far' } };
  t.falsy(await schedule.call({} as never, { ...offer, module: home }, { target, options }));
});
