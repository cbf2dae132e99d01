import type { NodeReader } from '../node-reader.ts';

/** An axis counted from the front. @throws {MatchError} ATTRIBUTE_UNSUPPORTED when the tensor has no such axis */
export function axisOf(node: NodeReader, axis: number, rank: number, attribute = 'axis'): number {
  const counted = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(counted) || counted < 0 || counted >= rank) {
    throw node.attributeFault(attribute, `is ${axis} on a tensor of rank ${rank}`);
  }
  return counted;
}

export function axesOf(node: NodeReader, axes: readonly number[], rank: number): readonly number[] {
  const counted = axes.map((axis) => axisOf(node, axis, rank, 'axes'));
  if (new Set(counted).size < counted.length) {
    throw node.attributeFault('axes', `[${axes.join(', ')}] name an axis twice`);
  }
  return counted;
}

/** A list that older opsets give as an attribute and newer ones as an input. */
export function listOf(node: NodeReader, attribute: string, index: number): readonly number[] | undefined {
  return node.ints(attribute) ?? node.integers(index, attribute);
}
