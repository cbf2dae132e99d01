import type { Target } from '../target/target.ts';
import type { Findings } from './findings.ts';
import { cutAlong, cutOf, turnsOf, worksAtHome, type Cut, type Turn } from './forced-schedules.ts';
import type { Reached, Subject } from './reach.ts';

/** A sample that is run in one way. */
export interface Case extends Reached {
  readonly turn: Turn;
  /** How its region is cut; absent in turn 0, and in modules that work where tensors live anyway. */
  readonly cut?: Cut;
}

/** Samples of one turn beyond the first, of those of the pattern. */
const turnShare = 0.6;

/** Name of the check that a pattern's layers are cut at all. */
const cutCheck = ({ name }: Subject): string => `${name}: cut`;

/**
 * What is to be run of one pattern beyond the whole layers: its other layouts where it works at home, else cuts along
 * each dimension and along all. A dimension along which none of the chosen samples can be cut is cut in the first of
 * all samples that can be.
 * @param all samples that the pattern takes
 * @throws what its tiling throws
 */
export function furtherCases(
  subject: Subject,
  chosen: readonly Reached[],
  all: readonly Reached[],
  target: Target,
  findings: Findings,
): readonly Case[] {
  const most = Math.ceil(turnShare * chosen.length);
  const turns = Math.max(1, ...chosen.map(({ offer }) => turnsOf(offer, target)));
  const cases: Case[] = [];
  for (let turn = 1; turn < turns; turn++) {
    let count = 0;
    for (const reached of chosen) {
      if (count >= most) break;
      const own = caseOf(reached, target, turn);
      if (!own) continue;
      cases.push(own);
      count++;
    }
  }
  if (worksAtHome(subject, target)) return cases;
  const cut = new Set(cases.map(({ cut }) => cut?.only));
  const missing = new Set<string>();
  for (const reached of all) {
    for (let turn = 1; turn < turnsOf(reached.offer, target); turn++) {
      const name = cutAlong(reached.offer, turn);
      if (name === undefined || cut.has(name)) continue;
      missing.add(name);
      const own = caseOf(reached, target, turn);
      if (!own) continue;
      cases.push(own);
      cut.add(name);
    }
  }
  const never = [...missing].filter((name) => !cut.has(name));
  if (missing.size > 0 && cases.length === 0)
    findings.fail(
      cutCheck(subject),
      `no sample could be cut along ${never.join(', ')}; give \`samples\` of your own`,
    );
  return cases;
}

/** Undefined where the turn makes no difference, or no cut of it can be scheduled. */
function caseOf(reached: Reached, target: Target, turn: Turn): Case | undefined {
  if (turn >= turnsOf(reached.offer, target)) return undefined;
  if (worksAtHome(reached.offer, target)) return { ...reached, turn };
  const cut = cutOf(reached.offer, target, turn);
  return cut && { ...reached, turn, cut };
}

/** Cuts were found, but did every program that had them leave them out? */
export function checkCuts(cases: readonly Case[], ran: (own: Case) => boolean, findings: Findings): void {
  const bySubject = new Map<Subject, { ran: number; readonly names: Set<string> }>();
  for (const own of cases) {
    if (!own.cut) continue;
    const counts = bySubject.get(own.subject) ?? { ran: 0, names: new Set<string>() };
    bySubject.set(own.subject, counts);
    if (!ran(own)) continue;
    counts.ran++;
    counts.names.add(own.cut.only ?? 'all dimensions');
  }
  for (const [subject, counts] of bySubject)
    if (counts.ran > 0)
      findings.pass(cutCheck(subject), `layers in pieces, along ${[...counts.names].join(', ')}`, counts.ran);
    else
      findings.fail(
        cutCheck(subject),
        'no sample could be cut: none fits the memory that makes it necessary; give `samples` of your own',
      );
}
