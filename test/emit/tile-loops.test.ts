import test from 'ava';
import fc from 'fast-check';
import type { CCall } from '../../plugins/emit-c/job-notes.ts';
import type { Statement } from '../../plugins/emit-c/statements.ts';
import { rollTiles, withNumbers } from '../../plugins/emit-c/tile-loops.ts';

function statement(name: string, ...args: string[]): Statement {
  return { comment: '', notes: [{ name: 'match_note_job', args: ['0', '1.5'] }], call: { name, args } };
}

/** What runs, in its order. */
function unrolled(statements: readonly Statement[]): (CCall | undefined)[] {
  return rollTiles(statements).flatMap((item) => {
    if (!('count' in item)) return [item.call];
    return Array.from({ length: item.count }).flatMap((_, k) =>
      item.body.map(({ call }, j) => {
        const numbers = (item.values[j] ?? []).map((values) => String(values[k]));
        return call && withNumbers(call, numbers);
      }),
    );
  });
}

test('loops run the statements that there were', (t) => {
  const one = fc.record({ name: fc.constantFrom('load', 'job'), at: fc.nat(3), rows: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), fc.integer({ min: 1, max: 6 }), (part, times) => {
      const statements = Array.from({ length: times }, (_, k) =>
        part.map(({ name, at, rows }) => statement(name, `AT_L1(${at * k})`, String(rows))),
      ).flat();
      t.deepEqual(
        unrolled(statements),
        statements.map(({ call }) => call),
      );
    }),
    { numRuns: 200, seed: 7 },
  );
});

test('a steady state of tiles is one loop whatever its numbers', (t) => {
  const tiles = [3, 9, 4, 1, 7, 7].flatMap((at, k) => [
    statement('load', String(k % 2), `AT_L1(${at})`),
    statement('launch', String(k % 2), `AT_L1(${at})`, `${at}`),
    statement('match_wait', String(k % 2)),
  ]);
  const [loop, ...rest] = rollTiles(tiles);
  t.deepEqual(rest, []);
  t.like(loop, { count: 6 });
});

test('digits of names are no numbers', (t) => {
  const statements = [1, 2, 3, 4, 5, 6].map((i) => statement('load', `(const void *)weights_${i}`, '0', '1'));
  t.is(rollTiles(statements).length, 6);
});
