import test from 'ava';
import {
  Bundle,
  evaluateGraph,
  unrollLoops,
  type Buffer as ProgramBuffer,
  type Instruction,
  type PlacedProgram,
  type Program,
  type Slice,
} from 'match-compiler';
import { toyGraph, toyInputs, toyMapping } from './toy-network.ts';
import type { Workbench } from './toy-build.ts';
import { emitPlaced, modes, placeProgram, sharedWorkbench, toyProgram, type ToyRun } from './toy-build.ts';
import { toyTarget } from './toy-target.ts';

type Flat = Exclude<Instruction, { kind: 'loop' }>;

const graph = toyGraph();
const inputs = toyInputs(3);
const expected = Uint8Array.from(evaluateGraph(graph, inputs).outputs[0]?.data as Uint8Array);
const program = await toyProgram(
  toyMapping(graph, toyTarget(), {
    mix: { module: 'vector', tile: { oy: 9 }, buffers: 2 },
    turn: { module: 'inverter', tile: { oy: 9 }, buffers: 2 },
    mask: { module: 'vector', tile: { oy: 12 }, buffers: 1 },
    join: { module: 'core' },
  }),
);
const placed = placeProgram(program);
const flat = unrollLoops(program.body);
const whole: Program = { ...program, body: flat };

/** Each alternative once: what a program relies on is stopped in any mode. */
const twoModes = modes.filter((_, i) => i === 0 || i === modes.length - 1);

interface Outcome {
  readonly runs: readonly ToyRun[];
  /** First words of the traps, without their details. */
  readonly traps: readonly string[];
  /** No mode came through with the right outputs. */
  readonly caught: boolean;
}

async function outcome(bench: Workbench, mutant: PlacedProgram): Promise<Outcome> {
  const runs = bench.run(await emitPlaced(mutant), [inputs], twoModes);
  const right = runs.map(
    ({ status, outputs }) => status === 0 && Buffer.compare(outputs[0] ?? expected, expected) === 0,
  );
  return {
    runs,
    traps: runs.map(({ message }) => /^match simulator: trap: (\w+)/.exec(message)?.[1] ?? ''),
    caught: !right.every(Boolean),
  };
}

const shared = sharedWorkbench();
test.after.always(() => shared.release());

function bench<T>(use: (workbench: Workbench) => Promise<T>): Promise<T> {
  return use(shared.workbench);
}

const without = (at: number): PlacedProgram => ({
  ...placed,
  program: { ...whole, body: flat.filter((_, i) => i !== at) },
});

const replaced = (at: number, instruction: Flat): PlacedProgram => ({
  ...placed,
  program: { ...whole, body: flat.map((own, i) => (i === at ? instruction : own)) },
});

const indices = (kind: Flat['kind']): number[] => flat.flatMap((own, i) => (own.kind === kind ? [i] : []));

test('the program itself runs', async (t) => {
  const { caught, traps } = await bench((workbench) => outcome(workbench, { ...placed, program: whole }));
  t.false(caught);
  t.deepEqual(traps, ['', '']);
});

test('every missing wait is stopped', async (t) => {
  await bench(async (workbench) => {
    for (const at of indices('wait')) {
      const { traps } = await outcome(workbench, without(at));
      for (const trap of traps) t.regex(trap, /^(race|token)$/, `wait ${at}`);
    }
  });
});

test('a wait that comes too late is stopped', async (t) => {
  const traps = new Set<string>();
  await bench(async (workbench) => {
    for (const at of indices('wait').slice(0, 8)) {
      const wait = flat[at];
      const use = flat.findIndex((own, i) => i > at && own.kind === 'launch');
      if (!wait || use < 0) continue;
      const body = flat.filter((_, i) => i !== at);
      body.splice(use, 0, wait);
      const result = await outcome(workbench, { ...placed, program: { ...whole, body } });
      // Waits for what later instructions have no use for may come later.
      for (const trap of result.traps) traps.add(trap);
    }
  });
  t.true(traps.has('race'));
});

test('a transfer that is missing leaves its destination without content', async (t) => {
  await bench(async (workbench) => {
    for (const at of indices('transfer')) {
      const token = flat[at]?.token;
      const wait = flat.findIndex((own, i) => i > at && own.kind === 'wait' && own.token === token);
      const body = flat.filter((_, i) => i !== at && i !== wait);
      const { caught } = await outcome(workbench, { ...placed, program: { ...whole, body } });
      t.true(caught, `transfer ${at}`);
    }
  });
});

