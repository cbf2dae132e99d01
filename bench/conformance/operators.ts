import { elementCount, type Graph, type Tensor } from 'match-compiler';
import {
  compareTensors,
  findTarget,
  findToolchain,
  formatTable,
  grouped,
  interpreterTolerance,
  type Column,
} from 'match-compiler/build';
import type { BenchRecord } from '../records/records.ts';
import { runBatch, type BatchResult } from './batch.ts';
import { compilerNames } from './check-model.ts';
import { expectations, modelCases, operatorFolders, toleranceOf } from './corpus.ts';
import { prepareCase, type PreparedCase, type RefusedCase } from './operator-case.ts';

/** How one case of the corpus came out. */
export interface CaseOutcome {
  readonly id: string;
  readonly suite: string;
  readonly operator: string;
  readonly status: 'passed' | 'refused' | 'failed';
  /** Of a refusal. */
  readonly code?: string;
  /** Of a refusal or failure. */
  readonly reason?: string;
  /** Elements of the C that were compared with expected ones, and those that were not as expected, per compiler. */
  readonly elements: number;
  readonly mismatches: Readonly<Record<string, number>>;
}

const batchSize = 48;

/**
 * The operator suites through the emitted C: gcc at the strict flags, clang at the same with sanitizers.
 * @param progress told what is being done
 */
export async function checkOperators(
  corpus: string,
  wanted: (title: string) => boolean,
  progress: (title: string) => void,
): Promise<readonly CaseOutcome[]> {
  const prepared: PreparedCase[] = [];
  const outcomes: CaseOutcome[] = [];
  const groups = modelCases(corpus, operatorFolders).filter(({ model, cases }) =>
    [model, ...cases.map(({ id }) => id)].some(wanted),
  );
  for (const [i, group] of groups.entries()) {
    progress(`${i + 1}/${groups.length} ${group.model}`);
    const made = await prepareCase(corpus, group, `case_${i}`);
    if ('graph' in made) prepared.push(made);
    else outcomes.push(...refused(made));
  }
  for (let start = 0; start < prepared.length; start += batchSize) {
    progress(`${Math.min(start + batchSize, prepared.length)}/${prepared.length} in C`);
    const batch = prepared.slice(start, start + batchSize);
    const results = await Promise.all(
      compilerNames.map((name) => runBatch(batch, toolchainOf(name), name === 'clang')),
    );
    batch.forEach((entry, i) =>
      outcomes.push(
        ...judge(
          corpus,
          entry,
          results.map((list) => list[i]),
        ),
      ),
    );
  }
  const order = new Map(groups.flatMap(({ cases }) => cases).map(({ id }, i) => [id, i]));
  return outcomes.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
}

function toolchainOf(name: string): ReturnType<typeof findToolchain> {
  return findToolchain(findTarget('host', []).target, { ...process.env, MATCH_CC: name });
}

const suiteOf = (id: string): string => id.split('/')[0] ?? '';

function refused({ ids, operator, code, reason }: RefusedCase): CaseOutcome[] {
  return ids.map((id) => ({
    id,
    suite: suiteOf(id),
    operator,
    status: code === undefined ? 'failed' : 'refused',
    ...(code !== undefined && { code }),
    reason,
    elements: 0,
    mismatches: {},
  }));
}

/** Each case of a model: the C of every compiler against the expected outputs and against the interpreter. */
function judge(
  corpus: string,
  entry: PreparedCase,
  results: readonly (BatchResult | undefined)[],
): CaseOutcome[] {
  return entry.cases.map((manifest, sample): CaseOutcome => {
    const reasons = [...entry.faults];
    const mismatches: Record<string, number> = {};
    const wanted = expectations(corpus, manifest);
    results.forEach((result, i) => {
      const compiler = compilerNames[i] ?? '?';
      if (!result || 'fault' in result) {
        reasons.push(`${compiler}: ${result?.fault ?? 'was not run'}`);
        return;
      }
      const actual = result.outputs[sample] ?? [];
      let missed = 0;
      for (const { name, tensor } of wanted) {
        const index = entry.graph.outputs.findIndex(
          (output, at) => output.name === name || name === `#${at}`,
        );
        missed += misses(actual[index], tensor, toleranceOf(manifest, name, false));
      }
      mismatches[compiler] = missed;
      if (missed > 0) reasons.push(`${compiler}: ${missed} elements not as expected`);
      const apart = missesOfInterpreter(entry.graph, actual, entry.interpreted[sample] ?? []);
      if (apart > 0) reasons.push(`${compiler}: ${apart} elements not the interpreter's`);
    });
    return {
      id: manifest.id,
      suite: suiteOf(manifest.id),
      operator: entry.operator,
      status: reasons.length > 0 ? 'failed' : 'passed',
      ...(reasons.length > 0 && { reason: reasons.join('; ') }),
      elements: wanted.reduce((sum, { tensor }) => sum + elementCount(tensor.type.shape), 0),
      mismatches,
    };
  });
}

