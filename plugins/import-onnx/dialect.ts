import { dialectUnknown } from './diagnostics.ts';
import { literalProto, literalTensor } from './literals.ts';
import type { Definition, ModelGraph, ModelNode } from './model.ts';
import { toSafeNumber } from './proto.ts';
import type { Scope } from './scope.ts';
import { dataTypeOf, elementTypeName } from './tensors.ts';

/**
 * How a file writes quantization. `plinio`: integers with multiply, add, divide, clip, as PLiNIO and Quantlab export
 * them; `nemo`: the same through int64, as NEMO exports it for DORY. `mixed`: qdq and qoperator in one file.
 */
export const dialects = ['float', 'qdq', 'qoperator', 'mixed', 'plinio', 'nemo'] as const;
export type Dialect = (typeof dialects)[number];

export interface Recognition {
  readonly dialect: Dialect;
  /** Nets of an integer dialect may hold their integers in float32 tensors. */
  readonly holdsIntegersInFloats: boolean;
  /** On what evidence, one line each. */
  readonly evidence: readonly string[];
}

export function isIntegerDialect(dialect: Dialect): boolean {
  return dialect === 'plinio' || dialect === 'nemo';
}

/** @throws {MatchError} DIALECT_UNKNOWN */
export function recogniseDialect(graph: ModelGraph, scope: Scope, wanted: string | undefined): Recognition {
  const found = recognise(graph, scope);
  if (wanted === undefined || wanted === found.dialect) return found;
  const dialect = dialects.find((name) => name === wanted);
  if (!dialect) throw dialectUnknown(graph.file, wanted, dialects);
  return {
    dialect,
    holdsIntegersInFloats: isIntegerDialect(dialect),
    evidence: [`read as ${dialect}, as asked; without that it would be ${found.dialect}`],
  };
}

function recognise(graph: ModelGraph, scope: Scope): Recognition {
  const counts = new Map<string, number>();
  for (const { op } of graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  const linear = linearLayers(graph);
  const plain = { holdsIntegersInFloats: false };

  const bytes = linear.filter(({ element }) => element === 'uint8' || element === 'int8');
  if (bytes.length > 0) {
    const patterns = bytes.some(({ element }) => element === 'uint8');
    return {
      dialect: 'plinio',
      holdsIntegersInFloats: bytes.length < linear.length,
      evidence: [
        `${describe(bytes)} and no zero points: PLiNIO integer dialect${patterns ? "; uint8 weights are read as two's complement int8" : ''}`,
      ],
    };
  }
  const operators = countOf(counts, (op) => /^QLinear|^QGemm$|^(Conv|MatMul)Integer$/.test(op));
  const edges = countOf(counts, (op) => /^(Dynamic)?(Quantize|Dequantize)Linear$/.test(op));
  if (operators.total > 0) {
    const around = linear.filter(({ node }) => readsDequantized(graph, node));
    return {
      ...plain,
      dialect: around.length > 0 ? 'mixed' : 'qoperator',
      evidence: [
        `${operators.text}: quantized operators with their scales`,
        ...(around.length > 0 ? [`${describe(around)} between DequantizeLinear and QuantizeLinear`] : []),
      ],
    };
  }
  if (edges.total > 0) {
    return { ...plain, dialect: 'qdq', evidence: [`${edges.text}: float operators between quantizations`] };
  }
  return (
    recogniseFloatHeld(graph, scope, linear) ?? { ...plain, dialect: 'float', evidence: ['no quantization'] }
  );
}

/** Integers in float32 tensors: every weight is one, and the layers end in a division and a clip to a few bits. */
function recogniseFloatHeld(
  graph: ModelGraph,
  scope: Scope,
  linear: readonly LinearLayer[],
): Recognition | undefined {
  if (linear.length === 0) return undefined;
  const scaled = graph.nodes.filter((node) => node.op === 'Div' && endsInClip(graph, node));
  if (scaled.length === 0) return undefined;
  for (const { node } of linear) {
    for (const definition of node.inputs.slice(1)) {
      const tensor = definition && literalTensor(graph, scope, definition);
      if (
        tensor &&
        !Array.from(tensor.data as ArrayLike<number | bigint>).every((value) =>
          Number.isInteger(Number(value)),
        )
      ) {
        return undefined;
      }
    }
  }
  const wide = graph.nodes.some((node) => node.op === 'Cast' && castsTo(node) === 'int64');
  const [name, chain] = wide
    ? (['nemo', 'Cast to int64, Mul, Div, Clip'] as const)
    : (['plinio', 'Div, Clip'] as const);
  return {
    dialect: name,
    holdsIntegersInFloats: true,
    evidence: [
      `${describe(linear)} that are all integers, ${scaled.length} requantizations written as ${chain}: ${wide ? 'NEMO' : 'PLiNIO'} integer dialect held in float tensors`,
    ],
  };
}

interface LinearLayer {
  readonly node: ModelNode;
  /** Element type of the weights. */
  readonly element: string;
}

/** Convolutions and matrix products with weights from the file. */
function linearLayers(graph: ModelGraph): readonly LinearLayer[] {
  return graph.nodes.flatMap((node) => {
    if (!['Conv', 'MatMul', 'Gemm'].includes(node.op) || node.domain !== '') return [];
    const weights = node.inputs[1] && literalProto(graph, node.inputs[1]);
    return weights ? [{ node, element: elementTypeName(weights.data_type) }] : [];
  });
}

/** "8 Conv and 1 MatMul with uint8 weights" */
function describe(layers: readonly LinearLayer[]): string {
  const names = countOf(count(layers.map(({ node }) => node.op)), () => true).text;
  return `${names} with ${[...new Set(layers.map(({ element }) => element))].join(' and ')} weights`;
}

function count(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function countOf(
  counts: ReadonlyMap<string, number>,
  wanted: (op: string) => boolean,
): { total: number; text: string } {
  const chosen = [...counts].filter(([op]) => wanted(op));
  const parts = chosen.map(([op, number]) => `${number} ${op}`);
  const last = parts.pop() ?? '';
  return {
    total: chosen.reduce((sum, [, number]) => sum + number, 0),
    text: parts.length > 0 ? `${parts.join(', ')} and ${last}` : last,
  };
}

function readsDequantized(graph: ModelGraph, node: ModelNode): boolean {
  const [input] = node.inputs;
  return (input && graph.producers.get(input)?.op) === 'DequantizeLinear';
}

/** Through Floor and Cast to a Clip with bounds of at most 16 bits. */
function endsInClip(graph: ModelGraph, div: ModelNode): boolean {
  let node: ModelNode | undefined = div;
  for (let steps = 0; steps < 4 && node; steps++) {
    const output: Definition | undefined = node.outputs[0];
    node = output && graph.readers.get(output)?.[0];
    if (node?.op === 'Clip') {
      const [low, high] = [node.attributes.get('min')?.f, node.attributes.get('max')?.f];
      if (low === undefined || high === undefined) return node.inputs.length === 3;
      return Number.isInteger(low) && Number.isInteger(high) && high - low < 2 ** 16;
    }
    if (node?.op !== 'Floor' && node?.op !== 'Cast') return false;
  }
  return false;
}

function castsTo(node: ModelNode): string | undefined {
  const to = node.attributes.get('to')?.i;
  return to === undefined ? undefined : dataTypeOf(toSafeNumber(to));
}
