import { elementCount, type Graph, type Node, type Value } from 'match-compiler';
import { CutNetwork } from './minimum-cut.ts';
import { signGroups, slotValue, type Slot } from './operands.ts';

/** What a conversion costs beside its elements, in elements: a call of its own. */
const conversionCall = 256;

/** Cost of changing the sign of a value once, in elements; a multiply-accumulate of a layer is worth as much as one. */
function conversionCost(value: Value): number {
  return conversionCall + elementCount(value.type.shape);
}

/** The operands that become unsigned, by node. */
export type UnsignedSlots = ReadonlyMap<Node, readonly Slot[]>;

/**
 * Which 8-bit operands become unsigned: those that make the sum of lost gains (layers with signed operands) and
 * of conversions least. A value is converted once, however many readers want the other sign. Inputs, outputs and
 * operators that know nothing of zero points stay signed. Solved as a minimum cut, so the choice is optimal;
 * among equal ones it makes the most operands unsigned.
 */
export function chooseSigns(graph: Graph): UnsignedSlots {
  const network = new CutNetwork();
  const holders = new Map<Value, Set<number>>();
  const hold = (value: Value | undefined, vertex: number): void => {
    // Constants are converted when compiling.
    if (value?.type.dtype !== 'int8' || value.constant) return;
    holders.set(value, (holders.get(value) ?? new Set()).add(vertex));
  };
  const grouped: { readonly node: Node; readonly slots: readonly Slot[]; readonly vertex: number }[] = [];
  for (const node of graph.nodes) {
    const groups = signGroups(node, graph);
    for (const { slots, gain } of groups) {
      const vertex = network.vertex();
      network.edge(network.source, vertex, gain);
      for (const slot of slots) hold(slotValue(node, slot), vertex);
      grouped.push({ node, slots, vertex });
    }
    const free = new Set(groups.flatMap(({ slots }) => slots.map(({ side, index }) => `${side} ${index}`)));
    node.inputs.forEach((value, i) => !free.has(`input ${i}`) && hold(value, network.sink));
    node.outputs.forEach((value, i) => !free.has(`output ${i}`) && hold(value, network.sink));
  }
  for (const value of [...graph.inputs, ...graph.outputs]) hold(value, network.sink);
  for (const [value, vertices] of holders) network.together([...vertices], conversionCost(value));
  const signed = network.sinkSide();
  const chosen = new Map<Node, readonly Slot[]>();
  for (const { node, slots, vertex } of grouped) {
    if (!signed.has(vertex)) chosen.set(node, [...(chosen.get(node) ?? []), ...slots]);
  }
  return chosen;
}
