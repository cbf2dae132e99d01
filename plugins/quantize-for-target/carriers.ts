import { isOp, ops, type AveragePool2dAttributes, type Node, type PadAttributes } from 'match-compiler';
import { isByte } from './layers.ts';

/** A node that moves, compares or averages elements: its result has the factor of its operands. */
export interface Carrier {
  readonly node: Node;
  /** Channels of the result are channels of the operand, in their order. */
  readonly keepsChannels: boolean;
  /** What stands for zero in the operand, where the node puts zeros beside its elements. */
  readonly zeroPoint?: number;
}

export function carrierOf(node: Node): Carrier | undefined {
  const [input] = node.inputs;
  const [output] = node.outputs;
  if (!input || !output || ![input, output].every(isByte) || input.constant) return undefined;
  const [own, result] = [input.type.shape, output.type.shape];
  if (own.length < 2 || result.length < 2) return undefined;
  if (isOp(node, ops.maxPool2d)) {
    // A dilated window that misses every element gives the lowest value of the type.
    return node.attributes.dilations.every((dilation) => dilation === 1)
      ? { node, keepsChannels: true }
      : undefined;
  }
  if (isOp(node, ops.identity)) return { node, keepsChannels: true };
  if (isOp(node, ops.averagePool2d)) {
    const { pads, zeroPoint = 0 } = node.attributes;
    return { node, keepsChannels: true, ...(pads.some((pad) => pad > 0) && { zeroPoint }) };
  }
  if (isOp(node, ops.pad)) {
    const { pads, mode, value } = node.attributes;
    const spatial = [0, 1, own.length, own.length + 1].every((i) => (pads[i] ?? 0) === 0);
    return { node, keepsChannels: spatial, ...(mode === 'constant' && { zeroPoint: value }) };
  }
  if (isOp(node, ops.transpose)) {
    const { perm } = node.attributes;
    return { node, keepsChannels: perm[0] === 0 && perm[1] === 1 };
  }
  if (isOp(node, ops.reshape)) {
    const [c, e] = [own[1] ?? 1, result[1] ?? 1];
    return { node, keepsChannels: own[0] === result[0] && (c % e === 0 || e % c === 0) };
  }
  if (isOp(node, ops.concat)) {
    return node.inputs.every((each) => isByte(each) && !each.constant)
      ? { node, keepsChannels: false }
      : undefined;
  }
  return undefined;
}

/** The attributes of a carrier of elements whose zero is 0. */
export function attributesAtZero(node: Node): Node['attributes'] {
  if (isOp(node, ops.averagePool2d))
    return { ...node.attributes, zeroPoint: 0 } satisfies AveragePool2dAttributes;
  if (isOp(node, ops.pad)) return { ...node.attributes, value: 0 } satisfies PadAttributes;
  return node.attributes;
}
