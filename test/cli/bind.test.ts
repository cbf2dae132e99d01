import test from 'ava';
import { bindOption } from '../../src/cli/arguments.ts';

test('--bind gives the values behind the last = of each text', (t) => {
  t.is(bindOption({}), undefined);
  t.deepEqual(bindOption({ bind: 'axes=1,-2' }), { axes: [1, -2] });
  t.deepEqual(bindOption({ bind: ['a=b=0.5', 'none='] }), { 'a=b': [0.5], none: [] });
});

for (const bind of ['axes', '=1', 'axes=1,,2', 'axes=one']) {
  test(`--bind ${bind} is a usage error`, (t) => {
    t.throws(() => bindOption({ bind }), { message: /NAME=VALUE/ });
  });
}
