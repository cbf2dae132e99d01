import type { AffineOffset } from 'match-compiler';

/** A number of a statement, a token or a byte of a memory; it may grow with the loops around. */
export interface Operand extends AffineOffset {
  /** What it is called where it is a parameter. */
  readonly name: string;
}

/** Operands that occurrences of the same statements have, in terms of as few parameters as may be. */
export interface Parameters {
  readonly names: readonly string[];
  /** Per operand: a number, or a parameter times a factor plus a number. */
  readonly operands: readonly Operand[];
  /** Per occurrence the value of every parameter. */
  readonly values: readonly (readonly Operand[])[];
}

/** An operand in all occurrences: the first base, and how everything else is apart from it. */
interface Row {
  readonly operand: number;
  readonly base: number;
  /** Multiple of the direction that all rows of a group have in common. */
  readonly factor: number;
}

/**
 * Finds the parameters of statements that occur several times: `occurrences[k][j]` is operand j of occurrence k.
 * Operands that are equal everywhere are numbers; operands that change in proportion share a parameter.
 */
export function parametersOf(occurrences: readonly (readonly Operand[])[]): Parameters {
  const [first = []] = occurrences;
  const operands: Operand[] = [...first];
  const groups = new Map<string, Row[]>();
  first.forEach(({ base }, j) => {
    const direction = directionOf(occurrences, j);
    if (!direction) return;
    const { key, factor } = direction;
    const rows = groups.get(key) ?? [];
    rows.push({ operand: j, base, factor });
    groups.set(key, rows);
  });
  const names: string[] = [];
  const columns: Operand[][] = [];
  for (const rows of groups.values()) {
    const { name, value, terms } = parameterOf(rows, occurrences);
    const own = uniqueName(name, names);
    names.push(own);
    columns.push(occurrences.map((_, k) => ({ ...value(k), name: own })));
    for (const row of rows) {
      const { base, step } = terms(row);
      operands[row.operand] = { name: operands[row.operand]?.name ?? '', base, terms: [{ loop: own, step }] };
    }
  }
  return {
    names,
    operands,
    values: occurrences.map((_, k) => columns.map((column) => column[k] as Operand)),
  };
}

/** An operand with parameters replaced by their values. */
export function substituted(operand: Operand, values: ReadonlyMap<string, AffineOffset>): Operand {
  let { base } = operand;
  const steps = new Map<string, number>();
  const add = (loop: string, step: number): void => void steps.set(loop, (steps.get(loop) ?? 0) + step);
  for (const { loop, step } of operand.terms) {
    const value = values.get(loop);
    if (!value) add(loop, step);
    else {
      base += step * value.base;
      for (const term of value.terms) add(term.loop, step * term.step);
    }
  }
  const terms = [...steps].flatMap(([loop, step]) => (step === 0 ? [] : [{ loop, step }]));
  return { name: operand.name, base, terms };
}

/** How operand j differs between occurrences; undefined where it is one number. */
function directionOf(
  occurrences: readonly (readonly Operand[])[],
  j: number,
): { readonly key: string; readonly factor: number } | undefined {
  const origin = occurrences[0]?.[j]?.base ?? 0;
  const parts: (readonly [place: string, difference: number])[] = [];
  occurrences.forEach((operands, k) => {
    const { base = 0, terms = [] } = operands[j] ?? {};
    if (base !== origin) parts.push([`${k}`, base - origin]);
    for (const { loop, step } of terms) if (step !== 0) parts.push([`${k} ${loop}`, step]);
  });
  const [lead] = parts;
  if (!lead) return undefined;
  const divisor = parts.reduce((gcd, [, difference]) => commonDivisor(gcd, Math.abs(difference)), 0);
  const factor = lead[1] < 0 ? -divisor : divisor;
  return { key: parts.map(([place, difference]) => `${place} ${difference / factor}`).join(), factor };
}

/** What the parameter of a group is: an operand itself where all grow alike, else a count. */
function parameterOf(
  rows: readonly Row[],
  occurrences: readonly (readonly Operand[])[],
): {
  readonly name: string;
  readonly value: (k: number) => AffineOffset;
  readonly terms: (row: Row) => { readonly base: number; readonly step: number };
} {
  const [any] = rows as [Row];
  const operandAt = (k: number, { operand }: Row): Operand => occurrences[k]?.[operand] as Operand;
  if (rows.every(({ factor }) => factor === any.factor)) {
    const lowest = rows.reduce((low, row) => (row.base < low.base ? row : low));
    return {
      name: operandAt(0, lowest).name,
      value: (k) => operandAt(k, lowest),
      terms: ({ base }) => ({ base: base - lowest.base, step: 1 }),
    };
  }
  const count = (k: number): number => (operandAt(k, any).base - any.base) / any.factor;
  const least = Math.min(...occurrences.map((_, k) => count(k)));
  return {
    name: 'step',
    value: (k) => ({
      base: count(k) - least,
      terms: operandAt(k, any).terms.map(({ loop, step }) => ({ loop, step: step / any.factor })),
    }),
    terms: ({ base, factor }) => ({ base: base + least * factor, step: factor }),
  };
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

function uniqueName(name: string, taken: readonly string[]): string {
  let own = name;
  for (let i = 2; taken.includes(own); i++) own = `${name}_${i}`;
  return own;
}
