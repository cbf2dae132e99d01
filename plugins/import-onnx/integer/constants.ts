import {
  createData,
  integerRange,
  isInteger,
  isWide,
  type DataType,
  type Tensor,
  type Value,
} from 'match-compiler';
import { notInteger } from '../diagnostics.ts';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';

/** Types that weights may have, the narrowest first. */
const weightTypes: readonly DataType[] = ['int8', 'int16'];

/**
 * Weights of an integer layer. uint8 holds the bits of int8 (these exporters want both operands of one type);
 * anything else takes the narrowest type that holds its values.
 * @throws {MatchError} DIALECT_NOT_INTEGER, FEATURE_UNSUPPORTED when they need more than 16 bits
 */
export function weightConstant(node: NodeReader, build: NodeBuilder, index: number): Value | undefined {
  const tensor = node.constantOrUndefined(index);
  if (!tensor) return undefined;
  const { dtype } = tensor.type;
  if (dtype === 'int8' || dtype === 'int16') return node.value(index);
  const definition = node.definition(index);
  if (dtype === 'uint8') return build.scope.form(definition, 'int8', () => reinterpret(tensor));
  const type = narrowest(node, index, tensor, weightTypes);
  if (!type) throw node.unsupported(`weights '${definition.name}' that need more than 16 bits`);
  return build.scope.form(definition, type, () => convert(tensor, type));
}

/** The same bytes as int8. */
function reinterpret(tensor: Tensor): Tensor {
  return {
    type: { ...tensor.type, dtype: 'int8' },
    data: new Int8Array(Uint8Array.from(tensor.data as Uint8Array).buffer),
  };
}

/**
 * An operand of integer arithmetic: constants as int32, or int64 where they need it; values as they are.
 * @throws {MatchError} DIALECT_NOT_INTEGER
 */
export function integerOperand(node: NodeReader, build: NodeBuilder, index: number): Value {
  const tensor = node.constantOrUndefined(index);
  if (!tensor || (isInteger(tensor.type.dtype) && tensor.type.dtype !== 'uint64')) return node.value(index);
  const type = narrowest(node, index, tensor, ['int32', 'int64']) ?? 'int64';
  return build.scope.form(node.definition(index), type, () => convert(tensor, type));
}

/** An int32 constant. */
export function biasConstant(node: NodeReader, build: NodeBuilder, index: number): Value {
  const tensor = node.constant(index, 'bias');
  if (tensor.type.dtype === 'int32') return node.value(index);
  const type = narrowest(node, index, tensor, ['int32']);
  if (!type) throw node.unsupported('a bias that needs more than 32 bits');
  return build.scope.form(node.definition(index), type, () => convert(tensor, type));
}

/** The first of the types that holds every element, all of which must be integers. */
function narrowest(
  node: NodeReader,
  index: number,
  tensor: Tensor,
  types: readonly DataType[],
): DataType | undefined {
  let [low, high] = [0, 0];
  for (const element of tensor.data) {
    const value = Number(element);
    if (!Number.isInteger(value)) throw notInteger(node.node, node.definition(index).name, value);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return types.find((type) => {
    const { min, max } = integerRange(type);
    return low >= min && high <= max;
  });
}

function convert(tensor: Tensor, dtype: DataType): Tensor {
  const data = createData(dtype, tensor.data.length);
  const wide = isWide(dtype);
  for (let i = 0; i < data.length; i++) {
    const value = tensor.data[i] ?? 0;
    data[i] = wide ? BigInt(value) : Number(value);
  }
  return { type: { dtype, shape: tensor.type.shape }, data };
}
