import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'ava';

const corpus = process.env['MATCH_CORPUS'];
const withCorpus = corpus ? test : test.skip;

withCorpus('every model of the corpus under every rule: interpreter, gcc, clang with sanitizers', (t) => {
  const bench = join('build', 'bench', 'conformance', 'index.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [bench], { encoding: 'utf8' });
  const failures = stdout.split('\n').filter((line) => line.startsWith('FAILED'));
  t.deepEqual(failures, []);
  t.is(status, 0, stderr);
  const [, models, cases] = /^(\d+) models and rules, (\d+) operator cases, 0 failures/m.exec(stdout) ?? [];
  t.true(Number(models) >= 30, stdout.slice(-200));
  t.true(Number(cases) >= 920, stdout.slice(-200));
});
