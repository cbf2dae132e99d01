import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { MatchError, type Diagnostic } from 'match-compiler';
import { build, type BuildOptions, type BuildResult } from 'match-compiler/build';
import { folderWith } from '../support/match-cli.ts';

/** An importer of its own, so that these tests need no model format. */
const textImporter = `
import { definePlugin, GraphEditor, ops } from 'match-compiler';
export const importText = definePlugin(() => ({
  name: 'import-text',
  enforce: 'pre',
  importModel(source) {
    if (!source.file.endsWith('.txt')) return null;
    const info = { file: source.file, format: 'text', dialect: source.options.dialect ?? 'float', recognised: [] };
    const editor = new GraphEditor({ name: 'tiny', info });
    const x = editor.input('x', { dtype: 'float32', shape: [1, 4] });
    editor.setOutputs([editor.add1(ops.clip, [x], { min: 0, max: Infinity }, { name: 'relu' })]);
    return editor.finish();
  },
}));
`;

const project = { 'package.json': '{"name":"p"}', 'model.txt': 'tiny', 'plugins/text.ts': textImporter };

const importLine = `import { defineConfig } from 'match-compiler';\nimport { importText } from './plugins/text.ts';\n`;

/** A project folder with this configuration. */
function configured(config: string, files: Readonly<Record<string, string>> = {}): string {
  return folderWith({ ...project, 'match.config.ts': importLine + config, ...files });
}

interface Attempt {
  readonly results: readonly BuildResult[];
  readonly error?: Diagnostic;
}

async function attempt(cwd: string, options: BuildOptions = {}): Promise<Attempt> {
  try {
    return { results: await build({ cwd, ...options }) };
  } catch (error) {
    if (!MatchError.is(error)) throw error;
    return { results: [], error: error.diagnostic };
  }
}

function failed(t: ExecutionContext, { error }: Attempt, code: string): Diagnostic {
  t.is(error?.code, code, error?.message);
  return error ?? { code: '', severity: 'error', message: '' };
}

test('a configuration outside the package imports the package itself and relative TypeScript', async (t) => {
  const cwd = configured(`
    import { Graph } from 'match-compiler';
    import foldConstants from 'match-compiler/plugins/fold-constants';
    interface Check { readonly name: string }
    const check: Check & Record<string, unknown> = {
      name: 'check',
      transform(graph) {
        if (!(graph instanceof Graph)) throw new Error('a second copy of the package');
        return null;
      },
    };
    if (foldConstants().name !== 'fold-constants') throw new Error('wrong plugin');
    export default defineConfig({ models: ['model.txt'], plugins: [importText(), false, [null, [check]]] });`);
  const result = await attempt(cwd);
  t.is(result.error, undefined);
  t.true(existsSync(join(cwd, 'match-out/match-build.json')));
});

test('a function is told the command and the mode', async (t) => {
  const cwd = configured(
    `export default defineConfig(async ({ command, mode }) => ({ models: [{ file: 'model.txt', name: \`\${command}_\${mode}\` }], plugins: [importText()] }));`,
  );
  const result = await attempt(cwd, { mode: 'fast' });
  t.is(result.error, undefined);
  t.is(result.results[0]?.name, 'build_fast');
});

test('it is found from a folder below, up to the first package.json', async (t) => {
  const cwd = configured(`export default defineConfig({ models: ['model.txt'], plugins: [importText()] });`, {
    'src/deep/file.c': '',
    'other/package.json': '{}',
    'other/src/file.c': '',
  });
  const below = await attempt(join(cwd, 'src/deep'));
  t.is(below.error, undefined);
  t.deepEqual(readdirSync(join(cwd, 'src/deep')), ['file.c'], 'paths are relative to the configuration');
  t.true(existsSync(join(cwd, 'match-out')));
  failed(t, await attempt(join(cwd, 'other/src')), 'CONFIG_NO_MODEL');
});

test('a command line argument names a configured model or another file', async (t) => {
  const cwd = configured(
    `export default defineConfig({ models: [{ file: 'model.txt', name: 'a', dialect: 'integer' }, { file: 'model.txt', name: 'b' }], plugins: [importText()] });`,
    { 'more/c.txt': '' },
  );
  await attempt(cwd, { model: 'a' });
  t.deepEqual(readdirSync(join(cwd, 'match-out')), ['a'], 'its own folder, as when all are built');
  const other = await attempt(join(cwd, 'more'), { model: 'c.txt', outDir: 'there' });
  failed(t, other, 'MODEL_EMPTY');
});

test('several models and targets: a folder for each pair', async (t) => {
  const cwd = configured(
    `
    import host from 'match-compiler/plugins/host';
    const { target } = host();
    const soc = { name: 'soc', target: { ...target!, name: 'soc' } };
    export default defineConfig({
      models: ['model.txt', { file: 'model.txt', name: 'other' }], targets: ['host', soc], outDir: 'gen', plugins: [importText()] });`,
  );
  const result = await attempt(cwd);
  t.is(result.error, undefined);
  for (const model of ['model', 'other']) {
    t.deepEqual(readdirSync(join(cwd, 'gen', model)).sort(), ['host', 'soc']);
  }
  const one = await attempt(cwd, { model: 'model', target: 'soc', outDir: 'one' });
  t.is(one.error, undefined);
  t.true(existsSync(join(cwd, 'one/match-build.json')));
});

