import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { folderWith, match } from '../support/match-cli.ts';

const escape = '\u001b[';

const usageErrors: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [['buidl'], /no command 'buidl'/],
  [['build', '--tarhet', 'host'], /no option --tarhet.*did you mean --target/],
  [['build', 'a.onnx', 'b.onnx'], /too many arguments: `b.onnx`/],
  [['build', 'a.onnx', '--rounding', 'real-evn'], /did you mean 'real-even'/],
  [['build', 'a.onnx', '--emit', 'grap'], /did you mean 'graph'/],
  [['build', 'a.onnx', '--out'], /value is missing/],
  [['build', 'a.onnx', '--out', 'a', '--out', 'b'], /more than once/],
  [['run', 'a.onnx', '--seed=-1'], /--seed/],
  [['run', 'a.onnx', '--seed', '1.5'], /--seed/],
  [['run', 'a.onnx', '--seed', ''], /--seed is empty/],
  [['run', 'a.onnx', '--input', ''], /--input is empty/],
  [['build', 'a.onnx', '--out='], /--out is empty/],
  [['build', ''], /argument is empty/],
  [['run', 'a.onnx', '--seed', '-1'], /--seed=-1/],
  [['build', 'a.onnx', '--out', '-x'], /--out=-x/],
  [['run', 'a.onnx', '--tolerance', 'much'], /--tolerance/],
  [['run', 'a.onnx', '--tolerance', '1,2,3'], /--tolerance/],
  [['inspect'], /missing/],
  [['inspect', 'hoks'], /did you mean 'hooks'/],
  [['explain-line', 'network.c'], /FILE:LINE/],
];

for (const [args, says] of usageErrors) {
  test(`exit code 2: match ${args.join(' ')}`, async (t) => {
    const { code, stdout, stderr } = await match(args, { cwd: folderWith() });
    t.is(code, 2, stderr);
    t.is(stdout, '');
    t.regex(stderr, says);
    t.regex(stderr, /--help shows the usage/);
  });
}

test('help and version', async (t) => {
  const cwd = folderWith();
  const help = await match(['--help'], { cwd });
  t.is(help.code, 0);
  for (const command of ['build', 'run', 'inspect', 'explain-line']) {
    t.true(help.stdout.includes(command));
    const own = await match([command, '--help'], { cwd });
    t.is(own.code, 0);
    t.regex(own.stdout, new RegExp(`Examples:\n  match ${command}`));
    t.notRegex(own.stdout, / $/m);
  }
  const version = await match(['--version'], { cwd });
  t.is(version.code, 0);
  t.regex(version.stdout, /^match\/\d+\.\d+\.\d+ /);
});

test('an error of the user: exit code 1, text on stderr, JSON on stdout when asked', async (t) => {
  const cwd = folderWith();
  const plain = await match(['build', 'gone.onnx'], { cwd });
  t.is(plain.code, 1);
  t.is(plain.stdout, '');
  t.regex(plain.stderr, /error MODEL_MISSING .*\n {2}at gone\.onnx/);
  const json = await match(['build', 'gone.onnx', '--json'], { cwd });
  t.is(json.code, 1);
  t.like(JSON.parse(json.stdout), {
    ok: false,
    error: { code: 'MODEL_MISSING', loc: { file: 'gone.onnx' } },
  });
  t.deepEqual(readdirSync(cwd), []);
});

test('colour only where it is wanted', async (t) => {
  const cwd = folderWith();
  const stderrOf = async (env: NodeJS.ProcessEnv): Promise<string> =>
    (await match(['build', 'gone.onnx'], { cwd, env })).stderr;
  t.false((await stderrOf({})).includes(escape));
  t.true((await stderrOf({ FORCE_COLOR: '1' })).includes(escape));
  t.false((await stderrOf({ FORCE_COLOR: '1', NO_COLOR: '1' })).includes(escape));
});

const files = {
  'model.txt': 'tiny',
  'match.config.mjs': `
    import { GraphEditor, ops } from 'match-compiler';
    const importText = {
      name: 'import-text',
      importModel(source) {
        const editor = new GraphEditor({ name: 'tiny', info: { file: source.file, format: 'text', dialect: 'float', recognised: ['a test'] } });
        const x = editor.input('x', { dtype: 'float32', shape: [1, 4] });
        editor.setOutputs([editor.add1(ops.clip, [x], { min: 0, max: Infinity }, { name: 'relu' })]);
        return editor.finish();
      },
      transform(graph) {
        this.warn({ code: 'TEST_WARNING', message: 'as you were' });
        return null;
      },
    };
    export default { models: ['model.txt'], plugins: [importText] };`,
};

