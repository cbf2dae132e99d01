// Makes the checkout ready to run: dependencies installed, package built. Silent when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const lockHashFile = join(root, 'node_modules', '.match-lock-hash');
const buildHashFile = join(root, 'dist', '.build-hash');

const lockHash = hashOf(['package-lock.json']);
if (!dependenciesAreCurrent()) {
  step('installing dependencies', ['ci']);
  writeFileSync(lockHashFile, lockHash);
}

const buildHash = hashOf([
  'package.json',
  'tsup.config.ts',
  'tsconfig.json',
  'tsconfig.types.json',
  'src',
  'plugins',
]);
if (textOf(buildHashFile) !== buildHash || !existsSync(join(root, 'dist', 'cli.js'))) {
  step('building', ['run', 'build']);
  writeFileSync(buildHashFile, buildHash);
}

function dependenciesAreCurrent() {
  const known = textOf(lockHashFile);
  if (known !== undefined) return known === lockHash;
  // Installed by hand: npm leaves its own copy of the lock file, written last.
  const installed = join(root, 'node_modules', '.package-lock.json');
  return (
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
  );
}

function textOf(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Runs npm; its output is shown only when it fails. */
function step(what, args) {
  process.stderr.write(`match-compiler: ${what} …\n`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const options = { cwd: root, encoding: 'utf8', shell: process.platform === 'win32', maxBuffer: 1 << 26 };
  const { status, error, stdout, stderr } = spawnSync(npm, args, options);
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`);
  process.stderr.write(`match-compiler: \`npm ${args.join(' ')}\` failed\n`);
  process.exit(1);
}

/** Of names and contents of files and whole folders. */
function hashOf(paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const full = join(root, path);
    if (statSync(full).isDirectory()) {
      for (const entry of readdirSync(full).sort()) visit(`${path}/${entry}`);
    } else {
      hash.update(`${path}\0`).update(readFileSync(full)).update('\0');
    }
  };
  for (const path of paths) visit(path);
  return hash.digest('hex');
}
