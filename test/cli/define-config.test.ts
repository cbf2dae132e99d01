import test from 'ava';
import { defineConfig } from 'match-compiler';

test('what defineConfig accepts and what it refuses to compile', (t) => {
  defineConfig({
    models: ['a', { file: 'b', rounding: 'real-even' }],
    targets: ['host'],
    io: { inputs: 'caller' },
  });
  defineConfig(({ command, mode }) => ({
    models: ['a', { file: 'b', rounding: 'real-even' }],
    plugins: [command === 'run' && mode === 'x' && null],
    verifyEach: true,
  }));
  defineConfig(async () => ({ models: ['a', { file: 'b' }], io: { inputs: 'arena' } }));
  defineConfig(() => {
    const models = ['x', 'y'];
    return { models };
  });
  // @ts-expect-error unknown key
  defineConfig({ modles: ['a'] });
  // @ts-expect-error unknown key of a model
  defineConfig({ models: [{ file: 'a', roundin: 'real-even' }] });
  // @ts-expect-error unknown key in what a function returns
  defineConfig(() => ({ models: ['a'], modles: [] }));
  // @ts-expect-error unknown key of a model in what a function returns
  defineConfig(() => ({ models: ['a', { file: 'a', roundin: 'real-even' }] }));
  // @ts-expect-error unknown key of io in what a function returns
  defineConfig(() => ({ models: ['a'], io: { inputs: 'arena', output: 'arena' } }));
  // @ts-expect-error no such rule
  defineConfig(() => ({ models: ['a'], rounding: 'rael-even' }));
  // @ts-expect-error unknown key in what an async function returns
  defineConfig(async () => ({ models: ['a'], targetss: ['host'] }));
  // @ts-expect-error io is an object
  defineConfig({ io: 'arena' });
  t.deepEqual(defineConfig({ models: ['a'] }), { models: ['a'] });
});
