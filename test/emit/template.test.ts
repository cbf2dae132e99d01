import test from 'ava';
import { fillTemplate, MatchError, templateHoles, type Template } from 'match-compiler';

const template = (text: string): Template => ({ path: 'kernels/some.c', text });

function fill(
  text: string,
  holes: Record<string, string | number> = {},
  flags: Record<string, boolean> = {},
): { readonly text: string; readonly lines: readonly number[] } {
  return fillTemplate(template(text), { holes, flags });
}

function diagnosticOf(run: () => unknown): MatchError['diagnostic'] {
  try {
    run();
  } catch (error) {
    if (MatchError.is(error)) return error.diagnostic;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('holes are filled wherever they stand', (t) => {
  const { text, lines } = fill('/* $what */\nint $name($type x) { return x + $one; }\n', {
    what: 'adds',
    name: 'add',
    type: 'int',
    one: 1,
  });
  t.is(text, '/* adds */\nint add(int x) { return x + 1; }\n');
  t.deepEqual(lines, [1, 2]);
});

test('a hole alone on its line takes several lines, or none', (t) => {
  const text = 'f()\n{\n    $body\n    g();\n}\n';
  const several = fill(text, { body: 'a();\n\nb();' });
  t.is(several.text, 'f()\n{\n    a();\n\n    b();\n    g();\n}\n');
  t.deepEqual(several.lines, [1, 2, 3, 3, 3, 4, 5]);
  t.is(fill(text, { body: '' }).text, 'f()\n{\n    g();\n}\n');
});

test('conditions keep one of two parts, nested and negated', (t) => {
  const text = [
    '//% if a',
    'a',
    '  //% if !b',
    '  not b',
    '  //% else',
    '  b',
    '  //% end',
    '//% else',
    'not a, $hole',
    '//% end',
    'always',
    '',
  ].join('\n');
  t.is(fill(text, {}, { a: true, b: false }).text, 'a\n  not b\nalways\n');
  t.is(fill(text, {}, { a: true, b: true }).text, 'a\n  b\nalways\n');
  const other = fill(text, { hole: 'x' }, { a: false, b: true });
  t.is(other.text, 'not a, x\nalways\n');
  t.deepEqual(other.lines, [9, 11]);
});

test('nest puts lines into blocks', (t) => {
  const text = 'f()\n{\n    //% nest loops\n    x;\n\n    $body\n    //% end\n}\n';
  const { text: nested, lines } = fill(text, { loops: 'for (a)\nfor (b)', body: 'y;\nz;' });
  t.is(
    nested,
    [
      'f()',
      '{',
      '    for (a) {',
      '        for (b) {',
      '            x;',
      '',
      '            y;',
      '            z;',
      '        }',
      '    }',
      '}',
      '',
    ].join('\n'),
  );
  t.deepEqual(lines, [1, 2, 3, 3, 4, 5, 6, 6, 7, 7, 8]);
  t.is(fill(text, { loops: '', body: 'y;' }).text, 'f()\n{\n    x;\n\n    y;\n}\n');
});

test('an unfilled hole names the template and the line', (t) => {
  const { code, loc, hint } = diagnosticOf(() => fill('one\n$shap\n', { shape: 1 }));
  t.is(code, 'TEMPLATE_HOLE_UNFILLED');
  t.deepEqual(loc, { file: 'kernels/some.c', line: 2 });
  t.is(hint, "did you mean 'shape'?");
});

test('an unknown hole or flag is an error', (t) => {
  const hole = diagnosticOf(() => fill('$shape\n', { shape: 1, stride: 2 }));
  t.is(hole.code, 'TEMPLATE_HOLE_UNKNOWN');
  t.is(hole.loc?.file, 'kernels/some.c');
  t.is(diagnosticOf(() => fill('text\n', {}, { a: true })).code, 'TEMPLATE_FLAG_UNKNOWN');
  const flag = diagnosticOf(() => fill('//% if a\n//% end\n'));
  t.is(flag.code, 'TEMPLATE_FLAG_UNSET');
  t.is(flag.loc?.line, 1);
});

test('directives out of place are errors', (t) => {
  for (const [text, line] of [
    ['x\n//% end\n', 2],
    ['//% else\n', 1],
    ['//% if a\n//% else\n//% else\n//% end\n', 3],
    ['//% nest a\n//% else\n//% end\n', 2],
    ['x\n//% if a\n', 2],
    ['//% while a\n', 1],
    ['//% if\n//% end\n', 1],
  ] as const) {
    const { code, loc } = diagnosticOf(() => fill(text, { a: '' }, { a: true }));
    t.is(code, 'TEMPLATE_DIRECTIVE_INVALID', text);
    t.is(loc?.line, line, text);
  }
});

test('the holes of a template are known without filling it', (t) => {
  t.deepEqual(
    [...templateHoles(template('$a\n//% if x\n$b\n//% end\n//% nest c\n//% end\n'))],
    ['a', 'b', 'c'],
  );
});