test('build: a table for people, one JSON document for machines', async (t) => {
  const cwd = folderWith(files);
  const plain = await match(['build', '--profile'], { cwd });
  t.is(plain.code, 0, plain.stderr);
  t.regex(plain.stderr, /^warning TEST_WARNING as you were\n {2}in plugin import-text, hook transform\n$/);
  for (const part of [
    /^node +kernel +output +layout +MACs +cycles +offset\n/,
    /\nrelu +cpu\./,
    /\nrecognised +a test/,
    /\narena /,
    /\nwritten +match-out/,
    /\nimportModel +import-text/,
  ]) {
    t.regex(plain.stdout, part);
  }
  const manifest = JSON.parse(readFileSync(join(cwd, 'match-out/match-build.json'), 'utf8')) as {
    files: { path: string }[];
  };
  for (const { path } of manifest.files) t.true(existsSync(join(cwd, 'match-out', path)));
  const json = await match(['build', '--json', '--profile'], { cwd });
  t.is(json.code, 0, json.stderr);
  const document = JSON.parse(json.stdout) as { builds: object[]; profile: object[] };
  t.like(document.builds[0], { model: 'model.txt', target: 'host', diagnostics: [{ code: 'TEST_WARNING' }] });
  t.true(document.profile.length > 5);
});

test('build --emit: the level on stdout, nothing written', async (t) => {
  const cwd = folderWith(files);
  for (const [level, first] of [
    ['graph', 'graph '],
    ['candidates', 'candidates '],
    ['mapping', 'mapping '],
    ['program', 'program '],
    ['placed', ''],
    ['c', '/* '],
  ] as const) {
    const { code, stdout, stderr } = await match(['build', '--emit', level], { cwd });
    t.is(code, 0, stderr);
    t.true(stdout.startsWith(first), `${level}: ${stdout}`);
  }
  t.false(existsSync(join(cwd, 'match-out')));
});

test('the same build twice gives the same bytes; numbers are folder names like any other', async (t) => {
  const cwd = folderWith(files);
  for (const out of ['1.10', '2']) t.is((await match(['build', '--out', out], { cwd })).code, 0);
  t.deepEqual(readdirSync(cwd).sort(), ['1.10', '2', 'match.config.mjs', 'model.txt']);
  for (const name of readdirSync(join(cwd, '2'))) {
    t.deepEqual(readFileSync(join(cwd, '1.10', name)), readFileSync(join(cwd, '2', name)), name);
  }
});

test('inspect: every subject, for people and machines', async (t) => {
  const cwd = folderWith(files);
  for (const [subject, says] of [
    ['model', /dialect float[^]*clip +1/],
    ['target', /target +host[^]*memory +bytes/],
    ['hooks', /importModel[^]*import-onnx[^]*import-text/],
    ['passes', /fold-constants[^]*import-text/],
    ['memory', /input[^]*output/],
  ] as const) {
    const plain = await match(['inspect', subject], { cwd });
    t.is(plain.code, 0, plain.stderr);
    t.regex(plain.stdout, says);
    const json = await match(['inspect', subject, '--json'], { cwd });
    t.is(json.code, 0, json.stderr);
    t.like(JSON.parse(json.stdout), { ok: true });
  }
});

test('a bug is exit code 70 and asks for a report; MATCH_DEBUG shows where', async (t) => {
  const cwd = folderWith(files);
  // The runtime itself fails where nobody expects it.
  const broken = `--import data:text/javascript,process.cwd=()=>{throw%20new%20TypeError('a%20bug')}`;
  const { code, stderr } = await match(['build'], { cwd, env: { NODE_OPTIONS: broken } });
  t.is(code, 70, stderr);
  t.regex(stderr, /internal error .*\n {2}This is a bug in match. Please report it/);
  t.notRegex(stderr, /\n +at /);
  const debug = await match(['build'], { cwd, env: { NODE_OPTIONS: broken, MATCH_DEBUG: '1' } });
  t.regex(debug.stderr, /\n +at /);
});
