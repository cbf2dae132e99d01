import {
  boundTensor,
  formatType,
  isInteger,
  ops,
  type DataType,
  type ImportOptions,
  type Tensor,
  type Value,
} from 'match-compiler';
import * as diagnostics from './diagnostics.ts';
import type { ModelGraph } from './model.ts';
import { toSafeNumber, type DimensionProto, type ValueInfoProto } from './proto.ts';
import type { Scope } from './scope.ts';
import { dataTypeOf, elementTypeName } from './tensors.ts';

const integerInputs = ['uint8', 'int8', 'uint16', 'int16', 'int32'] as const;

/**
 * Makes the graph's inputs, open dimensions settled; those of an integer net that the file declares as float are
 * followed by a conversion.
 * @returns what was settled, one line each
 * @throws {MatchError} INPUT_SHAPE_UNKNOWN, INPUT_SHAPE_MISMATCH, INPUT_UNSUPPORTED, DTYPE_UNSUPPORTED,
 * TENSOR_UNKNOWN, INPUT_TYPE_INVALID, BIND_INVALID
 */
export function defineInputs(
  graph: ModelGraph,
  scope: Scope,
  options: ImportOptions,
  integerNet: boolean,
): readonly string[] {
  const { file } = graph;
  const notes: string[] = [];
  const names = graph.inputs.map(({ definition }) => definition.name);
  for (const option of ['inputShapes', 'inputTypes', 'bind'] as const) {
    for (const name of Object.keys(options[option] ?? {})) {
      if (!names.includes(name)) throw diagnostics.unknownTensor(file, option, name, names, 'input');
    }
  }
  for (const { definition, info } of graph.inputs) {
    const { name } = definition;
    const tensorType = info.type?.tensor_type;
    if (!tensorType) throw diagnostics.inputUnsupported(file, name, kindOf(info));
    const element = elementTypeName(tensorType.elem_type);
    const dtype = dataTypeOf(tensorType.elem_type);
    if (!dtype) throw diagnostics.dtypeUnsupported({ file }, name, element);
    if (element === 'float16') notes.push(`input '${name}' is float16 in the file and float32 here`);
    const values = options.bind?.[name];
    if (values !== undefined) {
      const constant = bound(file, name, dtype, tensorType.shape?.dim, options.inputShapes?.[name], values);
      scope.define(definition, scope.editor.constant(name, constant));
      notes.push(`input '${name}' is bound to ${formatType(constant.type)}, a constant of the network`);
      continue;
    }
    const { shape, note } = inputShape(file, name, tensorType.shape?.dim, options.inputShapes?.[name]);
    if (note) notes.push(note);
    const input = scope.editor.input(name, { dtype, shape });
    const wanted = options.inputTypes?.[name];
    if (integerNet && dtype === 'float32') {
      const { value, note: conversion } = asInteger(file, scope, input, wanted);
      scope.define(definition, value);
      if (conversion) notes.push(conversion);
      continue;
    }
    if (wanted !== undefined && wanted !== dtype) {
      const reason = `it is ${dtype}, and only float32 inputs of integer nets can be converted`;
      throw diagnostics.inputTypeInvalid(file, name, wanted, reason);
    }
    scope.define(definition, input);
  }
  return notes;
}

function bound(
  file: string,
  name: string,
  dtype: DataType,
  dims: readonly DimensionProto[] | undefined,
  given: readonly number[] | undefined,
  values: number | readonly number[],
): Tensor {
  const declared = given ?? dims?.map(({ dim_value, dim_param }) => declaredExtent(dim_value, dim_param));
  try {
    return boundTensor(dtype, declared, values);
  } catch (error) {
    if (error instanceof RangeError) throw diagnostics.bindInvalid(file, name, error.message);
    throw error;
  }
}

/** −1 where open. An empty list of axes has the extent 0 by declaration. */
function declaredExtent(value: DimensionProto['dim_value'], name: DimensionProto['dim_param']): number {
  return value === null || value === undefined || name ? -1 : toSafeNumber(value);
}

function asInteger(
  file: string,
  scope: Scope,
  input: Value,
  wanted: string | undefined,
): { readonly value: Value; readonly note?: string } {
  if (wanted === 'float32') return { value: input };
  const dtype = integerInputs.find((type) => type === (wanted ?? 'uint8'));
  if (!dtype || !isInteger(dtype)) {
    throw diagnostics.inputTypeInvalid(
      file,
      input.name,
      wanted ?? '',
      `known: ${integerInputs.join(', ')}, float32`,
    );
  }
  const value = scope.editor.add1(
    ops.cast,
    [input],
    { dtype, saturate: true },
    {
      name: scope.freeName(`${input.name}.${dtype}`),
    },
  );
  const how = wanted === undefined ? ' (the import option inputTypes changes that)' : ', as asked';
  return { value, note: `input '${input.name}' holds integers in float32: converted to ${dtype}${how}` };
}

function inputShape(
  file: string,
  name: string,
  dims: readonly DimensionProto[] | undefined,
  given: readonly number[] | undefined,
): { readonly shape: readonly number[]; readonly note?: string } {
  const example = (shape: readonly number[]): string =>
    `set it with the import option inputShapes: { ${JSON.stringify(name)}: [${shape.join(', ')}] }`;
  if (!dims) {
    if (given) return { shape: [...given] };
    throw diagnostics.inputShapeUnknown(file, name, undefined, example([1, 3, 224, 224]));
  }
  const declared = dims.map(({ dim_value, dim_param }) => {
    const value = dim_value === null || dim_value === undefined ? 0 : toSafeNumber(dim_value);
    return { value, text: value > 0 ? String(value) : dim_param || '?' };
  });
  const texts = declared.map(({ text }) => text);
  if (given) {
    const fits =
      given.length === declared.length &&
      given.every(
        (extent, axis) =>
          Number.isSafeInteger(extent) && extent >= 0 && agrees(declared[axis]?.value ?? 0, extent),
      );
    if (!fits) throw diagnostics.inputShapeMismatch(file, name, given, texts);
    return { shape: [...given] };
  }
  const shape = declared.map(({ value }) => value);
  const open = shape.flatMap((extent, axis) => (extent > 0 ? [] : [axis]));
  if (open.length === 0) return { shape };
  if (open.length === 1 && open[0] === 0 && shape.length > 1) {
    const batch = texts[0] === '?' ? 'unknown' : `'${texts[0] ?? ''}'`;
    return {
      shape: [1, ...shape.slice(1)],
      note: `input '${name}': batch (${batch} in the file) taken as 1`,
    };
  }
  throw diagnostics.inputShapeUnknown(
    file,
    name,
    texts,
    example(shape.map((extent, axis) => (extent > 0 ? extent : axis === 0 ? 1 : 32))),
  );
}

const agrees = (declared: number, given: number): boolean => declared <= 0 || declared === given;

function kindOf({ type }: ValueInfoProto): string {
  if (type?.sequence_type) return 'a sequence';
  if (type?.map_type) return 'a map';
  if (type?.optional_type) return 'an optional value';
  if (type?.sparse_tensor_type) return 'a sparse tensor';
  return 'of no known type';
}
