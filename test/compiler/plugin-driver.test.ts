import test from 'ava';
import {
  createCompiler,
  definePlugin,
  GraphEditor,
  handlerOrder,
  MatchError,
  ops,
  type Diagnostic,
  type Graph,
  type ModelSource,
  type Plugin,
} from 'match-compiler';

const info = { file: 'a.onnx', format: 'onnx', dialect: 'float', recognised: [] };

function tinyGraph(): Graph {
  const editor = new GraphEditor({ name: 'tiny', info });
  const x = editor.input('x', { dtype: 'float32', shape: [1, 4] });
  editor.setOutputs([editor.add1(ops.clip, [x], { min: 0, max: Infinity }, { name: 'relu' })]);
  return editor.finish();
}

const source: ModelSource = {
  file: 'a.onnx',
  bytes: new Uint8Array(),
  options: {},
  readBeside: () => new Uint8Array(),
};

function compilerWith(plugins: readonly Plugin[], reports: Diagnostic[] = []) {
  return createCompiler({ plugins, report: (diagnostic) => reports.push(diagnostic) });
}

const importer = definePlugin({ name: 'importer', importModel: () => tinyGraph() });

function named(name: string, rest: Omit<Plugin, 'name'> = {}): Plugin {
  return { name, transform: () => null, ...rest };
}

async function failure(run: () => unknown): Promise<MatchError> {
  try {
    await run();
  } catch (error) {
    if (MatchError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('handlers run by enforce, then order, then position; before moves one ahead', (t) => {
  const { hooks } = compilerWith([
    named('late', { enforce: 'post' }),
    named('a'),
    named('b', { transform: { order: 'pre', handler: () => null } }),
    named('c', { transform: { before: 'a', handler: () => null } }),
    named('early', { enforce: 'pre' }),
  ]);
  t.deepEqual(handlerOrder(hooks).get('transform'), ['early', 'b', 'c', 'a', 'late']);
});

test('before reaches a plugin that stands later in the list', (t) => {
  const { hooks } = compilerWith([
    named('a', { transform: { before: 'b', handler: () => null } }),
    named('b'),
  ]);
  t.deepEqual(handlerOrder(hooks).get('transform'), ['a', 'b']);
});

test('two plugins of one name are refused', async (t) => {
  const error = await failure(() => compilerWith([named('a'), named('a')]));
  t.is(error.diagnostic.code, 'PLUGIN_DUPLICATE');
});

test('an unknown before names the nearest plugin', async (t) => {
  const plugin = named('a', { transform: { before: 'fuse-padd', handler: () => null } });
  const error = await failure(() => compilerWith([plugin, named('fuse-pad')]));
  t.is(error.diagnostic.code, 'PLUGIN_BEFORE_UNKNOWN');
  t.is(error.diagnostic.hint, "did you mean 'fuse-pad'?");
});

test('before outranks enforce; two that each ask to be first are refused', async (t) => {
  const ahead = named('a', { enforce: 'post', transform: { before: 'b', handler: () => null } });
  t.deepEqual(handlerOrder(compilerWith([ahead, named('b')]).hooks).get('transform'), ['a', 'b']);
  const contrary = named('b', { transform: { before: 'a', handler: () => null } });
  t.is((await failure(() => compilerWith([ahead, contrary]))).diagnostic.code, 'PLUGIN_ORDER');
});

test('a misspelt hook is refused with the nearest one', async (t) => {
  const plugin = { name: 'a', tranform: () => null } as unknown as Plugin;
  const error = await failure(() => compilerWith([plugin]));
  t.is(error.diagnostic.code, 'PLUGIN_INVALID');
  t.is(error.diagnostic.hint, "did you mean 'transform'?");
});

test('what a plugin throws is attributed to plugin and hook', async (t) => {
  const plugin = named('bad', {
    transform: () => {
      throw new TypeError('boom');
    },
  });
  const compiler = compilerWith([importer, plugin]);
  const graph = await compiler.importModel(source);
  const error = await failure(() => compiler.transform(graph, {} as never));
  t.like(error.diagnostic, { code: 'PLUGIN_FAILED', plugin: 'bad', hook: 'transform' });
  t.true(error.cause instanceof TypeError);
});

test('this.error stops with the code, this.warn reports, both with plugin and hook', async (t) => {
  const reports: Diagnostic[] = [];
  const plugin = named('talker', {
    transform(graph) {
      this.warn({ code: 'HM', message: graph.name });
      this.error({ code: 'STOP', message: 'no', loc: { node: 'relu' } });
    },
  });
  const compiler = compilerWith([importer, plugin], reports);
  const error = await failure(async () =>
    compiler.transform(await compiler.importModel(source), {} as never),
  );
  t.like(error.diagnostic, { code: 'STOP', plugin: 'talker', hook: 'transform', loc: { node: 'relu' } });
  t.like(reports[0], { code: 'HM', severity: 'warning', plugin: 'talker', hook: 'transform' });
});

test('a plugin that returns a broken graph is blamed', async (t) => {
  const plugin = named('breaker', {
    transform: (graph) =>
      Object.assign(Object.create(Object.getPrototypeOf(graph) as object), graph, { nodes: [] }) as Graph,
  });
  const transformed = (verifyEach: boolean) => async (): Promise<Graph> => {
    const compiler = createCompiler({ plugins: [importer, plugin], report: () => undefined, verifyEach });
    return compiler.transform(await compiler.importModel(source), {} as never);
  };
  const blamed = (await failure(transformed(true))).diagnostic;
  t.like(blamed, { code: 'LEVEL_BROKEN', plugin: 'breaker', hook: 'transform' });
  const unnamed = (await failure(transformed(false))).diagnostic;
  t.like(unnamed, { code: 'LEVEL_BROKEN', plugin: undefined, hook: 'transform' });
});

test('a hook that returns no level at all is named', async (t) => {
  const plugin = { name: 'bad', transform: () => ({}) } as unknown as Plugin;
  const compiler = compilerWith([importer, plugin]);
  const graph = await compiler.importModel(source);
  const { diagnostic } = await failure(() => compiler.transform(graph, {} as never));
  t.like(diagnostic, { code: 'LEVEL_BROKEN', plugin: 'bad', hook: 'transform' });
  t.regex(diagnostic.message, /returned no Graph/);
});

test('raw taps are observed and attributed as well', async (t) => {
  const raw = definePlugin({
    name: 'raw',
    apply({ hooks }) {
      hooks.transform.tap('raw', () => {
        throw new Error('from a raw tap');
      });
    },
  });
  const compiler = compilerWith([importer, raw]);
  const error = await failure(async () =>
    compiler.transform(await compiler.importModel(source), {} as never),
  );
  t.like(error.diagnostic, { code: 'PLUGIN_FAILED', plugin: 'raw', hook: 'transform' });
});

test('observers see every handler with its time, those that pass on too', async (t) => {
  const runs: string[] = [];
  const compiler = createCompiler({
    plugins: [named('shy', { importModel: () => null }), importer],
    report: () => undefined,
    observers: [
      { end: ({ plugin, hook, milliseconds }) => runs.push(`${hook} ${plugin} ${milliseconds >= 0}`) },
    ],
  });
  await compiler.importModel(source);
  t.deepEqual(runs, ['importModel shy true', 'importModel importer true']);
});

test('a file that no importer reads is an error', async (t) => {
  const error = await failure(() => compilerWith([named('a')]).importModel(source));
  t.is(error.diagnostic.code, 'MODEL_FORMAT_UNKNOWN');
});
