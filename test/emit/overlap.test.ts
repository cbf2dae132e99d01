import test from 'ava';
import { createCompiler, evaluateGraph } from 'match-compiler';
import { emitC } from 'match-compiler/plugins/emit-c';
import { host, hostTarget } from 'match-compiler/plugins/host';
import { partition } from 'match-compiler/plugins/partition';
import { scheduler } from 'match-compiler/plugins/scheduler';
import { chains } from './overlap-chains.ts';
import { tightestOverlaps } from './overlap-placement.ts';
import { compileC, differingElements, onlyLayouts, runProgram, withBundle } from './run-network.ts';

for (const [layouts, compiler, flags] of [
  [0, 'gcc', ['-O2']],
  [3, 'gcc', ['-O3']],
  [3, 'clang', ['-O1']],
] as const) {
  test(`outputs over inputs as far as allowed: layouts ${layouts}, ${compiler} ${flags.join(' ')}`, async (t) => {
    const builder = chains(77 + layouts);
    const graph = builder.finish();
    const compiler_ = createCompiler({
      plugins: [onlyLayouts(layouts), partition(), scheduler(), emitC(), host()],
      report: () => undefined,
    });
    const io = { inputs: 'caller', outputs: 'caller' } as const;
    const context = {
      target: hostTarget(),
      options: { name: 'net', io, lineDirectives: false, samples: [] },
    };
    const candidates = await compiler_.enumerate(graph, context);
    const mapping = await compiler_.select(candidates, context);
    const { placed, overlapped } = tightestOverlaps(await compiler_.assemble(mapping, context), io);
    t.true(overlapped > 60, `${overlapped} outputs lie over inputs`);
    const bundle = await compiler_.emit(placed, context);
    const expected = evaluateGraph(graph, builder.inputs).outputs;
    withBundle(bundle, (folder) => {
      const actual = runProgram(folder, compileC(folder, compiler, flags), graph, builder.inputs);
      graph.outputs.forEach((output, i) => {
        const [a, b] = [actual[i], expected[i]];
        if (!a || !b) return t.fail();
        t.deepEqual(differingElements(a, b, b.type.dtype === 'float32'), [], output.name);
      });
    });
  });
}
