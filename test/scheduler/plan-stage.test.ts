import test from 'ava';
import { planStage, type Stage, type StageStep } from 'match-compiler';
import { syntheticMapping, type Layer, type Part } from './synthetic-mapping.js';

function convolution(name: string, input: string, part: Part, more: Partial<Layer> = {}): Layer {
  return {
    name,
    kind: 'convolution',
    inputs: [input],
    kernel: 3,
    channels: 8,
    parts: [{ order: ['oy'], tile: { oy: 2 }, ...part }],
    ...more,
  };
}

function stageOf(layers: readonly Layer[], rows = 8): Stage {
  const stage = syntheticMapping({ input: [rows, 4, 8], layers }).stages.at(-1);
  if (!stage) throw new TypeError('no stage');
  return stage;
}

/** `load x`, `store x`, `run x`, `wait`: with the name of the layer. */
function words(steps: readonly StageStep[]): string[] {
  const kinds = { load: 'load', store: 'store', compute: 'run' } as const;
  return steps.map((step) => {
    if (step.kind === 'wait') return `wait ${step.token}`;
    const region = step.kind === 'compute' ? step.job.region : step.region;
    return `${kinds[step.kind]} ${region.region.root.name} ${step.token}`;
  });
}

test('loads run ahead and stores run behind where there are two buffers', (t) => {
  const { steps, prefetch } = planStage(
    stageOf([convolution('y', 'x', { module: 'npu', input: 2, output: 2 }, { prefetch: true })], 6),
  );
  t.is(prefetch.length, 1);
  t.deepEqual(words(steps), [
    // The constants came before.
    'load y 1',
    'wait 1',
    'wait 0',
    'run y 2',
    'load y 3',
    'wait 3',
    'run y 4',
    'wait 2',
    'store y 5',
    'load y 6',
    'wait 6',
    'wait 5',
    'run y 7',
    'wait 4',
    'store y 8',
    'wait 7',
    'store y 9',
    'wait 8',
    'wait 9',
  ]);
});

test('a call that the controller waits for has its next operands fetched meanwhile', (t) => {
  const stage = stageOf([convolution('y', 'x', { module: 'npu', input: 2, output: 2 })], 6);
  const [mapped] = stage.regions;
  if (!mapped) throw new TypeError('no region');
  const blocking = { ...mapped, pattern: { ...mapped.pattern, synchronous: true } };
  const { steps } = planStage({
    ...stage,
    regions: [blocking],
    jobs: stage.jobs.map((job) => ({ ...job, region: blocking })),
  });
  t.deepEqual(
    words(steps).map((word) => word.replace(/ \d+$/, '')),
    [
      'load y',
      'load y',
      'wait',
      'wait',
      'load y',
      'run y',
      'store y',
      'wait',
      'load y',
      'run y',
      'store y',
      'wait',
      'wait',
      'run y',
      'store y',
      'wait',
      'wait',
    ],
  );
});

test('no more tokens are open than the queues and buffers hold', (t) => {
  const { steps } = planStage(
    stageOf([convolution('y', 'x', { module: 'npu', input: 0, output: 0 }, { place: 'l1' })], 64),
  );
  const open = new Set<number>();
  let most = 0;
  for (const step of steps) {
    if (step.kind === 'wait') t.true(open.delete(step.token));
    else open.add(step.token);
    most = Math.max(most, open.size);
  }
  t.is(open.size, 0);
  // Constants, and a queue of two.
  t.true(most <= 3, `${most} tokens`);
});

test('a consumer waits for the rows that it reads, through l1 and through l2', (t) => {
  const through = (place: 'l1' | 'l2'): readonly StageStep[] => {
    const buffers = place === 'l1' ? 0 : 2;
    return planStage(
      stageOf([
        convolution('a', 'x', { module: 'team', input: 2, output: buffers }, { place }),
        convolution('b', 'a', { module: 'npu', input: buffers, output: 2 }, { joins: true }),
      ]),
    ).steps;
  };
  for (const place of ['l1', 'l2'] as const) {
    const steps = through(place);
    const done = new Set<number>();
    const made: number[] = [];
    let checked = 0;
    for (const step of steps) {
      if (step.kind === 'wait') done.add(step.token);
      else if (step.kind === (place === 'l1' ? 'compute' : 'store')) {
        const region = step.kind === 'compute' ? step.job.region : step.region;
        if (region.region.root.name === 'a') made.push(step.token);
        else if (step.kind === 'compute') {
          // Two rows per tile, one more for the window.
          const first = step.job.tile.ranges['oy']?.start ?? 0;
          const needed = made.slice(Math.max(0, first / 2 - 1), first / 2 + 2);
          t.true(needed.every((token) => done.has(token)));
          checked++;
        }
      } else if (step.kind === 'load' && step.role === 'inputs' && step.region.region.root.name === 'b') {
        const range = step.box.ranges[0] ?? { start: 0, extent: 0 };
        const tiles = [
          Math.floor(range.start / 2),
          Math.floor((range.start + range.extent - 1) / 2),
        ] as const;
        t.true(made.length > tiles[1]);
        t.true(made.slice(tiles[0], tiles[1] + 1).every((token) => done.has(token)));
        checked++;
      }
    }
    t.is(checked, 4);
  }
});

test('a stage of thousands of calls is planned in linear time', (t) => {
  const layer = convolution('y', 'x', { module: 'npu', tile: { oy: 1 }, input: 2, output: 2 });
  const stage = stageOf([layer], 4000);
  const start = performance.now();
  const { steps } = planStage(stage);
  const elapsed = performance.now() - start;
  t.true(steps.length > 20_000);
  t.true(elapsed < 2000, `${elapsed} ms`);
});
