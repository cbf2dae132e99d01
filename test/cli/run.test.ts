import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { zipSync } from 'fflate';
import { MatchError, tensor, type Diagnostic } from 'match-compiler';
import { findToolchain, run, type RunOptions, type RunResult } from 'match-compiler/build';
import { hostTarget } from 'match-compiler/plugins/host';
import { encodeTensor } from 'match-compiler/plugins/import-onnx';
import { findProgram } from '../../src/run/toolchain.ts';
import { folderWith, match } from '../support/match-cli.ts';
import { node, onnxFile, tensorProto, valueInfo } from '../support/onnx-model.ts';
import { npyFile } from '../support/tensor-files.ts';

/** y = max(0, a + bias) in float, z = b · b in integers. */
const sum = onnxFile({
  nodes: [
    node('Add', ['a', 'bias'], ['biased'], {}, { name: 'add1' }),
    node('Relu', ['biased'], ['y'], {}, { name: 'relu1' }),
    node('Mul', ['b', 'b'], ['z'], {}, { name: 'mul1' }),
  ],
  inputs: [valueInfo('a', 'float32', [1, 4]), valueInfo('b', 'int32', [3])],
  outputs: ['y', valueInfo('z', 'int32', [3])],
  initializers: { bias: tensor('float32', [4], [1, 2, 3, 4]) },
});

const exponential = onnxFile({
  nodes: [node('Exp', ['a'], ['y'], {}, { name: 'exp1' })],
  inputs: [valueInfo('a', 'float32', [64])],
  outputs: ['y'],
});

const a = tensor('float32', [1, 4], [0.5, -3, 1, -4.25]);
const b = tensor('int32', [3], [-2, 3, 40000]);
const y = tensor('float32', [1, 4], [1.5, 0, 4, 0]);
const z = tensor('int32', [3], [4, 9, 1600000000]);

const files = {
  'sum.onnx': sum,
  'exp.onnx': exponential,
  'a.npy': npyFile(a),
  'b.pb': encodeTensor(tensorProto('b', b)),
  'ab.npz': zipSync({ 'b.npy': npyFile(b), 'a.npy': npyFile(a) }),
  'y.npy': npyFile(y),
  'z.bin': new Uint8Array(Int32Array.from([4, 9, 1600000000]).buffer),
  'wrong.npy': npyFile(tensor('float32', [1, 4], [1.5, 0, 4.25, 0.001])),
};

const hasCompiler = findProgram('gcc') !== undefined || findProgram('clang') !== undefined;
const withCompiler = hasCompiler ? test : test.skip;

async function runOne(cwd: string, options: RunOptions): Promise<RunResult> {
  const [result] = await run({ cwd, config: false, ...options });
  if (!result) throw new Error('nothing ran');
  return result;
}

async function refused(t: ExecutionContext, action: Promise<unknown>): Promise<Diagnostic> {
  const error: unknown = await action.then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  if (!MatchError.is(error)) throw error;
  t.pass();
  return error.diagnostic;
}

withCompiler('outputs are compared with the interpreter and with files of every format', async (t) => {
  const cwd = folderWith(files);
  for (const inputs of [['a.npy', 'b.pb'], ['b=b.pb', 'a.npy'], ['ab.npz']]) {
    const result = await runOne(cwd, { model: 'sum.onnx', inputs, expect: ['y.npy', 'z.bin'] });
    t.true(result.agrees);
    t.deepEqual(
      result.outputs.map(({ name, actual }) => [name, Array.from(actual.data as ArrayLike<number>)]),
      [
        ['y', Array.from(y.data as ArrayLike<number>)],
        ['z', Array.from(z.data as ArrayLike<number>)],
      ],
    );
  }
});

withCompiler('differences are counted, and allowed within a tolerance', async (t) => {
  const cwd = folderWith(files);
  const options = { model: 'sum.onnx', inputs: ['ab.npz'], expect: ['wrong.npy', 'z.bin'] };
  const result = await runOne(cwd, options);
  t.false(result.agrees);
  t.like(result.outputs[0]?.interpreter, { differing: 0 });
  t.like(result.outputs[0]?.expected, { elements: 4, differing: 2, maxDifference: 0.25 });
  t.deepEqual(result.outputs[0]?.expected?.first, { index: [0, 2], actual: '4', expected: '4.25' });
  t.like(result.outputs[1]?.expected, { differing: 0 });
  const allowed = await runOne(cwd, { ...options, tolerance: { relative: 0.1, absolute: 0.01 } });
  t.true(allowed.agrees);
});

withCompiler('random inputs depend on the seed; library functions get a stated tolerance', async (t) => {
  const cwd = folderWith(files);
  const options = { model: 'exp.onnx', sanitize: true };
  const [first, again, other] = [
    await runOne(cwd, options),
    await runOne(cwd, options),
    await runOne(cwd, { ...options, seed: 1 }),
  ];
  t.true(first.agrees && other.agrees);
  t.is(first.seed, 0);
  t.deepEqual(first.outputs[0]?.actual.data, again.outputs[0]?.actual.data);
  t.notDeepEqual(first.outputs[0]?.actual.data, other.outputs[0]?.actual.data);
  t.deepEqual(first.outputs[0]?.interpreter.tolerance, { relative: 1e-5, absolute: 1e-6 });
});

