// Compiles bench/ and runs the suite named by the first argument: `node scripts/bench.js conformance`.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [suite = '', ...rest] = process.argv.slice(2);
const suites = readdirSync('bench', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join('bench', entry.name, 'index.ts')))
  .map((entry) => entry.name);
if (!suites.includes(suite)) {
  console.error(`usage: npm run bench -- ${suites.join('|')}`);
  process.exit(2);
}
const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.test.json'], { stdio: 'inherit' });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);
const entry = join('build', 'bench', suite, 'index.js');
process.exit(spawnSync(process.execPath, [entry, ...rest], { stdio: 'inherit' }).status ?? 1);
