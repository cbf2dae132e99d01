import { chmodSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { MatchError, type Diagnostic } from 'match-compiler';
import { build, run, type BuildOptions } from 'match-compiler/build';
import { folderWith } from '../support/match-cli.ts';
import type { BadInput } from './bad-input.ts';
import { onnxInputs, soundOnnx } from './onnx-cases.ts';
import { projectInputs } from './project-cases.ts';
import { soundTflite, tfliteInputs } from './tflite-cases.ts';
import { npyFile } from '../support/tensor-files.ts';
import { tensor } from '../../src/ir/tensor.ts';

const longestMilliseconds = 2000;

/** Every file below a folder, by path. */
function snapshot(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path, readFileSync(path, 'base64')];
      }),
  );
}

/** The error that an action ends in; every other outcome fails the test. */
async function refused(
  t: ExecutionContext,
  cwd: string,
  action: () => Promise<unknown>,
): Promise<Diagnostic> {
  const before = snapshot(cwd);
  const started = performance.now();
  const error: unknown = await action().then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  const milliseconds = performance.now() - started;
  if (!MatchError.is(error)) throw error;
  t.true(milliseconds < longestMilliseconds, `took ${milliseconds} ms`);
  t.deepEqual(snapshot(cwd), before, 'something was written');
  return error.diagnostic;
}

function check(t: ExecutionContext, input: Omit<BadInput, 'files'>, diagnostic: Diagnostic): void {
  const { code, message, hint = '', loc = {}, notes = [], plugin } = diagnostic;
  const shown = JSON.stringify(diagnostic, null, 2);
  t.is(code, input.code, shown);
  if (input.says) t.regex([message, hint, ...notes].join(' '), input.says);
  if (input.names === 'plugin') t.truthy(plugin, shown);
  else if (input.names) t.not(loc[input.names], undefined, shown);
}

for (const input of [...onnxInputs, ...tfliteInputs, ...projectInputs]) {
  test.serial(input.title, async (t) => {
    const cwd = folderWith(input.files);
    const { model } = input;
    check(t, input, await refused(t, cwd, () => build({ cwd, ...(model !== undefined && { model }) })));
  });
}

test.serial('onnx: external data behind a link that leads out of the folder', async (t) => {
  const link = onnxInputs.find(({ title }) => title.endsWith('that is not there'));
  const cwd = folderWith({
    'secret/gone.bin': new Uint8Array(432),
    ...prefixed('models', link?.files ?? {}),
  });
  symlinkSync(join(cwd, 'secret/gone.bin'), join(cwd, 'models/gone.bin'));
  const diagnostic = await refused(t, cwd, () => build({ cwd, model: 'models/model.onnx' }));
  t.is(diagnostic.code, 'EXTERNAL_DATA_OUTSIDE');
});

function prefixed<T>(folder: string, files: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]));
}

test.serial('an output folder that cannot be written', async (t) => {
  const cwd = folderWith({ 'model.onnx': soundOnnx });
  const root = process.getuid?.() === 0;
  if (!root) chmodSync(cwd, 0o555);
  // Root may write anywhere but in the kernel's own file systems.
  const options: BuildOptions = { cwd, model: 'model.onnx', ...(root && { outDir: '/proc/match-out' }) };
  const { code } = await refused(t, cwd, () => build(options));
  t.is(code, 'OUTPUT_NOT_WRITABLE');
});

const inputs: readonly (readonly [title: string, name: string, content: Uint8Array, code: string])[] = [
  ['a file of another size', 'x.bin', new Uint8Array(7), 'TENSOR_MISMATCH'],
  ['another element type', 'x.npy', npyFile(tensor('int8', [1, 3, 8, 8])), 'TENSOR_MISMATCH'],
  ['another shape', 'x.npy', npyFile(tensor('float32', [1, 8, 8, 3])), 'TENSOR_MISMATCH'],
  ['a broken array', 'x.npy', new Uint8Array(30), 'TENSOR_FILE_BROKEN'],
  ['a broken archive', 'x.npz', new Uint8Array(30), 'TENSOR_FILE_BROKEN'],
  ['a broken tensor message', 'x.pb', new Uint8Array([0xff, 0xff, 0xff]), 'MODEL_DECODE'],
  ['an unknown format', 'x.jpg', new Uint8Array(30), 'TENSOR_FORMAT_UNKNOWN'],
];

for (const [title, name, content, code] of inputs) {
  test.serial(`an input for a run: ${title}`, async (t) => {
    const cwd = folderWith({ 'model.onnx': soundOnnx, [name]: content });
    t.is((await refused(t, cwd, () => run({ cwd, model: 'model.onnx', inputs: [name] }))).code, code);
  });
}

/** The build of a damaged file must end well or in an error of the user, never in a crash. */
async function survives(t: ExecutionContext, name: string, damaged: Iterable<Uint8Array>): Promise<void> {
  const cwd = folderWith();
  let refusals = 0;
  for (const bytes of damaged) {
    writeFileSync(join(cwd, name), bytes);
    const started = performance.now();
    try {
      await build({ cwd, model: name, write: false });
    } catch (error) {
      refusals++;
      const found = MatchError.is(error) && error.diagnostic.code !== 'PLUGIN_FAILED';
      if (!found) t.fail(error instanceof Error ? error.stack : String(error));
    }
    t.true(performance.now() - started < longestMilliseconds);
  }
  t.true(refusals > 0);
}

function* truncations(bytes: Uint8Array, step: number): Generator<Uint8Array> {
  for (let length = 1; length < bytes.length; length += step) yield bytes.slice(0, length);
}

/** Every bit of every `step`-th byte, the others following suit. */
function* bitFlips(bytes: Uint8Array, step: number): Generator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += step) {
    const copy = bytes.slice();
    copy[i] = (copy[i] ?? 0) ^ (1 << (i % 8));
    yield copy;
  }
}

for (const [name, bytes] of [
  ['model.onnx', soundOnnx],
  ['model.tflite', soundTflite],
] as const) {
  test.serial(`${name} cut off anywhere`, (t) => survives(t, name, truncations(bytes, 5)));
  test.serial(`${name} with single bits flipped`, (t) => survives(t, name, bitFlips(bytes, 3)));
}
