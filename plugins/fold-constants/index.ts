import {
  byteSize,
  definePlugin,
  isOp,
  ops,
  rewriteGraph,
  type Node,
  type RewriteRule,
  type Rewriter,
} from 'match-compiler';

export interface FoldConstantsOptions {
  /** Name of this instance; a build may hold two. */
  readonly name?: string;
  /**
   * Whether `dequantize` nodes of constants are folded. Quantized models store weights as such nodes, and
   * `lower-quantized` needs to see the integers: the instance before it keeps them (the default), one
   * after it folds those that float operators still read.
   */
  readonly dequantize?: 'keep' | 'fold';
}

/** Constants beyond this size cost more flash than the computation that makes them costs time. */
const largestResult = 64 * 2 ** 20;

/** Evaluates nodes whose inputs are all known at compile time. */
export const foldConstants = definePlugin((options: FoldConstantsOptions = {}) => {
  const rule = evaluateConstants(options.dequantize === 'fold');
  return {
    name: options.name ?? (options.dequantize === 'fold' ? 'fold-constants:late' : 'fold-constants'),
    transform: (graph) => rewriteGraph(graph, [rule]),
  };
});

export default foldConstants;

function evaluateConstants(foldDequantize: boolean): RewriteRule {
  return {
    name: 'evaluate-constants',
    apply(node, rewriter) {
      if (!foldDequantize && isOp(node, ops.dequantize)) return false;
      const inputs = node.inputs.map((input) => input.constant);
      if (inputs.length === 0 || !inputs.every((input) => input !== undefined)) return false;
      // A graph output that is a constant would have no node to carry its name.
      if (node.outputs.some((output) => rewriter.isOutput(output))) return false;
      if (node.outputs.reduce((bytes, output) => bytes + byteSize(output.type), 0) > largestResult)
        return false;
      replaceByResults(node, rewriter);
      return true;
    },
  };
}

function replaceByResults(node: Node, rewriter: Rewriter): void {
  const inputs = node.inputs.map((input) => input.constant).filter((input) => input !== undefined);
  const types = node.outputs.map((output) => output.type);
  const results = node.op.evaluate(inputs, node.attributes, types);
  // Every output goes away with the node, so that each constant may have its name.
  for (const output of node.outputs) rewriter.releaseName(output);
  for (const [i, output] of node.outputs.entries()) {
    const data = results[i];
    if (data) rewriter.replace(output, rewriter.constant(output.name, { type: output.type, data }));
  }
}
