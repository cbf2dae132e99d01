import type { CCall } from './job-notes.ts';
import type { Statement } from './statements.ts';

/** Statements that run several times and differ in numbers alone. */
export interface TileLoop {
  readonly count: number;
  /** As in the first pass. */
  readonly body: readonly Statement[];
  /** Per statement of the body, per number of its call: what it is in each pass. */
  readonly values: readonly (readonly (readonly number[])[])[];
  /** The same of the numbers in its notes. */
  readonly noted: readonly (readonly (readonly number[])[])[];
}

/** Longest body that is looked for, in statements. */
const longestBody = 48;
/** Bytes of machine code and tables below which a loop is not worth its lines. */
const leastGain = 40;

/** Rolls repetitions into loops, those first that make the code smaller by more than what they overlap with. */
export function rollTiles(statements: readonly Statement[]): readonly (Statement | TileLoop)[] {
  const known = new Map<string, number>();
  const keys = statements.map((statement, i) => {
    const key = keyOf(statement) ?? `${i}`;
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    return number;
  });
  const numbers = statements.map(({ call }) => (call ? numbersOf(call) : []));
  // Only where it is asked for: what a loop takes in is not looked at any further.
  const knownBest = new Map<number, Found | undefined>();
  const bestAt = (at: number): Found | undefined => {
    if (!knownBest.has(at)) knownBest.set(at, bestLoop(keys, numbers, at));
    return knownBest.get(at);
  };
  const rolled: (Statement | TileLoop)[] = [];
  for (let at = 0; at < statements.length;) {
    const found = bestAt(at);
    const rivals = Array.from({ length: (found?.period ?? 1) - 1 }, (_, i) => bestAt(at + 1 + i));
    if (!found || rivals.some((rival) => rival && rival.gain > found.gain)) {
      rolled.push(statements[at++] as Statement);
      continue;
    }
    rolled.push(loopOf(statements.slice(at, at + found.period * found.count), found.period));
    at += found.period * found.count;
  }
  return rolled;
}

interface Found {
  readonly period: number;
  readonly count: number;
  readonly gain: number;
}

function bestLoop(
  keys: readonly number[],
  numbers: readonly (readonly number[])[],
  at: number,
): Found | undefined {
  let best: Found | undefined;
  for (let period = 1; period <= longestBody; period++) {
    let alike = 0;
    while (keys[at + alike] !== undefined && keys[at + alike] === keys[at + alike + period]) alike++;
    const count = 1 + Math.floor(alike / period);
    if (count < 2) continue;
    const gain = gainOf(numbers, at, period, count);
    if (gain >= Math.max(leastGain, (best?.gain ?? 0) + 1)) best = { period, count, gain };
  }
  return best;
}

/** Bytes that a loop saves: what a pass takes, less the loop and the tables of what differs. */
function gainOf(numbers: readonly (readonly number[])[], at: number, period: number, count: number): number {
  const columns = new Map<string, number>();
  let pass = 0;
  let inside = 30;
  for (let j = 0; j < period; j++) {
    const own = numbers[at + j] ?? [];
    pass += 5 + 5 * own.length;
    own.forEach((_, slot) => {
      const values = Array.from({ length: count }, (_, k) => numbers[at + j + k * period]?.[slot] ?? 0);
      const kind = columnOf(values);
      if (kind !== 'constant') inside += 2;
      if (kind === 'table') columns.set(values.join(), count * widthOf(values).bytes);
    });
  }
  let tables = columns.size > 0 ? 8 : 0;
  for (const bytes of columns.values()) tables += bytes;
  return pass * (count - 1) - inside - tables;
}

function loopOf(statements: readonly Statement[], period: number): TileLoop {
  const count = statements.length / period;
  const body = statements.slice(0, period);
  const columns = (
    numbersIn: (statement: Statement) => readonly number[],
  ): (readonly (readonly number[])[])[] =>
    body.map((statement, j) =>
      numbersIn(statement).map((_, slot) =>
        Array.from(
          { length: count },
          (_, k) => numbersIn(statements[j + k * period] as Statement)[slot] ?? 0,
        ),
      ),
    );
  return {
    count,
    body,
    values: columns(({ call }) => (call ? numbersOf(call) : [])),
    noted: columns(({ notes }) => notes.flatMap(numbersOf)),
  };
}

/** How the values of a number come about. */
export function columnOf(values: readonly number[]): 'constant' | 'affine' | 'table' {
  const [first = 0, second = 0] = values;
  if (values.every((value) => value === first)) return 'constant';
  const even = values.every((value, k) => Number.isInteger(value) && value === first + k * (second - first));
  return even ? 'affine' : 'table';
}

/** The smallest type that holds all values. */
export function widthOf(values: readonly number[]): { readonly cType: string; readonly bytes: number } {
  if (!values.every(Number.isInteger)) return { cType: 'double', bytes: 8 };
  const least = Math.min(...values);
  const most = Math.max(...values);
  if (least >= 0 && most < 2 ** 8) return { cType: 'uint8_t', bytes: 1 };
  if (least >= 0 && most < 2 ** 16) return { cType: 'uint16_t', bytes: 2 };
  return { cType: 'int32_t', bytes: 4 };
}

/** Statements of equal keys differ in numbers alone; undefined where it must stand for itself. */
function keyOf({ region, call, notes, layer }: Statement): string | undefined {
  if (!call) return undefined;
  return JSON.stringify([region?.id, layer, textOf(call), notes.map(textOf)]);
}

function textOf({ name, args }: CCall): string {
  return `${name}(${args.map((arg) => arg.replace(numberPattern, '#')).join()})`;
}

/** Numbers that are no part of a name and have nothing to do with what is before them but for an addition. */
const numberPattern = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$|(?<=\(|\+ )\d+(?=\))/g;

export function numbersOf({ args }: CCall): readonly number[] {
  return args.flatMap((arg) => [...arg.matchAll(numberPattern)].map(([text]) => Number(text)));
}

/** The call with other expressions for its numbers. */
export function withNumbers({ name, args }: CCall, expressions: readonly string[]): CCall {
  let at = 0;
  return {
    name,
    args: args.map((arg) => arg.replace(numberPattern, (text) => expressions[at++] ?? text)),
  };
}
