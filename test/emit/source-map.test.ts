import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { TraceMap, originalPositionFor } from '@jridgewell/trace-mapping';
import { explainLine, MatchError, type CSourceMap } from 'match-compiler';
import { compileGraph, fileText } from './run-network.ts';
import { quantizedConvolution } from './small-graphs.ts';

async function emitted(
  lineDirectives = false,
): Promise<{ readonly lines: string[]; readonly mapText: string }> {
  const { bundle } = await compileGraph(quantizedConvolution().finish(), {
    options: { name: 'tiny', lineDirectives },
  });
  return { lines: fileText(bundle, 'tiny.c').split('\n'), mapText: fileText(bundle, 'tiny.c.map') };
}

const lineOf = (lines: readonly string[], part: string): number =>
  1 + lines.findIndex((line) => line.includes(part));

test('a kernel line leads to its template line and its node', async (t) => {
  const { lines, mapText } = await emitted();
  const line = lineOf(lines, 'int32_t acc = bias[oc]');
  const origin = explainLine(mapText, line);
  t.like(origin, { op: 'conv2d', plugin: 'emit-c' });
  const template = readFileSync(join(process.cwd(), origin?.template ?? ''), 'utf8').split('\n');
  t.regex(template[(origin?.templateLine ?? 0) - 1] ?? '', /\$acc_type acc = \$initial;/);
});

test('a call leads to its node, a heading to nothing but the plugin', async (t) => {
  const { lines, mapText } = await emitted();
  const call = explainLine(mapText, lineOf(lines, '    conv2d('));
  t.regex(call?.node ?? '', /^conv_/);
  t.is(call?.template, undefined);
  t.deepEqual(explainLine(mapText, 1), { plugin: 'emit-c' });
  t.is(explainLine(mapText, lines.length + 5), undefined);
  t.is(explainLine(mapText, 0), undefined);
});

test('every line has an entry', async (t) => {
  const { lines, mapText } = await emitted();
  const map = JSON.parse(mapText) as CSourceMap;
  t.is(map.x_match.lines.length, lines.length - 1);
});

test('it is a standard source map, the printed graph first', async (t) => {
  const { lines, mapText } = await emitted();
  const map = JSON.parse(mapText) as CSourceMap;
  t.is(map.version, 3);
  t.is(map.sources[0], 'cases.graph');
  t.regex(map.sourcesContent[0] ?? '', /^graph cases\(/);
  t.is(map.sources.length, map.sourcesContent.length);
  const trace = new TraceMap(mapText);
  const kernel = lineOf(lines, 'int32_t acc = bias[oc]');
  const place = originalPositionFor(trace, { line: kernel, column: lines[kernel - 1]?.length ?? 0 });
  const entry = explainLine(mapText, kernel);
  t.deepEqual([place.source, place.line], [entry?.template ?? '', entry?.templateLine ?? 0]);
  const call = lineOf(lines, '    conv2d(');
  const node = originalPositionFor(trace, { line: call, column: lines[call - 1]?.length ?? 0 });
  t.is(node.source, 'cases.graph');
  t.regex(map.sourcesContent[0]?.split('\n')[(node.line ?? 0) - 1] ?? '', /= conv2d\(/);
});

test('line directives name the template lines', async (t) => {
  const { lines, mapText } = await emitted(true);
  const kernel = lineOf(lines, 'int32_t acc = bias[oc]');
  const { template = '', templateLine = 0 } = explainLine(mapText, kernel) ?? {};
  let directive = kernel;
  while (!lines[directive - 1]?.startsWith('#line')) directive--;
  const [, number, path] = /#line (\d+) "(.*)"/.exec(lines[directive - 1] ?? '') ?? [];
  t.is(Number(number) + kernel - directive - 1, templateLine);
  t.is(path, template);
  const back = lines.findIndex((line) => /^#line \d+ "tiny\.c"$/.test(line));
  t.is(lines[back], `#line ${back + 2} "tiny.c"`);
});

test('what is no source map is refused', (t) => {
  for (const text of ['', '{}', 'null', '{"x_match":{"nodes":[],"plugins":[],"templates":[],"lines":[1]}}']) {
    const error = t.throws(() => explainLine(text, 1), { instanceOf: MatchError });
    t.is(error.diagnostic.code, 'SOURCE_MAP_INVALID');
  }
});
