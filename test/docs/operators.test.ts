import { spawnSync } from 'node:child_process';
import test from 'ava';
import { ops } from 'match-compiler';
import { portablePatterns } from 'match-compiler/plugins/host';
import { operators, operatorSupport } from 'match-compiler/plugins/import-tflite';

test('docs/operators.md is what the registries say', (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/operators.js', '--check'], {
    encoding: 'utf8',
  });
  t.is(status, 0, stdout + stderr);
});

test('every operator of TensorFlow Lite that is read is described, and no other', (t) => {
  t.deepEqual(Object.keys(operatorSupport).sort(), Object.keys(operators).sort());
});

test('the core registers every operator that it exports, each under a name of its own', (t) => {
  const names = ops.builtinOps.map(({ name }) => name);
  t.is(new Set(names).size, names.length);
  const exported = Object.values(ops).filter((value) => !Array.isArray(value)) as readonly { name: string }[];
  t.deepEqual(exported.map(({ name }) => name).sort(), [...names].sort());
  t.true(portablePatterns.length > 0);
});
