import test from 'ava';
import fc from 'fast-check';
import { minimize, type Interaction, type Variable } from 'match-compiler/plugins/partition';

interface Problem {
  readonly variables: readonly Variable[];
  readonly tables: readonly {
    readonly a: number;
    readonly b: number;
    readonly costs: readonly (readonly number[])[];
  }[];
}

const problems: fc.Arbitrary<Problem> = fc
  .array(fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 })
  .chain((costs) => {
    const pair = fc.tuple(fc.nat(costs.length - 1), fc.nat(costs.length - 1)).filter(([a, b]) => a !== b);
    const table = pair.chain(([a, b]) =>
      fc
        .array(fc.array(fc.nat(20), { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 })
        .map((entries) => ({ a, b, costs: entries })),
    );
    return fc.record({
      variables: fc.constant(costs.map((own) => ({ costs: own }))),
      tables: costs.length > 1 ? fc.array(table, { maxLength: 8 }) : fc.constant([]),
    });
  });

function interactionsOf({ tables }: Problem): Interaction[] {
  return tables.map(({ a, b, costs }) => ({ a, b, cost: (i, j) => costs[i]?.[j] ?? 0 }));
}

function costOf(
  { variables }: Problem,
  interactions: readonly Interaction[],
  choices: readonly number[],
): number {
  const own = variables.reduce((sum, { costs }, v) => sum + (costs[choices[v] ?? 0] ?? 0), 0);
  return interactions.reduce((sum, { a, b, cost }) => sum + cost(choices[a] ?? 0, choices[b] ?? 0), own);
}

function* assignments(variables: readonly Variable[], from = 0): Generator<readonly number[]> {
  const [variable] = variables.slice(from, from + 1);
  if (!variable) {
    yield [];
    return;
  }
  for (const rest of assignments(variables, from + 1))
    for (const i of variable.costs.keys()) yield [i, ...rest];
}

test('elimination finds what trying everything finds', (t) => {
  fc.assert(
    fc.property(problems, (problem) => {
      const interactions = interactionsOf(problem);
      const result = minimize(problem.variables, interactions);
      const best = Math.min(
        ...[...assignments(problem.variables)].map((choices) => costOf(problem, interactions, choices)),
      );
      return result.optimal && result.cost === best && costOf(problem, interactions, result.choices) === best;
    }),
    { numRuns: 300, seed: 1 },
  );
  t.pass();
});

test('a clique too wide for exact tables still gets an answer, and says that it is not proven', (t) => {
  const variables = Array.from({ length: 40 }, (_, v) => ({ costs: [v % 3, 1, 2, 3] }));
  const interactions = variables.flatMap((_, a) =>
    variables
      .slice(a + 1)
      .map((__, k) => ({ a, b: a + 1 + k, cost: (i: number, j: number) => (i === j ? 0 : 1) })),
  );
  const result = minimize(variables, interactions);
  t.false(result.optimal);
  t.true(Number.isFinite(result.cost));
});
