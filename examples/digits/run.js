// Compiles the digits network, runs the emitted C on 200 labelled digits and compares each result with the
// interpreter's.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { evaluateGraph, MatchError } from 'match-compiler';
import {
  build,
  compareTensors,
  compileBundle,
  findToolchain,
  parseNpz,
  runNetwork,
  withTemporaryFolder,
} from 'match-compiler/build';

const folder = fileURLToPath(new URL('.', import.meta.url));
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

try {
  await main();
} catch (error) {
  if (!MatchError.is(error)) throw error;
  const { code, message, hint } = error.diagnostic;
  console.error(`${code}: ${message}${hint ? `\n  help: ${hint}` : ''}`);
  process.exitCode = 1;
}

async function main() {
  // The same command that a user types; it prints the layers, the arena and the constants.
  const built = spawnSync(process.execPath, [cli, 'build'], { cwd: folder, stdio: 'inherit' });
  if (built.status !== 0) process.exit(built.status ?? 1);

  const [{ compilation }] = await build({ cwd: folder, write: false });
  const { graph, bundle, mapping } = compilation;
  const { images, labels } = testDigits();
  const toolchain = findToolchain(mapping.target);
  const outputs = await withTemporaryFolder(async (temporary) => {
    const program = await compileBundle(bundle, toolchain, temporary, false);
    return runNetwork(program, graph, images, toolchain, temporary);
  });

  let right = 0;
  let differing = 0;
  images.forEach((image, i) => {
    const [scores] = outputs[i];
    const [reference] = evaluateGraph(graph, image).outputs;
    if (compareTensors(scores, reference).differing > 0) differing++;
    if (largest(scores.data) === labels[i]) right++;
  });
  const share = ((100 * right) / images.length).toFixed(1);
  console.log(`compiler    ${toolchain.command.join(' ')}`);
  console.log(`accuracy    ${right} of ${images.length} digits, ${share} %`);
  console.log(`interpreter ${images.length - differing} of ${images.length} digits equal bit for bit`);
  if (differing > 0 || right < 0.97 * images.length) process.exitCode = 3;
}

/** One input tensor per digit, and the digits that they show. */
function testDigits() {
  const file = new URL('test-digits.npz', import.meta.url);
  const arrays = parseNpz(readFileSync(file), 'test-digits.npz');
  const images = arrays.get('images');
  const labels = arrays.get('labels');
  const [count, ...shape] = images.type.shape;
  const size = images.data.length / count;
  const type = { dtype: images.type.dtype, shape: [1, ...shape] };
  return {
    images: Array.from({ length: count }, (_, i) => [
      { type, data: images.data.slice(i * size, (i + 1) * size) },
    ]),
    labels: labels.data,
  };
}

function largest(values) {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}
