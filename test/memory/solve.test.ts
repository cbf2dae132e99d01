import test from 'ava';
import fc from 'fast-check';
import { solvePlacement, type Item, type Permission } from 'match-compiler/plugins/memory-planner';

interface Problem {
  readonly items: readonly Item[];
  readonly permissions: readonly Permission[];
}

/** Small items whose live ranges crowd, with permissions wherever one item ends where another begins. */
function problems(
  count: number,
  size: number,
  alignments: readonly number[],
  times: number,
): fc.Arbitrary<Problem> {
  const item = fc
    .record({
      size: fc.integer({ min: 1, max: size }),
      alignment: fc.constantFrom(...alignments),
      first: fc.nat(times),
      length: fc.nat(3),
    })
    .map(({ length, ...rest }): Item => ({ ...rest, last: rest.first + length }));
  const lead = fc.option(fc.integer({ min: -size, max: size }), { freq: 3 });
  return fc
    .record({
      items: fc.array(item, { minLength: 1, maxLength: count }),
      leads: fc.array(lead, { minLength: count * count, maxLength: count * count }),
    })
    .map(({ items, leads }) => ({
      items,
      permissions: items.flatMap((from, input) =>
        items.flatMap((to, output): Permission[] => {
          const allowed = leads[input * count + output];
          // A kernel reads what was there before, so the input began earlier, and the output lives on.
          if (allowed === null || allowed === undefined) return [];
          return from.last === to.first && from.first < to.first && to.last > from.last
            ? [{ input, output, lead: allowed }]
            : [];
        }),
      ),
    }));
}

function legal({ items, permissions }: Problem, a: number, b: number, at: number, bt: number): boolean {
  const [one, other] = [items[a], items[b]];
  if (!one || !other || one.first > other.last || other.first > one.last) return true;
  if (at + one.size <= bt || bt + other.size <= at) return true;
  return permissions.some(
    ({ input, output, lead }) =>
      (input === a && output === b && at - bt >= lead) || (input === b && output === a && bt - at >= lead),
  );
}

function isLegal(problem: Problem, offsets: readonly number[]): boolean {
  return problem.items.every(
    ({ alignment }, a) =>
      (offsets[a] ?? -1) >= 0 &&
      (offsets[a] ?? 0) % alignment === 0 &&
      problem.items.every((_, b) => a === b || legal(problem, a, b, offsets[a] ?? 0, offsets[b] ?? 0)),
  );
}

/** The shortest arena, by trying every offset of every item. */
function bruteForce(problem: Problem): number {
  const { items } = problem;
  const offsets: number[] = [];
  const fits = (arena: number): boolean => {
    const i = offsets.length;
    const item = items[i];
    if (!item) return true;
    for (let offset = 0; offset + item.size <= arena; offset += item.alignment) {
      if (!offsets.every((other, j) => legal(problem, i, j, offset, other))) continue;
      offsets.push(offset);
      const found = fits(arena);
      offsets.pop();
      if (found) return true;
    }
    return false;
  };
  for (let arena = 0; ; arena++) if (fits(arena)) return arena;
}

for (const [name, alignments] of [
  ['bytes', [1]],
  ['one alignment', [4]],
  ['mixed alignments', [1, 2, 4]],
] as const) {
  test(`small problems are solved as trying everything does: ${name}`, (t) => {
    fc.assert(
      fc.property(problems(6, 5, alignments, 4), (problem) => {
        const { offsets, arena, bound, proof } = solvePlacement(problem.items, problem.permissions);
        if (!isLegal(problem, offsets)) throw new Error(`illegal: ${offsets.join(' ')}`);
        const end = Math.max(...problem.items.map(({ size }, i) => (offsets[i] ?? 0) + size));
        const best = bruteForce(problem);
        if (arena !== end || arena !== best || bound !== best) {
          throw new Error(
            `${arena} ending at ${end}, at least ${bound} (${proof.kind}), but the optimum is ${best}`,
          );
        }
      }),
      { numRuns: 200, seed: 7 },
    );
    t.pass();
  });
}

test('placements of many items are legal, and no shorter than the bound', (t) => {
  fc.assert(
    fc.property(problems(60, 5000, [1, 4, 16], 30), (problem) => {
      const { offsets, arena, bound } = solvePlacement(problem.items, problem.permissions);
      return isLegal(problem, offsets) && bound <= arena;
    }),
    { numRuns: 25, seed: 3 },
  );
  t.pass();
});

test('the same problem has the same answer', (t) => {
  fc.assert(
    fc.property(problems(25, 1000, [1, 8], 12), ({ items, permissions }) => {
      t.deepEqual(solvePlacement(items, permissions), solvePlacement(items, permissions));
    }),
    { numRuns: 5, seed: 5 },
  );
});

test('a bound that no clique proves is proven by search', (t) => {
  let found = 0;
  fc.assert(
    fc.property(problems(7, 5, [1, 2], 5), ({ items, permissions }) => {
      const { arena, bound, proof } = solvePlacement(items, permissions);
      if (proof.kind !== 'search') return;
      found++;
      t.is(bound, arena);
      t.is(proof.within, arena - 1);
    }),
    { numRuns: 500, seed: 11 },
  );
  t.true(found > 0);
});
