import test from 'ava';
import {
  createCompiler,
  evaluateGraph,
  printGraph,
  verifyGraph,
  type Graph,
  type Plugin,
} from 'match-compiler';
import eliminateDeadCode from 'match-compiler/plugins/eliminate-dead-code';
import eliminateReshape from 'match-compiler/plugins/eliminate-reshape';
import eliminateTranspose from 'match-compiler/plugins/eliminate-transpose';
import foldConstants from 'match-compiler/plugins/fold-constants';
import fuseActivation from 'match-compiler/plugins/fuse-activation';
import fusePad from 'match-compiler/plugins/fuse-pad';
import fuseRequantize from 'match-compiler/plugins/fuse-requantize';
import { randomGraph } from './random-graph.ts';
import { stageContext } from './stage-context.ts';
import { randomInput } from './sketch.ts';

const exact: readonly Plugin[] = [
  foldConstants(),
  eliminateReshape(),
  fuseRequantize(),
  eliminateTranspose(),
  fusePad(),
  fuseActivation(),
  eliminateDeadCode(),
];

for (const plugin of exact) {
  test(`${plugin.name} keeps the results of random graphs, and comes to rest`, async (t) => {
    const compiler = createCompiler({ plugins: [plugin], report: () => undefined, verifyEach: true });
    const run = (graph: Graph): Promise<Graph> => compiler.transform(graph, stageContext());
    for (let seed = 0; seed < 120; seed++) {
      const before = randomGraph(seed, 8 + (seed % 20));
      const after = await run(before);
      t.deepEqual(verifyGraph(after), [], `seed ${seed}`);
      t.is(await run(after), after, `seed ${seed}: a second run changes nothing`);
      t.deepEqual(names(after), names(before), `seed ${seed}: outputs keep their names`);
      const inputs = before.inputs.map((input) => randomInput(`seed ${seed}`, input));
      const wanted = evaluateGraph(before, inputs).outputs.map(({ data }) =>
        Array.from(data as Float32Array, positive),
      );
      const given = evaluateGraph(after, inputs).outputs.map(({ data }) =>
        Array.from(data as Float32Array, positive),
      );
      if (!t.deepEqual(given, wanted, `seed ${seed}`)) t.log(`${printGraph(before)}\n${printGraph(after)}`);
      if (plugin.name === 'eliminate-transpose') {
        t.true(
          transposes(after) <= transposes(before),
          `seed ${seed}: ${transposes(before)} transposes became more`,
        );
      }
    }
  });
}

function names(graph: Graph): readonly string[] {
  return graph.outputs.map((output) => output.name);
}

function transposes(graph: Graph): number {
  return graph.nodes.filter((node) => node.op.name === 'transpose').length;
}

/** -0 and 0 are equal in C. */
function positive(x: number): number {
  return x + 0;
}
