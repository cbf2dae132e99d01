import { MagicString } from 'magic-string';
import type { Template } from '../target/kernel.ts';
import { directiveInvalid, flagUnknown, flagUnset, holeUnfilled, holeUnknown } from './diagnostics.ts';

/** What a template is filled with. */
export interface TemplateValues {
  readonly holes: Readonly<Record<string, string | number>>;
  readonly flags: Readonly<Record<string, boolean>>;
}

/** A template with its holes filled and its directives gone. */
export interface FilledTemplate {
  readonly text: string;
  /** Line of the template, from 1, for each line of `text`. */
  readonly lines: readonly number[];
  /** The edits as magic-string keeps them, for source maps. */
  readonly source: MagicString;
}

const indentation = '    ';
const holePattern = /\$([A-Za-z_]\w*)/g;
const directivePattern = /^[ \t]*\/\/%[ \t]*(.*?)[ \t]*$/;

interface Line {
  readonly number: number;
  readonly start: number;
  /** Behind the line feed. */
  readonly end: number;
  readonly text: string;
}

interface Block {
  readonly kind: 'if' | 'nest';
  readonly line: Line;
  /** The lines of this block are kept; false below a condition that does not hold. */
  readonly active: boolean;
  readonly outerActive: boolean;
  readonly outerDepth: number;
  readonly closings: number;
  readonly elseSeen: boolean;
}

/**
 * Fills a template. `$hole` is replaced wherever it stands, in comments as well; a hole that is alone on
 * its line may give several lines, which are indented alike, or none. Directives, one per line:
 *
 * - `//% if FLAG` or `//% if !FLAG`, `//% else`, `//% end`: keeps one of two parts;
 * - `//% nest HOLE`, `//% end`: puts the lines between into nested blocks, one per line of the hole's text,
 *   each of which is the head of a block (`for (…)`).
 *
 * @throws {MatchError} TEMPLATE_* naming the template, and the line where there is one
 */
