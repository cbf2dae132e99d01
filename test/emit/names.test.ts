import test from 'ava';
import {
  cIdentifier,
  cLiteral,
  commentText,
  cString,
  IdentifierTable,
  wrapItems,
  type DataType,
} from 'match-compiler';

test('names of a model become C identifiers', (t) => {
  const expected: Readonly<Record<string, string>> = {
    'conv1/Relu:0': 'conv1_Relu_0',
    '/model/layers.0/Conv': 'model_layers_0_Conv',
    '3x3': 'x3x3',
    '': 'x',
    ___: 'x',
    'a--b__c': 'a_b_c',
    Ångström: 'A_ngstro_m',
    for: 'for_',
    class: 'class_',
    int8_t: 'int8_t_',
    uint_fast16_t: 'uint_fast16_t_',
    main: 'main_',
    日本: 'x',
  };
  for (const [name, identifier] of Object.entries(expected)) {
    t.is(cIdentifier(name), identifier);
    t.regex(cIdentifier(name), /^[A-Za-z][A-Za-z0-9_]*$/);
  }
});

test('names are given away once', (t) => {
  const table = new IdentifierTable(['taken']);
  t.deepEqual(
    ['a', 'a', 'a.', 'taken', 'for', 'for', 'a_2'].map((name) => table.unique(name)),
    ['a', 'a_2', 'a_3', 'taken_2', 'for_', 'for_2', 'a_2_2'],
  );
});

test('literals read back as the same value', (t) => {
  const cases: readonly (readonly [DataType, number | bigint, string])[] = [
    ['float32', 0.1, '0.1f'],
    ['float32', 1, '1.0f'],
    ['float32', -0, '-0.0f'],
    ['float32', 1e30, '1e+30f'],
    ['float32', 16777216, '16777216.0f'],
    ['float32', 1 / 3, '0.33333334f'],
    ['float32', -Infinity, '-INFINITY'],
    ['float64', 0.1, '0.1'],
    ['float64', 5e-324, '5e-324'],
    ['int32', -(2 ** 31), '(-2147483647 - 1)'],
    ['int64', -(2n ** 63n), '(-INT64_C(9223372036854775807) - 1)'],
    ['uint64', 2n ** 64n - 1n, 'UINT64_C(18446744073709551615)'],
    ['uint32', 4294967295, '4294967295u'],
    ['int8', -128, '-128'],
  ];
  for (const [dtype, value, text] of cases) t.is(cLiteral(dtype, value), text);
  for (let i = 0; i < 2000; i++) {
    const value = Math.fround((Math.sin(i) + 1.1) * 10 ** ((i % 70) - 35));
    t.is(Math.fround(Number(cLiteral('float32', value).replace('f', ''))), value);
  }
});

test('text of a model can do no harm in comments and strings', (t) => {
  t.is(commentText('a */ b /* c ??/\nd'), 'a * / b / * c ? ?/ d');
  t.is(cString('a"\\\n?é'), '"a\\"\\\\\\012\\077\\303\\251"');
});

test('initializers wrap', (t) => {
  t.is(wrapItems(['1', '22', '333'], 6), '1, 22,\n333');
  t.is(wrapItems([], 6), '');
});
