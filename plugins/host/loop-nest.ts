import type { Shape } from 'match-compiler';

/** Loops over a tensor and the index expressions of everything that is addressed inside. */
export interface LoopNest<Name extends string> {
  /** Heads of the loops, outermost first, one per line: the text for `//% nest`. */
  readonly heads: string;
  /** C expression of each access, in elements. */
  readonly index: Readonly<Record<Name, string>>;
  /** Stride of each access in the innermost loop; 0 without loops. */
  readonly innermost: Readonly<Record<Name, number>>;
}

/** What is addressed: strides per axis, and the element where it starts. */
export interface Access {
  readonly strides: readonly number[];
  readonly offset?: number;
}

const defaultVariables = ['i', 'j', 'k', 'l', 'm', 'n'];

/**
 * Loops over `extents` in the given order of axes, outermost first. Axes of extent 1 are dropped, and
 * neighbours that every access walks through in one go become one loop.
 */
export function loopNest<Name extends string>(
  extents: Shape,
  order: readonly number[],
  accesses: Readonly<Record<Name, Access>>,
  variables: readonly string[] = defaultVariables,
): LoopNest<Name> {
  const names = Object.keys(accesses) as Name[];
  const axes = mergeAxes(
    order
      .filter((axis) => extents[axis] !== 1)
      .map((axis) => ({
        extent: extents[axis] ?? 1,
        strides: names.map((name) => accesses[name].strides[axis] ?? 0),
      })),
  );
  const variable = (depth: number): string => variables[depth] ?? `i${depth}`;
  const heads = axes.map(({ extent }, depth) => loopHead(variable(depth), extent));
  const entries = names.map((name, n) => {
    const terms = axes.map(({ strides }, depth): Term => [variable(depth), strides[n] ?? 0]);
    return [name, indexExpression(terms, accesses[name].offset ?? 0)] as const;
  });
  const last = axes.at(-1);
  return {
    heads: heads.join('\n'),
    index: Object.fromEntries(entries) as Record<Name, string>,
    innermost: Object.fromEntries(names.map((name, n) => [name, last?.strides[n] ?? 0])) as Record<
      Name,
      number
    >,
  };
}

interface Axis {
  readonly extent: number;
  /** One per access. */
  readonly strides: readonly number[];
}

function mergeAxes(axes: readonly Axis[]): Axis[] {
  const merged: Axis[] = [];
  for (const inner of axes) {
    const outer = merged.at(-1);
    if (outer?.strides.every((stride, n) => stride === (inner.strides[n] ?? 0) * inner.extent)) {
      merged[merged.length - 1] = { extent: outer.extent * inner.extent, strides: inner.strides };
    } else {
      merged.push(inner);
    }
  }
  return merged;
}

export function loopHead(variable: string, extent: number): string {
  return `for (int32_t ${variable} = 0; ${variable} < ${extent}; ++${variable})`;
}

/** A variable, or a product of one, with its factor. */
export type Term = readonly [variable: string, factor: number];

/** `i * 12 + j + 3`; terms with the factor 0 vanish, and `0` is what an empty sum is. */
export function indexExpression(terms: readonly Term[], offset = 0): string {
  let text = '';
  const add = (negative: boolean, part: string): void => {
    if (text === '') text = negative ? `-${part}` : part;
    else text += negative ? ` - ${part}` : ` + ${part}`;
  };
  // A positive term first reads better than a leading minus.
  const sorted = [...terms.filter(([, factor]) => factor > 0), ...terms.filter(([, factor]) => factor < 0)];
  if (offset > 0 && sorted.every(([, factor]) => factor < 0)) add(false, String(offset));
  for (const [variable, factor] of sorted) {
    const size = Math.abs(factor);
    add(factor < 0, size === 1 ? variable : `${variable} * ${size}`);
  }
  if (offset !== 0 && !(offset > 0 && sorted.every(([, factor]) => factor < 0))) {
    add(offset < 0, String(Math.abs(offset)));
  }
  return text === '' ? '0' : text;
}

/** `pointer + index`, or the pointer alone where the index is 0. */
export function advanced(pointer: string, index: string): string {
  return index === '0' ? pointer : `${pointer} + ${index}`;
}
