import { bytesOf } from './data-type.ts';
import type { Graph, Node, Value } from './graph.ts';
import type { AttributeValue } from './op.ts';
import { elementCount, formatType, type Tensor } from './tensor.ts';

const longestInline = 8;

/**
 * The text form of a graph: one line per constant and node, deterministic, made to be diffed. Large
 * constants show a hash of their bytes and their range.
 */
export function printGraph(graph: Graph): string {
  const lines: string[] = [];
  const type = (value: Value): string =>
    `%${quote(value.name)}: ${formatType(value.type)}${quantization(value)}`;
  lines.push(`graph ${quote(graph.name)}(${graph.inputs.map(type).join(', ')})`);
  for (const value of graph.values()) {
    if (value.constant) lines.push(`  const ${type(value)} = ${printTensor(value.constant)}`);
  }
  for (const node of graph.nodes) lines.push(`  ${printNode(node)}`);
  lines.push(`  return ${graph.outputs.map((value) => `%${quote(value.name)}`).join(', ')}`);
  return `${lines.join('\n')}\n`;
}

export function printNode(node: Node): string {
  const results = node.outputs
    .map((value) => `%${quote(value.name)}: ${formatType(value.type)}${quantization(value)}`)
    .join(', ');
  const inputs = node.inputs.map((value) => `%${quote(value.name)}`).join(', ');
  const attributes = Object.entries(node.attributes)
    .filter((entry): entry is [string, AttributeValue] => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${printAttribute(value)}`)
    .join(', ');
  return `${results} = ${node.op.name}(${inputs})${attributes ? ` {${attributes}}` : ''}`;
}

function quantization(value: Value): string {
  const q = value.type.quantization;
  if (!q) return '';
  const scale = q.scale.length > 1 ? `${q.scale.length} scales` : number(q.scale[0] ?? 1);
  const zero = q.zeroPoint.length > 1 ? `${q.zeroPoint.length} zero points` : number(q.zeroPoint[0] ?? 0);
  return `<${scale}, ${zero}${q.axis === undefined ? '' : `, axis ${q.axis}`}>`;
}

/** Small tensors in full, others as a hash of their bytes with their range. */
export function printTensor(constant: Tensor): string {
  const count = elementCount(constant.type.shape);
  const values = Array.from(constant.data as ArrayLike<number | bigint>, (value) => Number(value));
  if (count <= longestInline) return `[${values.map(number).join(', ')}]`;
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return `#${fnv1a(bytesOf(constant.data))} in ${number(min)}..${number(max)}`;
}

function printAttribute(value: AttributeValue): string {
  if (Array.isArray(value))
    return `[${value.map((item) => printAttribute(item as AttributeValue)).join(', ')}]`;
  return typeof value === 'number' ? number(value) : String(value);
}

function number(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function quote(name: string): string {
  return /^[\w.$:/-]+$/.test(name) ? name : JSON.stringify(name);
}

/** 32-bit FNV-1a (public domain hash by Fowler, Noll and Vo): short, and the same everywhere. */
function fnv1a(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
