import {
  createData,
  integerRange,
  isFloat,
  isOp,
  locationsOf,
  ops,
  sameShape,
  type DataType,
  type Node,
  type Rewriter,
  type Tensor,
  type Value,
} from 'match-compiler';
import type { Lowering } from './lowering.ts';
import { dequantized, isByte, quantizationOf, type Dequantized } from './quantized-value.ts';

/** Longer formulas than any activation; keeps the search linear. */
const largestCone = 64;

/** A formula of one dequantized 8-bit tensor and scalar constants, in execution order. */
interface Cone {
  readonly source: Dequantized;
  readonly nodes: readonly Node[];
}

/** Any element-wise formula of one 8-bit tensor, quantized to 8 bits: a table of its 256 results. */
export function lowerToTable({ rewriter, tail }: Lowering): boolean {
  const [input] = tail.node.inputs;
  if (!input || !isByte(tail.dtype)) return false;
  const cone = coneOf(input, rewriter);
  if (!cone?.nodes.some((node) => !isOp(node, ops.clip))) return false;
  const table = tableOf(cone, tail.node, tail.dtype);
  if (!table) return false;
  const last = cone.nodes.at(-1) ?? tail.node;
  const entries = rewriter.constant(`${last.name}.table`, table);
  rewriter.substitute(
    tail.output,
    ops.lookup,
    [cone.source.value, entries],
    {},
    {
      name: last.name,
      loc: locationsOf(last, ...cone.nodes, tail.node, cone.source.node),
      types: [{ ...tail.output.type, quantization: quantizationOf(tail) }],
    },
  );
  return true;
}

function coneOf(root: Value, rewriter: Rewriter): Cone | undefined {
  const nodes = new Set<Node>();
  let source: Dequantized | undefined;
  const visit = (value: Value): boolean => {
    if (value.constant) return value.constant.data.length === 1;
    const leaf = dequantized(value, rewriter);
    if (leaf) {
      if (leaf.value.constant || !isByte(leaf.dtype)) return false;
      source ??= leaf;
      return (
        leaf.value === source.value && leaf.scale === source.scale && leaf.zeroPoint === source.zeroPoint
      );
    }
    const node = rewriter.producer(value);
    if (!node || node.op.elementwise !== true || node.outputs.length !== 1 || !isFloat(value.type.dtype))
      return false;
    if (nodes.has(node)) return true;
    if (nodes.size >= largestCone || !node.inputs.every(visit)) return false;
    // Operands come before the node that reads them: a set keeps the order of insertion.
    nodes.add(node);
    return true;
  };
  if (!visit(root) || !source) return undefined;
  const shape = source.value.type.shape;
  const inside = (value: Value): boolean =>
    !rewriter.isOutput(value) &&
    rewriter.consumers(value).every((reader) => nodes.has(reader) || isTail(reader, root));
  const closed = [...nodes].every((node) =>
    node.outputs.every((out) => inside(out) && sameShape(out.type.shape, shape)),
  );
  return closed ? { source, nodes: [...nodes] } : undefined;
}

function isTail(reader: Node, root: Value): boolean {
  return isOp(reader, ops.quantize) && reader.inputs[0] === root;
}

function tableOf(cone: Cone, quantize: Node, dtype: DataType): Tensor | undefined {
  const { min } = integerRange(cone.source.dtype);
  const indices = createData(cone.source.dtype, 256);
  for (let i = 0; i < 256; i++) indices[i] = min + i;
  const all: Tensor = { type: { dtype: cone.source.dtype, shape: [256] }, data: indices };
  const results = new Map<Value, Tensor>([[cone.source.value, all]]);
  const leaf = evaluated(cone.source.node, results);
  for (const node of [...cone.nodes, quantize]) {
    // Every dequantize of the source is the same function: its own and those of other branches.
    for (const input of node.inputs) {
      if (leaf && !input.constant && !results.has(input)) results.set(input, leaf);
    }
    const result = evaluated(node, results);
    const [output] = node.outputs;
    if (!result || !output) return undefined;
    results.set(output, result);
  }
  const [output] = quantize.outputs;
  const table = output && results.get(output);
  return table?.type.dtype === dtype ? table : undefined;
}

/** The node on 256 elements instead of its own shape; constants of one element become scalars. */
function evaluated(node: Node, results: ReadonlyMap<Value, Tensor>): Tensor | undefined {
  const inputs = node.inputs.map((input): Tensor | undefined => {
    const { constant } = input;
    if (!constant) return results.get(input);
    // Scale and zero point of the conversions have one axis, like those of every per-tensor one.
    const shape = isOp(node, ops.quantize) || isOp(node, ops.dequantize) ? [1] : [];
    return { type: { ...constant.type, shape }, data: constant.data };
  });
  if (!inputs.every((input) => input !== undefined)) return undefined;
  const attributes = 'axis' in node.attributes ? { ...node.attributes, axis: 0 } : node.attributes;
  const types = node.op.infer(
    inputs.map((input) => input.type),
    attributes,
  );
  const [data] = node.op.evaluate(inputs, attributes, types);
  const [type] = types;
  return data && type ? { type, data } : undefined;
}
