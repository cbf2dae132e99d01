import {
  byteSize,
  isOp,
  ops,
  type Bids,
  type Conv2dAttributes,
  type Graph,
  type Node,
  type Target,
} from 'match-compiler';
import {
  busiestEngineBound,
  enumerateOffers,
  nearMemory,
  residentCandidates,
} from 'match-compiler/plugins/partition';
import { layerAlone } from 'match-compiler/plugins/symmetric-padding';
import { addUnfolded, isUnfoldable } from './unfold.ts';

/** The rewrite has to win by this much: the bounds compared know neither contention nor dispatch. */
const requiredGain = 0.85;
/** Part of the near memory that input, windows and output together may take. */
const usableMemory = 0.92;

/** Do the target's cost models prefer im2col and a product per pixel? */
export function unfoldingPays(node: Node<Conv2dAttributes>, graph: Graph, target: Target): boolean {
  const [x, w, bias] = node.inputs;
  if (!x || !w || !isUnfoldable(node)) return false;
  const unfolded = layerAlone(graph, node, (editor, input) => addUnfolded(editor, node, input));
  const windows = unfolded.nodes.find((each) => isOp(each, ops.im2col))?.outputs[0];
  const tensors = [...unfolded.inputs, ...(windows ? [windows] : []), ...unfolded.outputs];
  const bytes = tensors.reduce((sum, value) => sum + byteSize(value.type), 0);
  const fits = (memory: string): boolean => bytes <= usableMemory * (target.memories[memory]?.bytes ?? 0);
  // Before anything is matched: most layers fail here.
  if (!nearMemories(target).some(fits)) return false;
  const bids = enumerateOffers(unfolded, target);
  const near = nearMemoryOfWindows(bids, target);
  if (near === undefined || !fits(near)) return false;
  const direct = layerAlone(graph, node, (editor, input) =>
    editor.add1(ops.conv2d, [input, w, ...(bias ? [bias] : [])], node.attributes),
  );
  const limit = requiredGain * busiestEngineBound(residentCandidates(direct, target));
  return busiestEngineBound(residentCandidates(unfolded, target, bids)) < limit;
}

/** The memory in which some module of the target runs the im2col; undefined when only the home of tensors is. */
function nearMemoryOfWindows({ offers }: Bids, target: Target): string | undefined {
  for (const offer of offers) {
    const near = nearMemory(offer, target);
    if (near !== undefined && isOp(offer.region.root, ops.im2col)) return near;
  }
  return undefined;
}

/** Memories of modules' own for activations. */
function nearMemories({ modules, homes }: Target): readonly string[] {
  return modules.map(({ operands }) => operands.activations).filter((memory) => memory !== homes.activations);
}
