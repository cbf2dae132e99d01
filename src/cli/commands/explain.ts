import {
  explain,
  type ExplainedCandidate,
  type ExplainedRefusal,
  type Explanation,
} from '../../build/explain.ts';
import { shortName } from '../../build/short-name.ts';
import { flag, type RawOptions } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { createProgress } from '../progress.ts';
import { projectOptions } from '../project-options.ts';
import { formatTable, grouped } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** `match explain NODE [MODEL]`: where a node could run, and why it runs where it does. */
export async function run(
  model: string | undefined,
  options: RawOptions,
  terminal: Terminal,
): Promise<number> {
  const progress = createProgress(terminal);
  const explanations = await explain({
    ...projectOptions(model, options, terminal, [progress.observer]),
    node: String(options['subject']),
  });
  progress.done();
  terminal.out(
    flag(options, 'json')
      ? `${JSON.stringify({ ok: true, explanations }, null, 2)}\n`
      : explanations.map((explanation) => report(explanation, terminal)).join('\n'),
  );
  return exitCodes.ok;
}

function report(explanation: Explanation, terminal: Terminal): string {
  const { model, target, node, graphNodes, candidates, isView } = explanation;
  const { bold, dim } = terminal.outStyle;
  const operators = graphNodes.map(({ op }) => op).join(', ');
  return [
    `${bold(shortName(node))} ${dim(`(${operators}) of ${model} on ${target}`)}\n`,
    candidates.length > 0 ? `\n${candidateTable(candidates)}` : '',
    `\n${reason(candidates, isView)}\n`,
    refusalText(explanation.refusals),
  ].join('');
}

function candidateTable(candidates: readonly ExplainedCandidate[]): string {
  return formatTable(
    [
      { title: '' },
      { title: 'module' },
      { title: 'pattern' },
      { title: 'covers', limit: 48 },
      { title: 'cycles', right: true },
      { title: 'against the choice', right: true },
      { title: 'tile' },
    ],
    candidates.map(({ chosen, module, pattern, operators, cycles, difference, schedule, share }) => [
      chosen ? (share ? 'shared' : 'chosen') : '',
      module,
      pattern,
      operators.join(', '),
      grouped(Math.round(cycles)),
      chosen ? '' : difference === undefined ? 'no cover' : signed(difference),
      tileText(schedule),
    ]),
  );
}

/** `oy 12, oc 32` with the outermost loop first, or `whole`. */
function tileText({ tile, order }: ExplainedCandidate['schedule']): string {
  const names = [...new Set([...order, ...Object.keys(tile)])];
  if (names.length === 0) return 'whole';
  return names.map((name) => `${name} ${tile[name] ?? 'whole'}`).join(', ');
}

function signed(cycles: number): string {
  const rounded = Math.round(cycles);
  return `${rounded < 0 ? '-' : '+'}${grouped(Math.abs(rounded))}`;
}

function reason(candidates: readonly ExplainedCandidate[], isView: boolean): string {
  const chosen = candidates.filter((candidate) => candidate.chosen);
  const others = candidates.filter((candidate) => !candidate.chosen);
  if (isView) return 'It renames memory and runs nowhere.';
  if (chosen.length === 0) return 'No module takes it.';
  if (others.length === 0) return 'There is no other candidate.';
  const differences = others.flatMap(({ difference }) => (difference === undefined ? [] : [difference]));
  const least = Math.min(...differences);
  if (!Number.isFinite(least)) return 'With any other candidate, the nodes around it would run nowhere.';
  if (least >= 0) return `The next best costs ${grouped(Math.round(least))} cycles more.`;
  return [
    `Alone, another one would be ${grouped(Math.round(-least))} cycles cheaper;`,
    'over the whole graph (layouts, transfers, what stays near, what runs side by side) the choice is.',
  ].join(' ');
}

function refusalText(refusals: readonly ExplainedRefusal[]): string {
  if (refusals.length === 0) return '';
  return `\n${formatTable(
    [{ title: 'refused by' }, { title: 'pattern', limit: 60 }, { title: 'because' }],
    byReason(refusals).map(([{ module, node, reason: text }, patterns]) => [
      module,
      patterns.join(', '),
      patterns.length > 0 ? `${shortName(node)} ${text}` : `it ${text}`,
    ]),
  )}`;
}

/** Refusals of one module for one reason, with the names of its patterns. */
function byReason(
  refusals: readonly ExplainedRefusal[],
): readonly (readonly [ExplainedRefusal, readonly string[]])[] {
  const groups = new Map<string, { readonly first: ExplainedRefusal; readonly patterns: Set<string> }>();
  for (const refusal of refusals) {
    const { module, pattern, node, reason: text } = refusal;
    const key = [module, shortName(node), text].join('\u0000');
    const group = groups.get(key) ?? { first: refusal, patterns: new Set() };
    if (pattern !== undefined) group.patterns.add(pattern);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ first, patterns }) => [first, [...patterns]]);
}
