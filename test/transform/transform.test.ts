import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import {
  createCompiler,
  evaluateGraph,
  printGraph,
  verifyGraph,
  type Graph,
  type Plugin,
  type Tensor,
} from 'match-compiler';
import { randomInput } from './sketch.ts';
import { stageContext } from './stage-context.ts';
import type { TransformCase } from './transform-case.ts';

/** Cases are found beside their expected texts, in the sources; the compiled ones lie beside this file. */
const sources = join(process.cwd(), 'test', 'transform');
const update = process.env['UPDATE_FIXTURES'] === '1';

for (const pass of folders(sources)) {
  for (const name of folders(join(sources, pass))) {
    test(`${pass}: ${name}`, async (t) => {
      const { default: subject } = (await import(`./${pass}/${name}/case.js`)) as { default: TransformCase };
      const { default: factory } = (await import(`match-compiler/plugins/${pass}`)) as {
        default: (options?: object) => Plugin;
      };
      const before = subject.graph;
      const run = runnerOf(factory(subject.options), subject);
      const after = await run(before);

      for (const [file, graph] of [
        ['before', before],
        ['after', after],
      ] as const) {
        t.deepEqual(verifyGraph(graph), [], `${file} keeps the rules of graphs`);
        t.is(printGraph(graph), expectedText(join(sources, pass, name, 'expected'), file, graph), file);
      }
      if (subject.refused) t.is(after, before, 'the graph is left alone');
      t.is(await run(after), after, 'a second run changes nothing');
      t.deepEqual(
        after.outputs.map((output) => output.name),
        before.outputs.map((output) => output.name),
        'outputs keep their names',
      );
      for (const node of after.nodes) t.not(node.loc.length, 0, `${node.name} knows where it comes from`);

      for (const seed of ['first', 'second']) {
        const inputs = before.inputs.map((input) => randomInput(seed, input));
        const wanted = evaluateGraph(before, inputs).outputs;
        const given = evaluateGraph(after, inputs).outputs;
        wanted.forEach((output, i) => {
          const most = subject.tolerance?.[i] ?? 0;
          const found = largestDifference(output, given[i]);
          t.true(found <= most, `output ${i} differs by ${found}, ${most} is allowed`);
        });
      }
    });
  }
}

function folders(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function runnerOf(plugin: Plugin, subject: TransformCase): (graph: Graph) => Promise<Graph> {
  const compiler = createCompiler({ plugins: [plugin], report: () => undefined, verifyEach: true });
  return (graph) => compiler.transform(graph, stageContext(subject.rounding, subject));
}

function expectedText(folder: string, file: string, graph: Graph): string {
  const path = join(folder, `${file}.txt`);
  if (update) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, printGraph(graph));
  }
  return existsSync(path) ? readFileSync(path, 'utf8') : '(UPDATE_FIXTURES=1 writes this file)';
}

function largestDifference(a: Tensor, b: Tensor | undefined): number {
  let largest = a.data.length === b?.data.length ? 0 : Infinity;
  a.data.forEach((element: number | bigint, i: number) => {
    const other = Number(b?.data[i]);
    if (!Object.is(Number(element), other)) largest = Math.max(largest, Math.abs(Number(element) - other));
  });
  return largest;
}
