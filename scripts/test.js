// Compiles the tests and runs them: the fast ones; with --full the long sweeps (*.full.test.ts) as well; with
// --only-full those alone. Arguments that are no options are passed to ava (`-- build/test/cli/*.js`). The last
// line is `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTapReader } from './tap.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const files = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = options.filter((option) => option !== '--full' && option !== '--only-full');
if (unknown.length > 0) {
  console.error(`unknown option ${unknown.join(', ')}; there are --full and --only-full`);
  process.exit(2);
}

const inCi = Boolean(process.env.CI) && process.env.CI !== 'false';
const corpus = process.env.MATCH_CORPUS;
let lacking = 0;
lack(onPath('gcc'), 'gcc', 'tests that compile C with it');
lack(onPath('clang'), 'clang', 'tests that compile C with it');
lack(onPath('make'), 'make', 'the test of the emitted Makefile');
lack(
  corpus && existsSync(join(corpus, 'manifest.json')),
  'the corpus of models (MATCH_CORPUS)',
  'tests on its models',
);

// Outputs of tests that are gone must not run again.
rmSync(join(root, 'build'), { recursive: true, force: true });
const compiled = spawnSync(process.execPath, [bin('typescript', 'tsc'), '-p', 'tsconfig.test.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (compiled.status !== 0) finish(0, 1 + lacking);

const reader = createTapReader(show);
const set = options.includes('--only-full') ? 'only-full' : options.includes('--full') ? 'full' : 'fast';
const ava = spawn(process.execPath, [join(root, 'node_modules/ava/entrypoints/cli.mjs'), '--tap', ...files], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, MATCH_TEST_SET: set },
});
ava.stdout.setEncoding('utf8').on('data', (chunk) => reader.write(chunk));
ava.on('close', (code) => {
  reader.end();
  const { passed, failed, skipped, complete } = reader.counts;
  if (skipped > 0) console.log(`${skipped} skipped`);
  const nothing = set === 'only-full' && passed + failed + skipped === 0;
  let broken = 0;
  if (!complete && !nothing) {
    broken = 1;
    console.log(
      'ava stopped before the end: a test crashed it, or made no progress for as long as its timeout',
    );
  } else if (code !== 0 && failed === 0 && !nothing) {
    broken = 1;
    console.log(`ava ended with exit code ${code}`);
  }
  finish(passed, failed + broken + lacking);
});

function bin(name, tool) {
  return join(root, 'node_modules', name, 'bin', tool);
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function lack(found, what, skipped) {
  if (found) return;
  if (inCi) lacking++;
  console.log(`${inCi ? 'FAILED: ' : ''}${what} is not here: ${skipped} are skipped`);
}

function show({ ok, title, details }) {
  const { counts } = reader;
  const seen = counts.passed + counts.failed;
  if (process.stdout.isTTY) {
    process.stdout.write(`\r\u001b[2K${`${seen} ${title}`.slice(0, (process.stdout.columns || 80) - 1)}`);
  }
  if (ok) return;
  if (process.stdout.isTTY) process.stdout.write('\r\u001b[2K');
  console.log(`FAILED: ${title}\n${details.join('\n')}`);
}

function finish(passed, failed) {
  if (process.stdout.isTTY) process.stdout.write('\r\u001b[2K');
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}
