import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'ava';

const root = process.cwd();
const cli = resolve('dist', 'cli.js');

/** A copy of the examples outside the package: they must not lean on where they stand. */
function copyOfExamples(): string {
  const folder = mkdtempSync(join(tmpdir(), 'match-examples-'));
  cpSync(resolve('examples'), folder, {
    recursive: true,
    filter: (path) => !/node_modules|match-out/.test(path),
  });
  return folder;
}

function node(args: readonly string[], cwd: string): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}

test('the digits network scores at least 97 % and equals the interpreter on every digit', (t) => {
  const { status, out, err } = node([resolve('examples/digits/run.js')], root);
  t.is(status, 0, err);
  const [, right] = /accuracy\s+(\d+) of 200 digits/.exec(out) ?? [];
  t.true(Number(right) >= 194, out);
  t.regex(out, /interpreter 200 of 200 digits equal bit for bit/);
  t.regex(out, /arena\s+[\d,]+ bytes/);
  t.regex(out, /constants\s+[\d,]+ bytes/);
});

test('plugins from a folder of their own take part in a build', (t) => {
  const folder = copyOfExamples();
  try {
    const cwd = join(folder, 'custom-pass');
    const run = node([cli, 'run'], cwd);
    t.is(run.status, 0, run.err);
    t.regex(run.out, /scores[\s\S]*interpreter 10 elements agree bit for bit/);
    t.is(run.out.match(/agree bit for bit/g)?.length, 2, 'the features are an output as well');
    const build = node([cli, 'build'], cwd);
    t.is(build.status, 0, build.err);
    t.regex(build.err, /EMBEDDING_FOUND/);
    const table = readFileSync(join(cwd, 'match-out', 'layers.csv'), 'utf8');
    t.regex(table, /^id,layer,operators,module,cycles\n0,conv1,conv2d\+requantize,cpu,\d+\n/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
