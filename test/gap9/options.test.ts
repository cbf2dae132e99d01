import test from 'ava';
import { MatchError } from 'match-compiler';
import { dianaTarget } from 'match-compiler/plugins/diana';
import { gap9Target } from 'match-compiler/plugins/gap9';

/** As in a configuration that no type checker has seen. */
const refused: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['no such option', () => gap9Target({ L1: 1000 } as object), /gap9 has no option L1/],
  ['no whole number of bytes', () => gap9Target({ l1: 1.5 }), /option l1 of gap9 is 1\.5/],
  ['more than addresses reach', () => gap9Target({ l1: 1e12 }), /option l1 of gap9/],
  ['text instead of bytes', () => gap9Target({ l1: 'a' } as object), /option l1 of gap9 is "a"/],
  ['no such costs', () => gap9Target({ costs: 'foo' } as object), /option costs of gap9 is "foo"/],
  [
    'a width of scales that NE16 lacks',
    () => gap9Target({ scaleBits: 7 } as object),
    /scaleBits of gap9 is 7/,
  ],
  ['text instead of true or false', () => dianaTarget({ overlap: 'x' } as object), /overlap of diana is "x"/],
  ['a negative clock', () => dianaTarget({ clockMHz: -3 }), /clockMHz of diana is -3/],
  ['no such kernels', () => dianaTarget({ hostKernels: 'foo' } as object), /hostKernels of diana is "foo"/],
];

for (const [name, make, message] of refused) {
  test(`a target refuses ${name}, and says what may be`, (t) => {
    const error = t.throws(make, { instanceOf: MatchError });
    t.is(error?.diagnostic.code, 'TARGET_INVALID');
    t.regex(error?.diagnostic.message ?? '', message);
    t.truthy(error?.diagnostic.hint);
  });
}

test('options left out, or given as undefined, keep their defaults', (t) => {
  t.is(gap9Target({ costs: undefined } as object).memories['l1']?.bytes, gap9Target().memories['l1']?.bytes);
});
