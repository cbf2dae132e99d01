import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'ava';
import { onlyLayouts, compileGraph, fileText } from './run-network.ts';
import { quantizedConvolution, residualFloats } from './small-graphs.ts';

/** UPDATE_FIXTURES=1 writes the expected texts anew. */
const update = process.env['UPDATE_FIXTURES'] === '1';
const folder = join(process.cwd(), 'test', 'emit', 'expected');

function expectedText(name: string, actual: string): string {
  const path = join(folder, name);
  if (update) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
  }
  return existsSync(path) ? readFileSync(path, 'utf8') : '(UPDATE_FIXTURES=1 writes this file)';
}

test('a quantized convolution, channels last, in the arena', async (t) => {
  const { bundle } = await compileGraph(quantizedConvolution().finish(), {
    plugins: [onlyLayouts(3)],
    options: { name: 'tiny' },
  });
  t.deepEqual(
    [...bundle.files.keys()],
    [
      'tiny.h',
      'tiny.c',
      'tiny.c.map',
      'tiny_weights.h',
      'tiny_weights.c',
      'main.c',
      'Makefile',
      'CMakeLists.txt',
    ],
  );
  for (const file of ['tiny.h', 'tiny.c', 'tiny_weights.h', 'tiny_weights.c', 'Makefile', 'CMakeLists.txt']) {
    t.is(fileText(bundle, file), expectedText(`convolution/${file}.txt`, fileText(bundle, file)), file);
  }
});

test('a float network without constants, on memory of the caller', async (t) => {
  const { bundle } = await compileGraph(residualFloats().finish(), {
    options: { name: 'floats', io: { inputs: 'caller', outputs: 'caller' } },
  });
  t.false(bundle.files.has('floats_weights.c'));
  for (const file of ['floats.h', 'floats.c']) {
    t.is(fileText(bundle, file), expectedText(`floats/${file}.txt`, fileText(bundle, file)), file);
  }
});

test('the same graph gives the same bytes', async (t) => {
  const [first, second] = await Promise.all(
    [1, 2].map(async () => (await compileGraph(quantizedConvolution().finish())).bundle),
  );
  t.deepEqual(first, second);
});
