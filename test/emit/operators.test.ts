import test from 'ava';
import { evaluateGraph } from 'match-compiler';
import { CaseBuilder } from './network-cases.ts';
import { caseGroups } from './operator-cases/index.ts';
import {
  compileC,
  compileGraph,
  differingElements,
  onlyLayouts,
  runProgram,
  withBundle,
} from './run-network.ts';

/** Compiles the cases of a group into one program and compares every output with the interpreter's. */
async function disagreements(
  group: string,
  layouts: number,
  compiler: string,
  flags: readonly string[],
): Promise<string[]> {
  const builder = new CaseBuilder(1000 + layouts);
  caseGroups[group]?.(builder);
  const graph = builder.finish();
  const { bundle } = await compileGraph(graph, {
    options: { io: { inputs: 'caller', outputs: 'caller' } },
    plugins: [onlyLayouts(layouts)],
  });
  const expected = evaluateGraph(graph, builder.inputs).outputs;
  return withBundle(bundle, (folder) => {
    const program = compileC(folder, compiler, flags);
    const actual = runProgram(folder, program, graph, builder.inputs);
    return graph.outputs.flatMap((output, i) => {
      const [a, b] = [actual[i], expected[i]];
      const inexact = graph.producer(output)?.op.inexact ?? false;
      const differing = a && b ? differingElements(a, b, inexact) : [-1];
      return differing.length > 0 ? [`${output.name}: elements ${differing.slice(0, 5).join(', ')}`] : [];
    });
  });
}

const sanitized = ['-O0', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

for (const group of Object.keys(caseGroups)) {
  test(`${group}: emitted C equals the interpreter, row-major`, async (t) => {
    t.deepEqual(await disagreements(group, 0, 'gcc', ['-O1']), []);
  });

  test(`${group}: emitted C equals the interpreter, channels last`, async (t) => {
    t.deepEqual(await disagreements(group, 3, 'clang', ['-O0']), []);
  });

  test(`${group}: no undefined behaviour, mixed layouts`, async (t) => {
    t.deepEqual(await disagreements(group, 1, 'gcc', sanitized), []);
  });
}
