import type { Node } from '../ir/graph.ts';
import type { FilledTemplate } from './template.ts';
import { commentText } from './c-literal.ts';

/** What a piece of generated code comes from. */
export interface Origin {
  /** The node of the graph that it computes or declares something for. */
  readonly node?: Node;
  /** Who wrote it. */
  readonly plugin: string;
  /** Path of the template, and its line, from 1. */
  readonly template?: string;
  readonly line?: number;
}

/** Whole lines of code with one origin; a filled template brings the lines of its own source. */
export interface Segment {
  /** Ends in a line feed. */
  readonly text: string;
  readonly origin: Origin;
  readonly filled?: FilledTemplate;
}

const indentation = '    ';
const width = 110;

/** Writes C that is born from the program rather than from a template: lines, blocks, comments. */
export class CBuilder {
  readonly #segments: Segment[] = [];
  readonly #plugin: string;
  #node: Node | undefined;
  #depth = 0;

  constructor(plugin: string) {
    this.#plugin = plugin;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** One line, or several separated by line feeds, at the current depth. */
  line(text: string): this {
    const margin = indentation.repeat(this.#depth);
    const lines = text.split('\n').map((part) => (part === '' ? '' : margin + part));
    this.#push(`${lines.join('\n')}\n`);
    return this;
  }

  /** An empty line: never two in a row, never right after an opening brace. */
  blank(): this {
    const last = this.#segments.at(-1)?.text;
    if (last !== undefined && !/(?:^|\n)(?:.*\{)?\n$/.test(last)) this.#push('\n');
    return this;
  }

  /** A comment of one line per entry. Entries may hold any text: names of a model among it. */
  comment(...lines: readonly string[]): this {
    const texts = lines.map(commentText).flatMap((text) => wrapWords(text, width - 3 - 4 * this.#depth));
    if (texts.length === 1) return this.line(`/* ${texts[0] ?? ''} */`);
    return this.line(['/*', ...texts.map((text) => ` * ${text}`.trimEnd()), ' */'].join('\n'));
  }

  /** The title of a part of the file. */
  section(title: string): this {
    return this.blank()
      .line(`/* ${commentText(title)} ${'-'.repeat(Math.max(3, width - 7 - title.length))} */`)
      .blank();
  }

  /** `head {`, the body one level deeper, `}` with whatever follows it. */
  block(head: string, body: () => void, tail = ''): this {
    this.line(head === '' ? '{' : `${head} {`);
    this.indented(body);
    return this.line(`}${tail}`);
  }

  indented(body: () => void): this {
    this.#depth++;
    body();
    this.#depth--;
    return this;
  }

  /** A function whose brace opens on a line of its own. */
  function(head: string, body: () => void): this {
    this.line(head).line('{').indented(body);
    return this.line('}');
  }

  /** Everything that `body` writes is attributed to `node`. */
  for(node: Node | undefined, body: () => void): this {
    const outer = this.#node;
    this.#node = node;
    body();
    this.#node = outer;
    return this;
  }

  /** A filled template, as it is. */
  template(path: string, filled: FilledTemplate, plugin = this.#plugin): this {
    const text = filled.text.endsWith('\n') ? filled.text : `${filled.text}\n`;
    this.#segments.push({ text, origin: { ...this.#origin(), plugin, template: path }, filled });
    return this;
  }

  toString(): string {
    return this.#segments.map((segment) => segment.text).join('');
  }

  #push(text: string): void {
    this.#segments.push({ text, origin: this.#origin() });
  }

  #origin(): Origin {
    return { plugin: this.#plugin, ...(this.#node && { node: this.#node }) };
  }
}

/** Lines of up to `most` characters, broken behind spaces and semicolons; longer words stay whole. */
function wrapWords(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=[ ;])/)) {
    if (line !== '' && line.length + word.trimEnd().length > most) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return [...lines, line.trimEnd()];
}

/**
 * `head(a, b, c);` broken after commas where a line would grow beyond the usual width. Further lines are
 * indented by one level.
 */
export function wrapList(head: string, items: readonly string[], tail: string, margin = 0): string {
  const oneLine = `${head}${items.join(', ')}${tail}`;
  if (margin + oneLine.length <= width) return oneLine;
  const lines: string[] = [];
  let line = head;
  items.forEach((item, i) => {
    const piece = i + 1 < items.length ? `${item},` : `${item}${tail}`;
    if (line.trim() !== '' && margin + line.length + 1 + piece.length > width) {
      lines.push(line.trimEnd());
      line = indentation;
    }
    line += /[\s(]$/.test(line) ? piece : ` ${piece}`;
  });
  return [...lines, line].join('\n');
}