export function fillTemplate(template: Template, { holes, flags }: TemplateValues): FilledTemplate {
  const { path, text } = template;
  const source = new MagicString(text, { filename: path });
  const seenHoles = new Set<string>();
  const seenFlags = new Set<string>();
  const blocks: Block[] = [];
  const lines: number[] = [];
  let active = true;
  let depth = 0;

  /** Notes that a line of the template gives so many lines of the result. */
  const emitted = (line: Line, count: number): void => {
    for (let i = 0; i < count; i++) lines.push(line.number);
  };

  const holeText = (name: string, line: Line): string => {
    seenHoles.add(name);
    const value = holes[name];
    if (value === undefined) throw holeUnfilled(path, line.number, name, Object.keys(holes));
    return String(value);
  };

  const open = (line: Line, kind: Block['kind'], nowActive: boolean, closings: number): void => {
    blocks.push({
      kind,
      line,
      active: nowActive,
      outerActive: active,
      outerDepth: depth,
      closings,
      elseSeen: false,
    });
    active = nowActive;
    depth += closings;
  };

  const openIf = (line: Line, argument: string): void => {
    const flag = argument.replace(/^!\s*/, '');
    if (!/^\w+$/.test(flag)) throw directiveInvalid(path, line.number, `'if ${argument}' names no flag`);
    seenFlags.add(flag);
    const value = flags[flag];
    if (value === undefined) throw flagUnset(path, line.number, flag, Object.keys(flags));
    source.remove(line.start, line.end);
    open(line, 'if', active && value === (flag === argument), 0);
  };

  const openNest = (line: Line, argument: string): void => {
    if (!/^\w+$/.test(argument))
      throw directiveInvalid(path, line.number, `'nest ${argument}' names no hole`);
    // Below a condition that does not hold, the hole counts as known but need not be filled.
    const heads = active ? linesOf(holeText(argument, line)) : [];
    if (!active) seenHoles.add(argument);
    const margin = marginOf(line.text);
    const opening = heads.map((head, i) => `${indentation.repeat(depth + i)}${margin}${head} {\n`).join('');
    if (opening === '') source.remove(line.start, line.end);
    else source.update(line.start, line.end, opening);
    emitted(line, heads.length);
    open(line, 'nest', active, heads.length);
  };

  const close = (line: Line): void => {
    const block = blocks.pop();
    if (!block) throw directiveInvalid(path, line.number, "'end' without a beginning");
    active = block.outerActive;
    depth = block.outerDepth;
    const margin = marginOf(block.line.text);
    const closing = Array.from(
      { length: block.closings },
      (_, i) => `${indentation.repeat(depth + block.closings - 1 - i)}${margin}}\n`,
    ).join('');
    if (closing === '') source.remove(line.start, line.end);
    else source.update(line.start, line.end, closing);
    emitted(line, block.closings);
  };

  const otherwise = (line: Line): void => {
    const block = blocks.pop();
    if (block?.kind !== 'if' || block.elseSeen) {
      throw directiveInvalid(path, line.number, "'else' without an 'if'");
    }
    source.remove(line.start, line.end);
    active = block.outerActive && !block.active;
    blocks.push({ ...block, active, elseSeen: true });
  };

  const keep = (line: Line): void => {
    const matches = [...line.text.matchAll(holePattern)];
    const [only] = matches;
    const alone = matches.length === 1 && only && line.text.trim() === only[0];
    const margin = indentation.repeat(depth);
    if (alone) {
      const filled = linesOf(holeText(only[1] ?? '', line));
      const inner = `${margin}${marginOf(line.text)}`;
      if (filled.length === 0) source.remove(line.start, line.end);
      else {
        source.update(
          line.start,
          line.end,
          filled.map((part) => (part === '' ? '\n' : `${inner}${part}\n`)).join(''),
        );
      }
      emitted(line, filled.length);
      return;
    }
    let count = 1;
    for (const match of matches) {
      const start = line.start + match.index;
      const filled = holeText(match[1] ?? '', line);
      source.update(start, start + match[0].length, filled);
      count += filled.split('\n').length - 1;
    }
    emitted(line, count);
    if (margin !== '' && line.text.trim() !== '') source.appendRight(line.start, margin);
  };

  for (const line of splitLines(text)) {
    const directive = directivePattern.exec(line.text);
    if (directive) {
      const [, word = '', argument = ''] = /^(\S*)\s*(.*)$/.exec(directive[1] ?? '') ?? [];
      if (word === 'if') openIf(line, argument);
      else if (word === 'nest') openNest(line, argument);
      else if (word === 'else' && argument === '') otherwise(line);
      else if (word === 'end' && argument === '') close(line);
      else throw directiveInvalid(path, line.number, `'${directive[1] ?? ''}' is no directive`);
    } else if (active) {
      keep(line);
    } else {
      for (const match of line.text.matchAll(holePattern)) seenHoles.add(match[1] ?? '');
      source.remove(line.start, line.end);
    }
  }
  const unclosed = blocks.pop();
  if (unclosed) {
    throw directiveInvalid(path, unclosed.line.number, `'${unclosed.kind}' is never closed by 'end'`);
  }
  for (const name of Object.keys(holes)) if (!seenHoles.has(name)) throw holeUnknown(path, name, seenHoles);
  for (const name of Object.keys(flags)) if (!seenFlags.has(name)) throw flagUnknown(path, name, seenFlags);
  return { text: source.toString(), lines, source };
}

/** Holes that a template has, in any branch. */
export function templateHoles(template: Template): ReadonlySet<string> {
  const names = new Set([...template.text.matchAll(holePattern)].map((match) => match[1] ?? ''));
  for (const match of template.text.matchAll(/^[ \t]*\/\/%[ \t]*nest[ \t]+(\w+)/gm))
    names.add(match[1] ?? '');
  return names;
}

function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.length;) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed + 1;
    lines.push({ number: lines.length + 1, start, end, text: text.slice(start, feed < 0 ? end : feed) });
    start = end;
  }
  return lines;
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function marginOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}