withCompiler('the command line: exit codes 0 and 3, text and JSON', async (t) => {
  const cwd = folderWith(files);
  const args = ['run', 'sum.onnx', '--input', 'ab.npz', '--expect'];
  const good = await match([...args, 'y.npy', '--expect', 'z.bin'], { cwd });
  t.is(good.code, 0, good.stderr);
  t.regex(good.stdout, /y: float32\[1,4\]\n.*interpreter +4 elements agree bit for bit\n/);
  const bad = await match([...args, 'wrong.npy', '--expect', 'z.bin'], { cwd });
  t.is(bad.code, 3, bad.stderr);
  t.regex(bad.stdout, /2 of 4 elements differ .*largest difference 0\.25, first at \[0,2\]: 4, not 4\.25/);
  const json = await match([...args, 'wrong.npy', '--expect', 'z.bin', '--json'], { cwd });
  t.is(json.code, 3, json.stderr);
  t.like(JSON.parse(json.stdout), { ok: false, runs: [{ agrees: false }] });
});

withCompiler('what does not compile is traced back to the model', async (t) => {
  const cwd = folderWith({
    ...files,
    'match.config.mjs': `
      import { Bundle } from 'match-compiler';
      const spoil = ({ path, content }) => path === 'sum.c' ? { path, content: content.replace(/^( +)(out\\[)/m, '$1not_there[$2') } : { path, content };
      export default { plugins: [{ name: 'spoil', emit: (bundle) => new Bundle([...bundle.files.values()].map(spoil)) }] };`,
  });
  const { code, notes = [] } = await refused(t, run({ cwd, model: 'sum.onnx' }));
  t.is(code, 'C_COMPILE_FAILED');
  t.regex(notes.join('\n'), /not_there.*\(node (add1|relu1|mul1), sum\.c:\d+\)/);
});

test('without a C compiler `run` says what to install, and `build` works', async (t) => {
  const cwd = folderWith(files);
  const env = { PATH: cwd };
  const missing = await match(['run', 'sum.onnx'], { cwd, env });
  t.is(missing.code, 1);
  t.regex(missing.stderr, /COMPILER_MISSING[^]*install/);
  t.is((await match(['build', 'sum.onnx'], { cwd, env })).code, 0);
  const wrong = await match(['run', 'sum.onnx'], { cwd, env: { MATCH_CC: 'no-such-compiler -O3' } });
  t.is(wrong.code, 1);
  t.regex(wrong.stderr, /COMPILER_MISSING .*'no-such-compiler'/);
});

test('MATCH_CC outranks the compilers of the platform and may have arguments', (t) => {
  const cwd = folderWith();
  for (const name of ['gcc', 'mycc']) writeFileSync(join(cwd, name), '', { mode: 0o755 });
  const target = hostTarget();
  t.deepEqual(findToolchain(target, { PATH: cwd }).command, [join(cwd, 'gcc')]);
  t.deepEqual(findToolchain(target, { PATH: cwd, MATCH_CC: ' mycc -m32  -g ' }).command, [
    join(cwd, 'mycc'),
    '-m32',
    '-g',
  ]);
  const embedded = { ...target, platforms: { board: { description: '', compilers: ['gcc'], flags: [] } } };
  const error = t.throws(() => findToolchain(embedded, { PATH: cwd }));
  t.true(MatchError.is(error) && error.diagnostic.code === 'PLATFORM_MISSING');
});

const withMake = hasCompiler && findProgram('make') !== undefined ? test : test.skip;

withMake('what `build` writes builds by its own Makefile and runs; its lines are explained', async (t) => {
  const cwd = folderWith(files);
  t.is((await match(['build', 'sum.onnx'], { cwd })).code, 0);
  const out = join(cwd, 'match-out');
  await promisify(execFile)('make', { cwd: out });
  writeFileSync(join(cwd, 'ab.bin'), Buffer.concat([bytes(a.data), bytes(b.data)]));
  await promisify(execFile)(join(out, 'sum_main'), ['--input', 'ab.bin', '--output', 'yz.bin'], { cwd });
  t.deepEqual(readFileSync(join(cwd, 'yz.bin')), Buffer.concat([bytes(y.data), bytes(z.data)]));
  const source = readFileSync(join(out, 'sum.c'), 'utf8').split('\n');
  const line = source.findIndex((text) => /^ +out\[/.test(text)) + 1;
  t.true(line > 0);
  const place = `match-out/sum.c:${line}`;
  const plain = await match(['explain-line', place], { cwd });
  t.is(plain.code, 0, plain.stderr);
  t.regex(
    plain.stdout,
    /^node +(add1|relu1|mul1) \(\w+\)\nplugin +\S+\ntemplate +plugins\/host\/kernels\/\S+:\d+\n$/,
  );
  const json = await match(['explain-line', place, '--json'], { cwd });
  t.like(JSON.parse(json.stdout), { ok: true, line });
  t.regex((await match(['explain-line', 'match-out/sum.c:99999'], { cwd })).stderr, /LINE_UNKNOWN/);
  t.regex((await match(['explain-line', 'match-out/none.c:1'], { cwd })).stderr, /SOURCE_MAP_MISSING/);
  // The user's own files in the folder, object files among them, outlive the next build.
  t.is((await match(['build', 'sum.onnx'], { cwd })).code, 0);
  t.true(existsSync(join(out, 'sum_main')));
});

function bytes(data: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number }): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

withCompiler('temporary folders go', async (t) => {
  const cwd = folderWith(files);
  const temporary = join(cwd, 'tmp');
  mkdirSync(temporary);
  t.is((await match(['run', 'sum.onnx'], { cwd, env: { TMPDIR: temporary } })).code, 0);
  t.deepEqual(readdirSync(temporary), []);
});
