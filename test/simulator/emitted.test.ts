import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'ava';
import { Bundle, evaluateGraph, explainLine, type BundleFile } from 'match-compiler';
import { compileGraph, fileText } from '../emit/run-network.ts';
import { quantizedConvolution } from '../emit/small-graphs.ts';
import { emitPlaced, placeProgram, runToy, toyProgram } from './toy-build.ts';
import { toyGraph, toyInputs, toyMapping } from './toy-network.ts';
import { toyTarget } from './toy-target.ts';

/** UPDATE_FIXTURES=1 writes the expected texts anew. */
const update = process.env['UPDATE_FIXTURES'] === '1';

function expectedText(name: string, actual: string): string {
  const path = join(process.cwd(), 'test', 'simulator', 'expected', name);
  if (update) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
  }
  return existsSync(path) ? readFileSync(path, 'utf8') : '(UPDATE_FIXTURES=1 writes this file)';
}

const graph = toyGraph();
const program = await toyProgram(
  toyMapping(graph, toyTarget(), {
    mix: { module: 'vector', tile: { ox: 4 }, buffers: 2 },
    turn: { module: 'inverter', tile: { oy: 12 }, buffers: 1 },
    mask: { module: 'vector' },
    join: { module: 'core' },
  }),
);
const bundle = await emitPlaced(placeProgram(program));

test('launches, transfers, waits, loops and notes as C', (t) => {
  for (const file of ['toy.c', 'toy.h', 'match_target.h', 'Makefile', 'CMakeLists.txt']) {
    t.is(fileText(bundle, file), expectedText(`${file}.txt`, fileText(bundle, file)), file);
  }
});

test('kernels are there once, and tiles that repeat are loops', (t) => {
  const text = fileText(bundle, 'toy.c');
  t.is(text.match(/^MATCH_KERNEL void toy_combine\(/gm)?.length, 1);
  t.is(text.match(/^static uint8_t toy_inverted\(/gm)?.length, 1);
  t.regex(text, /for \(int32_t i = 0; i < \d+; \+\+i\) \{/);
  t.regex(text, /AT_L1\(\d+\)/);
  t.notRegex(text, /malloc|alloca/);
});

test('lines lead to their layers', (t) => {
  const map = fileText(bundle, 'toy.c.map');
  const lines = fileText(bundle, 'toy.c').split('\n');
  const at = (text: string): ReturnType<typeof explainLine> =>
    explainLine(map, lines.findIndex((line) => line.includes(text)) + 1);
  t.like(at('MATCH_ENGINE_VECTOR'), { node: 'mix', plugin: 'emit-c' });
  t.like(at('MATCH_ENGINE_INVERTER'), { node: 'turn', plugin: 'emit-c' });
  t.like(at('match_transfer'), { node: 'mix', plugin: 'emit-c' });
  t.like(at('MATCH_KERNEL void toy_invert('), {
    node: 'turn',
    template: 'test/simulator/toy_invert.c',
    templateLine: 12,
  });
});

test('a controller that does everything needs no runtime', async (t) => {
  const { bundle: plain } = await compileGraph(quantizedConvolution().finish());
  t.deepEqual(
    [...plain.files.keys()].filter((path) => path.startsWith('match_')),
    [],
  );
  t.notRegex(fileText(plain, 'net.c'), /match_runtime|match_begin|match_note/);
});

/** A platform that does everything at once, as it comes. */
const atOnce = `
#include <string.h>

#include "match_runtime.h"

static const int32_t workers[] = {1, 4, 1};

void match_begin(void) {}
void match_end(void) {}
void match_wait(int32_t token) { (void)token; }

void match_call(int32_t engine, match_kernel *kernel, const void *arguments, size_t bytes)
{
    (void)bytes;
    for (int32_t i = 0; i < workers[engine]; ++i) {
        kernel(arguments, i, workers[engine]);
    }
}

void match_launch(int32_t token, int32_t engine, match_kernel *kernel, const void *arguments, size_t bytes)
{
    (void)token;
    match_call(engine, kernel, arguments, bytes);
}

void match_transfer_planes(int32_t token, int32_t link, void *destination, int32_t destination_plane,
                           int32_t destination_row, const void *source, int32_t source_plane, int32_t source_row,
                           int32_t planes, int32_t rows, int32_t row_bytes)
{
    (void)token;
    (void)link;
    for (int32_t plane = 0; plane < planes; ++plane) {
        for (int32_t row = 0; row < rows; ++row) {
            memcpy((uint8_t *)destination + plane * destination_plane + row * destination_row,
                   (const uint8_t *)source + plane * source_plane + row * source_row, (size_t)row_bytes);
        }
    }
}
`;

test('another platform: nothing of the simulator is left, and the outputs are the same', async (t) => {
  const files = [...bundle.files.values()].flatMap((file): BundleFile[] => {
    if (file.path === 'match_target.h') {
      const content = String(file.content).replace('#define MATCH_SIMULATOR 1\n', '');
      return [{ ...file, content }];
    }
    const simulators = /^match_(?:runtime_)?sim/.test(file.path);
    return simulators ? [] : [file];
  });
  const other = new Bundle([...files, { path: 'match_runtime_at_once.c', content: atOnce }]);
  const inputs = toyInputs(21);
  for (const compiler of [
    ['gcc', '-O2'],
    ['clang', '-O1', '-fsanitize=address,undefined'],
  ]) {
    const [run] = await runToy(other, [inputs], [{}], compiler);
    t.is(run?.status, 0, run?.message);
    t.deepEqual(
      Buffer.from(run?.outputs[0] ?? []),
      Buffer.from(evaluateGraph(graph, inputs).outputs[0]?.data as Uint8Array),
    );
  }
});