function misses(
  actual: Tensor | undefined,
  expected: Tensor,
  tolerance: Parameters<typeof compareTensors>[2],
): number {
  const fits =
    actual?.type.dtype === expected.type.dtype && actual.type.shape.join() === expected.type.shape.join();
  // A tensor without elements can still have the wrong shape.
  return actual && fits ? compareTensors(actual, expected, tolerance).differing : expected.data.length || 1;
}

function missesOfInterpreter(graph: Graph, actual: readonly Tensor[], wanted: readonly Tensor[]): number {
  return graph.outputs.reduce((sum, output, i) => {
    const [a, b] = [actual[i], wanted[i]];
    return sum + (a && b ? compareTensors(a, b, interpreterTolerance(graph, output)).differing : 1);
  }, 0);
}

const columns: readonly Column[] = [
  { title: 'suite' },
  { title: 'operator', limit: 40 },
  ...['cases', 'passed', 'refused', 'failed', 'elements'].map((title) => ({ title, right: true })),
];

interface Row {
  readonly suite: string;
  readonly operator: string;
  readonly cases: readonly CaseOutcome[];
}

function rowsOf(outcomes: readonly CaseOutcome[], key: (outcome: CaseOutcome) => string): Row[] {
  const rows = new Map<string, CaseOutcome[]>();
  for (const outcome of outcomes) {
    const list = rows.get(`${outcome.suite} ${key(outcome)}`);
    if (list) list.push(outcome);
    else rows.set(`${outcome.suite} ${key(outcome)}`, [outcome]);
  }
  return [...rows.values()].map((cases) => ({
    suite: cases[0]?.suite ?? '',
    operator: cases[0] ? key(cases[0]) : '',
    cases,
  }));
}

const count = (cases: readonly CaseOutcome[], status: CaseOutcome['status']): number =>
  cases.filter((outcome) => outcome.status === status).length;

function perOperator(outcomes: readonly CaseOutcome[]): Row[] {
  const suites = [...new Set(outcomes.map(({ suite }) => suite))];
  return suites.flatMap((suite) =>
    rowsOf(
      outcomes.filter((outcome) => outcome.suite === suite),
      ({ operator }) => operator,
    ).sort((a, b) => a.operator.localeCompare(b.operator, 'en')),
  );
}

/** One row per operator, then one per suite. */
export function operatorTable(outcomes: readonly CaseOutcome[]): string {
  const cells = ({ suite, operator, cases }: Row): string[] => [
    suite,
    operator,
    grouped(cases.length),
    grouped(count(cases, 'passed')),
    grouped(count(cases, 'refused')),
    grouped(count(cases, 'failed')),
    grouped(cases.reduce((sum, { elements }) => sum + elements, 0)),
  ];
  const totals = rowsOf(outcomes, () => 'all');
  return formatTable(columns, [...perOperator(outcomes), ...totals].map(cells));
}

/** The ids behind every number of the table, with the reasons. */
export function operatorList(outcomes: readonly CaseOutcome[]): string {
  const lines = perOperator(outcomes).flatMap(({ suite, operator, cases }) => [
    `${suite} ${operator}`,
    ...cases.map(({ id, status, code, reason }) => {
      const why = [code, reason].filter(Boolean).join(': ');
      return `  ${status.padEnd(8)}${id}${why && `  ${why}`}`;
    }),
  ]);
  return `${lines.join('\n')}\n`;
}

/** Elements and mismatches per operator and compiler, and how many cases were refused. */
export function operatorRecords(outcomes: readonly CaseOutcome[]): BenchRecord[] {
  return perOperator(outcomes).flatMap(({ suite, operator, cases }) => {
    const format = suite === 'tflite-ops' ? 'tflite' : 'onnx';
    const common = { target: 'host', net: `${suite}/${operator}`, format } as const;
    const built = cases.filter(({ status }) => status !== 'refused');
    const elements = built.reduce((sum, outcome) => sum + outcome.elements, 0);
    const figures = compilerNames.flatMap((compiler): BenchRecord[] => {
      const mismatches = built.reduce(
        (sum, outcome) => sum + (outcome.mismatches[compiler] ?? outcome.elements),
        0,
      );
      const variant = `match/${compiler}`;
      return [
        { ...common, variant, metric: 'elements', value: elements, unit: 'elements', kind: 'counted' },
        { ...common, variant, metric: 'mismatches', value: mismatches, unit: 'elements', kind: 'counted' },
      ];
    });
    const statuses = (['passed', 'refused', 'failed'] as const).map((status): BenchRecord => ({
      ...common,
      variant: 'match',
      metric: `cases_${status}`,
      value: count(cases, status),
      unit: 'cases',
      kind: 'counted',
    }));
    return [...figures, ...statuses];
  });
}
