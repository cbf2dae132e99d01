import test from 'ava';
import { createCompiler, GraphEditor, ops, type Graph } from 'match-compiler';
import baselineHtvm from 'match-compiler/plugins/baseline-htvm';
import { dianaTarget } from 'match-compiler/plugins/diana';
import { partition } from 'match-compiler/plugins/partition';
import { tilingSearch } from 'match-compiler/plugins/tiling-search';
import { wholeLayer } from 'match-compiler/plugins/whole-layer';

function sum(): Graph {
  const editor = new GraphEditor({
    name: 'sum',
    info: { file: 'sum', format: 'test', dialect: 'test', recognised: [] },
  });
  const [a, b] = ['a', 'b'].map((name) => editor.input(name, { dtype: 'int8', shape: [1, 16, 16, 16] }));
  if (!a || !b) throw new TypeError('no inputs');
  editor.setOutputs([
    editor.add1(ops.quantizedAdd, [a, b], {
      rule: 'single',
      aScale: 1,
      bScale: 1,
      outputScale: 2,
      aZeroPoint: 0,
      bZeroPoint: 0,
      zeroPoint: 0,
      min: -128,
      max: 127,
      dtype: 'int8',
    }),
  ]);
  return editor.finish();
}

test('a sum that the near memory has no room for is cut into the longest runs that fit', async (t) => {
  const plugins = [partition(), wholeLayer(), tilingSearch(), baselineHtvm()];
  const compiler = createCompiler({ plugins, report: () => undefined });
  const options = { name: 'sum', io: 'model', lineDirectives: false, samples: [], numerics: 'hardware' };
  const context = { target: dianaTarget({ l1: 4096 }), options: options as never };
  const { regions, stages } = await compiler.select(await compiler.enumerate(sum(), context), context);
  const add = regions.find(({ module }) => module.name === 'digital');
  // Three buffers of 4096 / 3 bytes at most, in steps of 16.
  t.deepEqual(add?.schedule.tile, { e: 1360 });
  t.deepEqual(add?.schedule.order, ['e']);
  t.is(
    stages.find(({ regions: own }) => own.some(({ module }) => module.name === 'digital'))?.jobs.length,
    4,
  );
});
