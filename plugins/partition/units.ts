import {
  channelsLast,
  isOp,
  ops,
  rowMajor,
  sameLayout,
  strided,
  type Candidate,
  type Graph,
  type Layout,
  type Node,
  type Schedule,
  type Value,
} from 'match-compiler';

/** One way to run a unit, with the layouts that it reads and writes. */
export interface Alternative {
  readonly inputs: readonly Layout[];
  readonly outputs: readonly Layout[];
  readonly cycles: number;
  /** Absent: the node only gives its input's memory a new name. */
  readonly run?: { readonly candidate: Candidate; readonly schedule: Schedule };
}

/** What is decided as one: a region, or a node that may be a view. */
export interface Unit {
  readonly root: Node;
  /** The nodes that are covered. */
  readonly nodes: readonly Node[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly alternatives: readonly Alternative[];
}

/** @param candidates all that cover the same nodes, on one module or another */
export function unitOf(root: Node, candidates: readonly Candidate[], graph: Graph): Unit {
  const [first] = candidates;
  const region = first?.region ?? { nodes: [root], inputs: root.inputs.slice(0, 1), outputs: root.outputs };
  const scheduled = candidates.flatMap((candidate) => {
    const { inputs, outputs } = candidate.region;
    return candidate.schedules.map((schedule) => ({
      // Patterns may list the same operands in another order.
      inputs: region.inputs.map((value) => layoutAt(schedule.layouts.inputs, inputs.indexOf(value))),
      outputs: region.outputs.map((value) => layoutAt(schedule.layouts.outputs, outputs.indexOf(value))),
      cycles: schedule.cycles,
      run: { candidate, schedule },
    }));
  });
  return {
    root,
    nodes: region.nodes,
    inputs: region.inputs,
    outputs: region.outputs,
    alternatives: [...viewAlternatives(root, graph), ...scheduled],
  };
}

function layoutAt(layouts: readonly Layout[], index: number): Layout {
  const layout = layouts[index];
  if (!layout) throw new RangeError('candidates over the same nodes have different operands');
  return layout;
}

/** A node that can be had for nothing when the layouts around it agree. */
export function mayBeView(node: Node, graph: Graph): boolean {
  if (node.op.view !== true && !isOp(node, ops.transpose)) return false;
  const [output] = node.outputs;
  if (!output || node.inputs[0]?.constant) return false;
  if (!reachesOutputAsView(output, graph)) return true;
  // The memory under a graph output must not be a graph input's, or another output's as well.
  const source = memorySource(node, graph);
  return source !== undefined && !graph.isOutput(source) && outputsOver(source, graph) === 1;
}

function viewAlternatives(node: Node, graph: Graph): Alternative[] {
  const [input] = node.inputs;
  const [output] = node.outputs;
  if (!input || !output || !mayBeView(node, graph)) return [];
  if (!isOp(node, ops.transpose)) {
    return [
      {
        inputs: [rowMajor(input.type.shape.length)],
        outputs: [rowMajor(output.type.shape.length)],
        cycles: 0,
      },
    ];
  }
  const { perm } = node.attributes;
  const rank = perm.length;
  const forward = (order: readonly number[]): Layout => strided(order.map((axis) => perm.indexOf(axis)));
  const backward = (order: readonly number[]): Layout => strided(order.map((axis) => perm[axis] ?? axis));
  const pairs = [rowMajor(rank), channelsLast(rank)].flatMap((layout) => {
    if (layout.kind !== 'strided') return [];
    return [
      { from: layout, to: forward(layout.order) },
      { from: backward(layout.order), to: layout },
    ];
  });
  const distinct = pairs.filter(
    (pair, i) => pairs.findIndex((other) => sameLayout(other.from, pair.from)) === i,
  );
  return distinct.map(({ from, to }) => ({ inputs: [from], outputs: [to], cycles: 0 }));
}

function isViewLike(node: Node | undefined): node is Node {
  return node !== undefined && (node.op.view === true || isOp(node, ops.transpose));
}

/** A graph output that could end up in this value's memory. */
function reachesOutputAsView(value: Value, graph: Graph): boolean {
  if (graph.isOutput(value)) return true;
  return graph
    .consumers(value)
    .some((user) => isViewLike(user) && user.outputs.some((output) => reachesOutputAsView(output, graph)));
}

/** The value whose memory a chain of views shows; undefined when that is a graph input or a constant. */
function memorySource(node: Node, graph: Graph): Value | undefined {
  let value = node.inputs[0];
  for (let before = value && graph.producer(value); value && before; before = graph.producer(value)) {
    if (!isViewLike(before)) return value;
    value = before.inputs[0];
    if (!value) return undefined;
  }
  return undefined;
}

function outputsOver(source: Value, graph: Graph): number {
  let count = graph.isOutput(source) ? 1 : 0;
  for (const user of graph.consumers(source)) {
    if (isViewLike(user)) for (const output of user.outputs) count += outputsOver(output, graph);
  }
  return count;
}
