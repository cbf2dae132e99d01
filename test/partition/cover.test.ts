import test from 'ava';
import fc from 'fast-check';
import { GraphEditor, ops, type Candidate, type Candidates, type Node, type Value } from 'match-compiler';
import { cheapestCover } from 'match-compiler/plugins/partition';

const info = { file: 'net', format: 'none', dialect: 'float', recognised: [] };

/** Sums of what was made before: per node which two values it adds, and costs of the node alone and fused. */
interface Net {
  readonly nodes: readonly {
    readonly a: number;
    readonly b: number;
    readonly alone: number;
    readonly fused: number;
  }[];
}

const nets: fc.Arbitrary<Net> = fc.record({
  nodes: fc.array(
    fc.record({
      a: fc.nat(9),
      b: fc.nat(9),
      alone: fc.integer({ min: 1, max: 50 }),
      fused: fc.integer({ min: 1, max: 80 }),
    }),
    { minLength: 1, maxLength: 7 },
  ),
});

/** Every node alone, and with each of the nodes before whose value no other node reads. */
function candidatesOf({ nodes }: Net): Candidates {
  const editor = new GraphEditor({ name: 'net', info });
  const type = { dtype: 'float32', shape: [4] } as const;
  const values: Value[] = [editor.input('x', type)];
  for (const { a, b } of nodes) {
    const [left, right] = [values[a % values.length], values[b % values.length]];
    if (left && right) values.push(editor.add1(ops.add, [left, right], { dtype: 'float32' }));
  }
  editor.setOutputs([values.at(-1)].filter((value) => value !== undefined));
  const graph = editor.finish();
  const candidates = graph.nodes.flatMap((root, n) => {
    const { alone = 1, fused = 1 } = nodes[n] ?? {};
    const makers = root.inputs.flatMap((input) => {
      const maker = graph.producer(input);
      return maker && graph.hasSingleUse(input) ? [maker] : [];
    });
    return [candidate([root], alone), ...makers.map((maker) => candidate([maker, root], fused))];
  });
  return { graph, candidates, refusals: [] } as unknown as Candidates;
}

function candidate(nodes: readonly Node[], cycles: number): Candidate {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const inputs = [...new Set(nodes.flatMap((node) => node.inputs))].filter((value) => !made.has(value));
  const root = nodes.at(-1);
  return {
    region: { root, nodes, inputs, outputs: root?.outputs },
    schedules: [{ cycles }],
  } as unknown as Candidate;
}

/** The cheapest choice of candidates that covers every node once, by trying all of them. */
function bruteForce({ graph, candidates }: Candidates): number {
  const cheapest = (open: readonly Node[]): number => {
    const last = open.at(-1);
    if (!last) return 0;
    // The last node that is not covered is the root of its region.
    const ways = candidates
      .filter(({ region }) => region.root === last && region.nodes.every((node) => open.includes(node)))
      .map(({ region, schedules }) => {
        return schedules[0].cycles + cheapest(open.filter((node) => !region.nodes.includes(node)));
      });
    return Math.min(...ways);
  };
  return cheapest(graph.nodes);
}

test('a cover costs what the cheapest of all covers costs, and has every node once', (t) => {
  fc.assert(
    fc.property(nets, (net) => {
      const candidates = candidatesOf(net);
      const chosen = [...cheapestCover(candidates).values()].flatMap(([best]) => best ?? []);
      const covered = chosen.flatMap(({ region }) => region.nodes);
      t.is(covered.length, candidates.graph.nodes.length);
      t.is(new Set(covered).size, covered.length);
      return chosen.reduce((sum, { schedules }) => sum + schedules[0].cycles, 0) === bruteForce(candidates);
    }),
    { numRuns: 300, seed: 11 },
  );
});
