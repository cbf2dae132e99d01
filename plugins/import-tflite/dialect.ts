import { isFloat, isInteger, type DataType } from 'match-compiler';
import type { FileOperator, ModelFile } from './file/model.ts';
import type { Tensors } from './tensors.ts';

/** What the activations of a model are. */
export type Dialect = 'int8' | 'uint8' | 'int16x8' | 'float' | 'integer' | 'mixed';

/** The kind of the tensors between the operators: by them a model is quantized or not. */
export function dialectOf(model: ModelFile, operators: readonly FileOperator[], tensors: Tensors): Dialect {
  const kinds = new Set<Dialect>();
  const indices = new Set([...model.inputs, ...operators.flatMap((operator) => operator.outputs)]);
  for (const index of indices) {
    const tensor = tensors.at(index, 'the list of inputs', model.offset);
    kinds.add(kindOf(tensors.dtype(tensor), tensor.quantization !== undefined));
  }
  // Indices and shapes are plain integers in every kind of model.
  if (kinds.size > 1) kinds.delete('integer');
  const [only, ...others] = kinds;
  return only === undefined || others.length > 0 ? 'mixed' : only;
}

function kindOf(dtype: DataType, quantized: boolean): Dialect {
  if (isFloat(dtype)) return 'float';
  if (!quantized || !isInteger(dtype)) return 'integer';
  if (dtype === 'int8' || dtype === 'uint8') return dtype;
  return dtype === 'int16' || dtype === 'int32' ? 'int16x8' : 'integer';
}
