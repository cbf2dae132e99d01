import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {
  Bundle,
  clockModelOf,
  linkBetween,
  runClock,
  runtimeNames,
  semanticFlags,
  transferCycles,
  warningFlags,
  type ClockItem,
  type Target,
} from 'match-compiler';
import { withBundle } from '../emit/run-network.ts';
import { toyTarget } from './toy-target.ts';

/** Reads runs from stdin, one instruction per line, and does what they say; kernels do nothing. */
const driver = `
#include <stdio.h>

#include "match_runtime.h"

static void nothing(const void *arguments, int32_t worker, int32_t workers)
{
    (void)arguments;
    (void)worker;
    (void)workers;
}

static uint8_t near_bytes[4096];
static uint8_t far_bytes[4096];

static const char *const layers[] = {"only"};
static const struct match_memory memories[] = {
    {"l1", near_bytes, sizeof near_bytes},
    {"l2", far_bytes, sizeof far_bytes},
};
static const struct match_network network = {"driver", layers, 1, memories, 2, NULL, 0};

int main(void)
{
    char what;
    int token;
    int engine;
    double cycles;
    double issue;
    while (scanf(" %c %d %d %lf %lf", &what, &token, &engine, &cycles, &issue) == 5) {
        if (what == 'b') {
            match_note_network(&network);
            match_note_filled(far_bytes, 4096);
            match_begin();
        } else if (what == 'e') {
            match_end();
        } else if (what == 'w') {
            match_wait(token);
        } else if (what == 't') {
            match_transfer_planes(token, MATCH_L2_TO_L1, near_bytes, 1000, 100, far_bytes, 1000, 100, 2, 3, engine);
        } else {
            match_note_job(0, cycles, issue);
            if (what == 'l') {
                match_launch(token, engine, nothing, &token, sizeof token);
            } else {
                match_call(engine, nothing, &token, sizeof token);
            }
        }
    }
    return 0;
}
`;

type Action =
  | {
      readonly kind: 'launch' | 'call';
      readonly engine: number;
      readonly cycles: number;
      readonly issue: number;
    }
  | { readonly kind: 'transfer'; readonly bytes: number }
  | { readonly kind: 'wait'; readonly pick: number };

const cycles = fc.oneof(
  fc.double({ min: 0, max: 500, noNaN: true }),
  fc.integer({ min: 0, max: 2000 }),
  fc.constant(0),
  // Late on the clock, what rounding leaves over of a job is more than the time that the clock can tell.
  fc.integer({ min: 1, max: 9 }).map((n) => n * 1e8 + 0.1),
);

const actions: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom('launch' as const, 'launch' as const, 'call' as const),
      engine: fc.nat(2),
      cycles,
      issue: fc.double({ min: 0, max: 60, noNaN: true }),
    }),
    fc.record({ kind: fc.constant('transfer' as const), bytes: fc.integer({ min: 1, max: 90 }) }),
    fc.record({ kind: fc.constant('wait' as const), pick: fc.nat(20) }),
  ),
  { minLength: 1, maxLength: 40 },
);

/** The same run for the C and for the compiler's clock. */
function both(
  list: readonly Action[],
  target: Target,
): { readonly lines: string[]; readonly items: ClockItem[] } {
  const { engines } = runtimeNames(target);
  const link = linkBetween(target, 'l2', 'l1');
  if (!link) throw new TypeError('the toy has lost a link');
  const lines = ['b 0 0 0 0'];
  const items: ClockItem[] = [];
  const open: number[] = [];
  let next = 0;
  /** One transfer at a time has the bytes. */
  let moving: number | undefined;
  const wait = (token: number): void => {
    lines.push(`w ${token} 0 0 0`);
    items.push({ kind: 'wait', token: String(token) });
    open.splice(open.indexOf(token), 1);
    if (token === moving) moving = undefined;
  };
  for (const action of list) {
    if (action.kind === 'wait') {
      const token = open[action.pick % Math.max(1, open.length)];
      if (token !== undefined) wait(token);
      continue;
    }
    const token = next++;
    if (action.kind === 'transfer') {
      lines.push(`t ${token} ${action.bytes} 0 0`);
      items.push({
        kind: 'start',
        engine: link.channel,
        cycles: 2 * transferCycles(link, 3, action.bytes),
        issueCycles: 2 * link.enqueueCycles,
        token: String(token),
        label: '',
      });
      moving = token;
      open.push(token);
      continue;
    }
    const { engine, issue } = action;
    const work = {
      engine: engines[engine]?.name ?? '',
      cycles: action.cycles,
      issueCycles: issue,
      label: '',
    };
    lines.push(`${action.kind === 'call' ? 'c' : 'l'} ${token} ${engine} ${action.cycles} ${issue}`);
    if (action.kind === 'call') items.push({ kind: 'call', ...work });
    else {
      items.push({ kind: 'start', token: String(token), ...work });
      open.push(token);
    }
  }
  for (const token of [...open]) wait(token);
  lines.push('e 0 0 0 0');
  return { lines, items };
}

const contentions: readonly NonNullable<Target['contention']>[] = [
  {},
  {
    vector: { inverter: 1.2, 'dma-in': 1.15, core: 1.7 },
    inverter: { vector: 1.1 },
    'dma-in': { vector: 1.15, inverter: 3.3 },
  },
];

for (const [i, contention] of contentions.entries()) {
  test(`the simulator's clock is the compiler's, to the last bit (${i === 0 ? 'no contention' : 'contention'})`, (t) => {
    const target = toyTarget({ contention, vectorDepth: 3 });
    const lists = fc.sample(actions, { numRuns: 400, seed: 5 + i });
    const runs = lists.map((list) => both(list, target));
    const expected = runs.map(({ items }) => runClock(items, clockModelOf(target)).cycles);
    t.true(Math.max(...expected) > 1e9);
    const files = target.platforms['sim']?.runtime?.(target) ?? [];
    const bundle = new Bundle([...files, { path: 'driver.c', content: driver }]);
    const actual = withBundle(bundle, (folder) => {
      const sources = [...bundle.files.keys()].filter((file) => file.endsWith('.c'));
      execFileSync('gcc', [...semanticFlags, ...warningFlags, '-O2', ...sources, '-o', 'driver'], {
        cwd: folder,
      });
      mkdirSync(join(folder, 'reports'));
      const report = join(folder, 'reports', 'report.json');
      writeFileSync(join(folder, 'script'), runs.flatMap(({ lines }) => lines).join('\n'));
      execFileSync('sh', ['-c', './driver < script'], {
        cwd: folder,
        env: { ...process.env, MATCH_SIM_REPORT: report },
      });
      return (JSON.parse(readFileSync(report, 'utf8')) as { runs: number[] }).runs;
    });
    t.deepEqual(actual, expected);
  });
}
