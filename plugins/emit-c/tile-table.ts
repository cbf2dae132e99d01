import { cLiteral, wrapItems, type CBuilder, type IdentifierTable } from 'match-compiler';
import type { CCall } from './job-notes.ts';
import { columnOf, numbersOf, widthOf, withNumbers, type TileLoop } from './tile-loops.ts';

interface Column {
  readonly name: string;
  readonly values: readonly number[];
}

/** What differs between the passes of a loop: numbers that grow evenly are computed, the others are in a table. */
export class TileTable {
  /** Name of the variable of the loop. */
  readonly index: string;
  readonly #loop: TileLoop;
  readonly #tiles: string;
  readonly #notes: string;
  readonly #columns = new Map<string, Column>();
  readonly #noted = new Map<string, Column>();
  readonly #calls: readonly { readonly call?: CCall; readonly notes: readonly CCall[] }[];

  constructor(loop: TileLoop, fileScope: IdentifierTable) {
    const own = (name: string): string => (fileScope.has(name) ? `${name}_` : name);
    this.#loop = loop;
    this.index = own('i');
    this.#tiles = own('tiles');
    this.#notes = own('notes');
    this.#calls = loop.body.map(({ call, notes }, j) => {
      const values = (loop.values[j] ?? []).map((list) => this.#expression(list, this.#columns, this.#tiles));
      const noted = (loop.noted[j] ?? []).map((list) => {
        // What the program has in its table anyhow need not be there twice.
        const known = this.#columns.has(list.join());
        return this.#expression(list, known ? this.#columns : this.#noted, known ? this.#tiles : this.#notes);
      });
      let at = 0;
      return {
        ...(call && { call: withNumbers(call, values) }),
        notes: notes.map((note) => withNumbers(note, noted.slice(at, (at += numbersOf(note).length)))),
      };
    });
  }

  /** A statement of the body. */
  statement(j: number): { readonly call?: CCall; readonly notes: readonly CCall[] } {
    return this.#calls[j] ?? { notes: [] };
  }

  /** The tables, at the beginning of the body. */
  write(c: CBuilder): void {
    this.#table(c, this.#tiles, [...this.#columns.values()]);
    if (this.#noted.size === 0) return;
    c.line('#ifdef MATCH_SIMULATOR');
    this.#table(c, this.#notes, [...this.#noted.values()]);
    c.line('#endif');
  }

  #table(c: CBuilder, name: string, columns: readonly Column[]): void {
    if (columns.length === 0) return;
    // The widest first leaves no holes.
    const sorted = columns
      .map((column) => ({ ...column, ...widthOf(column.values) }))
      .sort((a, b) => b.bytes - a.bytes);
    const members = sorted.map(({ cType, name: own }) => `${cType} ${own};`).join(' ');
    const rows = Array.from({ length: this.#loop.count }, (_, k) => {
      const items = sorted.map(({ cType, values }) =>
        cLiteral(cType === 'double' ? 'float64' : 'int32', values[k] ?? 0),
      );
      return `{${items.join(', ')}}`;
    });
    c.line(`static const struct { ${members} } ${name}[${this.#loop.count}] = {`);
    c.indented(() => c.line(wrapItems(rows, 96))).line('};');
  }

  #expression(values: readonly number[], columns: Map<string, Column>, table: string): string {
    const [first = 0, second = 0] = values;
    const real = !values.every(Number.isInteger);
    switch (columnOf(values)) {
      case 'constant':
        return real ? cLiteral('float64', first) : String(first);
      case 'affine': {
        const step = second - first;
        const grown = `${this.index}${Math.abs(step) === 1 ? '' : ` * ${Math.abs(step)}`}`;
        if (step < 0) return `${first} - ${grown}`;
        return first === 0 ? grown : `${grown} + ${first}`;
      }
      case 'table': {
        const key = values.join();
        const column = columns.get(key) ?? { name: `x${columns.size}`, values };
        columns.set(key, column);
        return `${table}[${this.index}].${column.name}`;
      }
    }
  }
}
