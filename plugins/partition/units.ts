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
  readonly schedule?: Schedule;
}

/** What is decided as one: a region, or a node that may be a view. */
export interface Unit {
  readonly root: Node;
  readonly candidate?: Candidate;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly alternatives: readonly Alternative[];
}

export function unitOf(root: Node, candidate: Candidate | undefined, graph: Graph): Unit {
  const scheduled = (candidate?.schedules ?? []).map((schedule) => ({
    inputs: schedule.layouts.inputs,
    outputs: schedule.layouts.outputs,
    cycles: schedule.cycles,
    schedule,
  }));
  const region = candidate?.region ?? { inputs: root.inputs.slice(0, 1), outputs: root.outputs };
  return {
    root,
    ...(candidate && { candidate }),
    inputs: region.inputs,
    outputs: region.outputs,
    alternatives: [...viewAlternatives(root, graph), ...scheduled],
  };
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