test('swapped tile buffers are stopped or change the outputs', async (t) => {
  let swaps = 0;
  await bench(async (workbench) => {
    for (const at of indices('launch')) {
      const launch = flat[at];
      if (launch?.kind !== 'launch') continue;
      const [slice] = launch.inputs;
      const place = ({ buffer }: Slice): number | undefined => placed.offsets.get(buffer);
      const swapped = flat
        .slice(at + 1)
        .flatMap((own) => (own.kind === 'launch' ? own.inputs.slice(0, 1) : []))
        .find((own) => slice && place(own) !== place(slice) && own.buffer.bytes >= slice.buffer.bytes);
      if (!slice || !swapped) continue;
      swaps++;
      const mutant = replaced(at, {
        ...launch,
        inputs: [{ ...slice, buffer: swapped.buffer }, ...launch.inputs.slice(1)],
      });
      t.true((await outcome(workbench, mutant)).caught, `launch ${at}`);
    }
  });
  t.true(swaps >= 4);
});

test('shifted and short transfers are stopped or change the outputs', async (t) => {
  let turn = 0;
  await bench(async (workbench) => {
    for (const at of indices('transfer')) {
      const own = flat[at];
      if (own?.kind !== 'transfer') continue;
      const shifted = (slice: Slice, by: number): Slice => ({
        ...slice,
        offset: { ...slice.offset, base: slice.offset.base + by },
      });
      const short = (slice: Slice): Slice => ({ ...slice, rowBytes: slice.rowBytes - 20 });
      const variants = [
        ['from', { ...own, from: shifted(own.from, 3) }],
        ['to', { ...own, to: shifted(own.to, 3) }],
        ['short', { ...own, from: short(own.from), to: short(own.to) }],
      ] as const;
      // One of them for each transfer, in turn.
      const [name, mutant] = variants[turn++ % variants.length] ?? variants[0];
      t.true((await outcome(workbench, replaced(at, mutant))).caught, `${name} ${at}`);
    }
  });
});

test('a copy over the wrong link is stopped', async (t) => {
  await bench(async (workbench) => {
    const [at = 0] = indices('transfer');
    const own = flat[at];
    if (own?.kind !== 'transfer') throw new TypeError('no transfer');
    const bundle = await emitPlaced({ ...placed, program: whole });
    const files = [...bundle.files.values()].map((file) =>
      file.path === 'toy.c'
        ? { ...file, content: String(file.content).replace('MATCH_L2_TO_L1', 'MATCH_L1_TO_L2') }
        : file,
    );
    const [run] = workbench.run(new Bundle(files), [inputs]);
    t.is(run?.status, 99);
    t.regex(run?.message ?? '', /trap: memory: .*the link leads from l1 to l2, the copy from l2 to l1/);
  });
});

test('buffers that share bytes while both are in use are stopped or change the outputs', async (t) => {
  const near = program.buffers.filter(({ memory }) => memory === 'l1');
  const of = (name: string): ProgramBuffer => {
    const found = near.find((buffer) => buffer.name === name);
    if (!found)
      throw new RangeError(`there is no ${name} among ${near.map((buffer) => buffer.name).join(', ')}`);
    return found;
  };
  await bench(async (workbench) => {
    for (const [one, other] of [
      ['a.in.0', 'b.in.0'],
      ['a.in.0', 'a.in.1'],
      ['a.in.1', 'mix.out.0'],
      ['mix.out.0', 'mix.out.1'],
      ['mix.in.0', 'mix.in.1'],
      ['mix.in.0', 'scratch_1_0'],
      ['mask.packed.in.0', 'turn.in.0'],
    ] as const) {
      const offsets = new Map(placed.offsets);
      offsets.set(of(one), placed.offsets.get(of(other)) ?? 0);
      t.true(
        (await outcome(workbench, { ...placed, program: whole, offsets })).caught,
        `${one} over ${other}`,
      );
    }
  });
});

test('the message names layer, engine, byte and the other party', async (t) => {
  await bench(async (workbench) => {
    const launch = flat.findIndex((own) => own.kind === 'launch');
    const at = flat.findLastIndex((own, i) => i < launch && own.kind === 'wait');
    const { runs } = await outcome(workbench, without(at));
    t.regex(
      runs[0]?.message ?? '',
      /^match simulator: trap: race: job of layer 0, mix, on vector: it reads byte \d+ of l1, which a transfer of layer mix on dma-in writes; nothing waited for that\n$/,
    );
  });
});
