import {
  GraphEditor,
  isOp,
  ops,
  type Conv2dAttributes,
  type ExecutionModule,
  type Graph,
  type Node,
  type Target,
  type Value,
} from 'match-compiler';
import { cheapestCover, offerAt, residentCandidates } from 'match-compiler/plugins/partition';

/** Does the target have engines beside its controller? */
export function hasEngines({ modules }: Target): boolean {
  return modules.some(isEngine);
}

function isEngine({ queueDepth }: ExecutionModule): boolean {
  return queueDepth > 0;
}

/** A convolution as a graph of its own, with the requantize behind it where it is the only reader. */
export function layerAlone(
  graph: Graph,
  node: Node<Conv2dAttributes>,
  add: (editor: GraphEditor, input: Value) => Value,
): Graph {
  const editor = new GraphEditor({ name: 'layer', info: graph.info });
  const [x] = node.inputs;
  const [output] = node.outputs;
  if (!x || !output) throw new TypeError(`${node.name} reads nothing`);
  const sums = add(editor, editor.input('input', x.type));
  const [user] = graph.consumers(output);
  const requantize = graph.hasSingleUse(output) && isOp(user, ops.requantize) ? user : undefined;
  editor.setOutputs([
    requantize
      ? editor.add1(ops.requantize, [sums, ...requantize.inputs.slice(1)], requantize.attributes)
      : sums,
  ]);
  return editor.finish();
}

/** Would an engine beside the controller run the convolution of a graph that has one? */
export function runsOnEngine(graph: Graph, target: Target): boolean {
  return target.modules.filter(isEngine).some((module) =>
    module.patterns.some((pattern) =>
      graph.nodes.some((root) => {
        const result = offerAt(root, graph, module, pattern);
        return 'offer' in result && result.offer.region.nodes.some((node) => isOp(node, ops.conv2d));
      }),
    ),
  );
}

/** Cycles of a graph in its cheapest regions, on operands at hand; infinite where something has no kernel. */
export function layerCycles(graph: Graph, target: Target): number {
  const resident = residentCandidates(graph, target);
  const covered = new Set(resident.candidates.flatMap(({ region }) => region.nodes));
  if (graph.nodes.some((node) => !covered.has(node))) return Infinity;
  let cycles = 0;
  for (const [best] of cheapestCover(resident).values()) {
    if (best) cycles += Math.min(...best.schedules.map((schedule) => schedule.cycles));
  }
  return cycles;
}
