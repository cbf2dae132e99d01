import {
  constantNumbers,
  isOp,
  ops,
  tensor,
  type Attributes,
  type GraphEditor,
  type Node,
  type Tensor,
  type Value,
} from 'match-compiler';
import { signOffset, type Slot } from './operands.ts';

/** The attributes and the constants of a node some of whose operands have become unsigned. */
export interface UnsignedNode {
  readonly attributes: Attributes;
  /** Constants in the place of inputs, by index. */
  readonly constants: ReadonlyMap<number, Value>;
}

/** Moves by 128 whatever in a node refers to one of the slots: zero points, bounds, fill values, table entries. */
export function unsignedNode(node: Node, slots: readonly Slot[], editor: GraphEditor): UnsignedNode {
  const has = (side: Slot['side'], index: number): boolean =>
    slots.some((slot) => slot.side === side && slot.index === index);
  const [input, output] = [has('input', 0), has('output', 0)];
  const constants = new Map<number, Value>();
  const moveConstant = (index: number, dtype: 'uint8' | 'int32'): void => {
    const value = node.inputs[index];
    const numbers = constantNumbers(value);
    if (!value || !numbers) return;
    const moved = numbers.map((number) => number + signOffset);
    constants.set(index, editor.constant(`${value.name}.unsigned`, tensor(dtype, value.type.shape, moved)));
  };
  for (const { side, index } of slots) {
    if (side === 'input' && node.inputs[index]?.constant) moveConstant(index, 'uint8');
  }
  const moved = (...names: string[]): Attributes => {
    const numbers = names.map((name) => [name, Number(node.attributes[name] ?? 0) + signOffset] as const);
    return { ...node.attributes, ...Object.fromEntries(numbers) };
  };
  const made = (attributes: Attributes): UnsignedNode => ({ attributes, constants });

  if (isOp(node, ops.conv2d) || isOp(node, ops.dense) || isOp(node, ops.sumPool2d))
    return made(moved('inputZeroPoint'));
  if (isOp(node, ops.matmul))
    return made(moved(...(input ? ['aZeroPoint'] : []), ...(has('input', 1) ? ['bZeroPoint'] : [])));
  if (isOp(node, ops.requantize)) {
    const names = [...(input ? ['inputZeroPoint'] : []), ...(output ? ['zeroPoint', 'min', 'max'] : [])];
    return made({ ...moved(...names), ...(output && { dtype: 'uint8' }) });
  }
  if (isOp(node, ops.quantizedAdd) || isOp(node, ops.quantizedMul)) {
    const names = [
      ...(input ? ['aZeroPoint'] : []),
      ...(has('input', 1) ? ['bZeroPoint'] : []),
      ...(output ? ['zeroPoint', 'min', 'max'] : []),
    ];
    return made({ ...moved(...names), ...(output && { dtype: 'uint8' }) });
  }
  if (isOp(node, ops.lookup)) {
    if (output) moveConstant(1, 'uint8');
    return made(node.attributes);
  }
  if (isOp(node, ops.quantize) || isOp(node, ops.dequantize)) {
    moveConstant(2, zeroPointType(node.inputs[2]?.constant));
    return made({ ...node.attributes, ...(output && { dtype: 'uint8' }) });
  }
  if (isOp(node, ops.quantizedSoftmax) && output) return made({ ...moved('zeroPoint'), dtype: 'uint8' });
  if (isOp(node, ops.minimum) || isOp(node, ops.maximum)) return made({ ...node.attributes, dtype: 'uint8' });
  if (isOp(node, ops.clip)) return made(moved('min', 'max'));
  if (isOp(node, ops.pad)) return made(moved('value'));
  if (isOp(node, ops.averagePool2d)) return made(moved('zeroPoint'));
  return made(node.attributes);
}

function zeroPointType(constant: Tensor | undefined): 'uint8' | 'int32' {
  const numbers = Array.from(constant?.data ?? [], Number);
  return numbers.every((number) => number >= -signOffset && number < signOffset) ? 'uint8' : 'int32';
}