const refusals: readonly (readonly [title: string, code: string, config: string, says: RegExp])[] = [
  ['an unknown key', 'CONFIG_UNKNOWN_KEY', `export default { modles: [] };`, /'modles'.*models/],
  [
    'an unknown key of a model',
    'CONFIG_UNKNOWN_KEY',
    `export default { models: [{ file: 'model.txt', outpust: [] }] };`,
    /models\[0\]\.outpust.*outputs/,
  ],
  [
    'an unknown key of io',
    'CONFIG_UNKNOWN_KEY',
    `export default { io: { input: 'arena' } };`,
    /io\.input.*inputs/,
  ],
  ['a value of the wrong type', 'CONFIG_INVALID', `export default { models: 'model.txt' };`, /models.*Array/],
  [
    'a value that is no choice',
    'CONFIG_INVALID',
    `export default { rounding: 'real-evn' };`,
    /rounding.*real-even/,
  ],
  [
    'a model without a file',
    'CONFIG_INVALID',
    `export default { models: [{ name: 'a' }] };`,
    /models\[0\]\.file.*missing/,
  ],
  [
    'a name that is no C identifier',
    'CONFIG_INVALID',
    `export default { models: [{ file: 'a.txt', name: 'a-b' }] };`,
    /models\[0\]\.name.*identifier/,
  ],
  [
    'a shape that is none',
    'CONFIG_INVALID',
    `export default { models: [{ file: 'a.txt', inputShapes: { x: [1, -1] } }] };`,
    /inputShapes\.x\[1\]/,
  ],
  [
    'a plugin factory that was not called',
    'CONFIG_INVALID',
    `export default { plugins: [importText] };`,
    /plugins\[0\].*function/,
  ],
  [
    'a plugin with a misspelt hook',
    'PLUGIN_INVALID',
    `export default { plugins: [{ name: 'a', transfrom() {} }] };`,
    /plugins\[0\].*transfrom.*transform/,
  ],
  [
    'a target that is not there',
    'TARGET_UNKNOWN',
    `export default { models: ['model.txt'], targets: ['hots'] };`,
    /hots.*host/,
  ],
  [
    'a plugin in place of a target',
    'CONFIG_INVALID',
    `export default { models: ['model.txt'], targets: [importText()] };`,
    /targets\[0\].*not a target/,
  ],
  [
    'two models of one name',
    'CONFIG_NAME_TAKEN',
    `export default { models: ['model.txt', 'plugins/MODEL.txt'] };`,
    /name/,
  ],
  [
    'two plugins of one name',
    'PLUGIN_DUPLICATE',
    `export default { models: ['model.txt'], plugins: [importText(), importText()] };`,
    /import-text/,
  ],
  [
    'a plugin of a built-in name',
    'PLUGIN_DUPLICATE',
    `export default { models: ['model.txt'], plugins: [{ name: 'emit-c' }] };`,
    /emit-c/,
  ],
  [
    'a plugin before one that is not there',
    'PLUGIN_BEFORE_UNKNOWN',
    `export default { models: ['model.txt'], plugins: [{ name: 'a', transform: { before: 'fold-constant', handler: () => null } }] };`,
    /fold-constant.*fold-constants/,
  ],
  [
    'a plugin that throws',
    'PLUGIN_FAILED',
    `export default { models: ['model.txt'], plugins: [importText(), { name: 'bad', transform() { throw new RangeError('boom'); } }] };`,
    /bad.*boom/,
  ],
  [
    'a plugin that reports an error',
    'NOT_TODAY',
    `export default { models: ['model.txt'], plugins: [importText(), { name: 'bad', emit() { this.error({ code: 'NOT_TODAY', message: 'closed' }); } }] };`,
    /closed/,
  ],
  ['a configuration that throws', 'CONFIG_LOAD_FAILED', `\nthrow new Error('boom');`, /boom/],
  [
    'a function that throws',
    'CONFIG_LOAD_FAILED',
    `export default () => { throw new Error('boom'); };`,
    /boom/,
  ],
  ['a syntax error', 'CONFIG_LOAD_FAILED', `export default {`, /./],
  ['an import that is not there', 'CONFIG_LOAD_FAILED', `import './gone.ts'; export default {};`, /gone/],
  ['no default export', 'CONFIG_NO_DEFAULT', `export const config = {};`, /default/],
];

for (const [title, code, config, says] of refusals) {
  test(`refused: ${title}`, async (t) => {
    const cwd = configured(config);
    const { hint = '', message, loc } = failed(t, await attempt(cwd), code);
    t.regex(`${message} ${hint}`.replaceAll('\n', ' '), says);
    if (code.startsWith('CONFIG_') && code !== 'CONFIG_NAME_TAKEN') t.is(loc?.file, 'match.config.ts');
    t.false(existsSync(join(cwd, 'match-out')));
  });
}

test('an error in a configuration leads to its line; one in a plugin to plugin and hook', async (t) => {
  const thrown = failed(t, await attempt(configured(`\nthrow new Error('boom');`)), 'CONFIG_LOAD_FAILED');
  t.is(thrown.loc?.line, 4);
  const config = `export default { models: ['model.txt'], plugins: [importText(), { name: 'bad', transform() { throw new Error('boom'); } }] };`;
  t.like(failed(t, await attempt(configured(config)), 'PLUGIN_FAILED'), { plugin: 'bad', hook: 'transform' });
});

test('config: another file, or one that is not there', async (t) => {
  const cwd = folderWith({
    ...project,
    'configs/small.mjs': `import { importText } from '../plugins/text.ts';\nexport default { models: ['../model.txt'], outDir: '../small', plugins: [importText()] };`,
  });
  const result = await attempt(cwd, { config: 'configs/small.mjs' });
  t.is(result.error, undefined);
  t.is(result.results[0]?.outDir, join(cwd, 'small'));
  failed(t, await attempt(cwd, { config: 'gone.ts' }), 'CONFIG_MISSING');
});
