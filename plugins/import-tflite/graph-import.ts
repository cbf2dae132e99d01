import {
  Graph,
  boundTensor,
  GraphEditor,
  isInteger,
  ops,
  type ImportOptions,
  type ModelInfo,
  type ModelSource,
  type Rounding,
  type Tensor,
  type Value,
} from 'match-compiler';
import {
  bindInvalid,
  controlFlowUnsupported,
  inputShapeMismatch,
  inputShapeUnknown,
  madeTwice,
  noOutputs,
  opUnsupported,
  optionUnsupported,
  outputUndefined,
  shapeFault,
  unknownTensor,
  type OperatorPlace,
} from './diagnostics.ts';
import { dialectOf, type Dialect } from './dialect.ts';
import type { FileOperator, FileTensor, ModelFile } from './file/model.ts';
import { tensorNames, type ImportState } from './import-state.ts';
import { isShapeError, OperatorImport } from './operator-import.ts';
import { controlFlow, operators, type OperatorHandler } from './operators/table.ts';
import { Tensors } from './tensors.ts';

/**
 * The graph of a TFLite file: every tensor that it names is a value of that name, in TFLite's axis order; what works
 * on channels-first tensors stands between transposes. Operators that the outputs do not need are left out.
 * @throws {MatchError} for everything that cannot be imported exactly
 */
export function importGraph(source: ModelSource, model: ModelFile): Graph {
  const { file, options } = source;
  const tensors = new Tensors(file, model, source.bytes.length);
  const names = tensorNames(model.tensors);
  const outputs = outputTensors(file, model, tensors, names, options);
  const needed = neededOperators(file, model, tensors, outputs);
  for (const operator of needed)
    checkSupported({ file, node: names[operator.outputs[0] ?? -1] ?? operator.name, operator });
  const dialect = dialectOf(model, needed, tensors);
  const rounding = roundingOf(file, options, dialect);
  checkOptions(file, model, names, options);

  const editor = new GraphEditor({ name: model.name || 'main', info: info(file, dialect, []) });
  const state: ImportState = {
    file,
    editor,
    tensors,
    rounding,
    values: new Map(),
    inputs: new Set(model.inputs),
    names,
    reserved: new Set(names),
    derived: new Map(),
    channelsFirst: new Map(),
    shapesHold: options.inputShapes === undefined,
    recognised: new Set([`${needed.length} operators of schema version 3, ${dialect}, rounding ${rounding}`]),
  };
  if (model.subgraphs > 1) state.recognised.add(`the first of ${model.subgraphs} subgraphs is imported`);
  addInputs(state, model, options);
  for (const operator of needed) importOperator(state, operator);
  editor.setOutputs(outputValues(state, model, outputs));
  const { name, inputs, outputs: made, nodes } = editor.finish();
  // What was recognised is complete only now.
  return new Graph({ name, inputs, outputs: made, nodes, info: info(file, dialect, [...state.recognised]) });
}

function info(file: string, dialect: Dialect, recognised: readonly string[]): ModelInfo {
  return { file, format: 'tflite', dialect, recognised };
}

function roundingOf(file: string, options: ImportOptions, dialect: Dialect): Rounding {
  if (options.rounding === 'plinio-int') {
    throw optionUnsupported(
      file,
      'rounding',
      "cannot be 'plinio-int' for a TFLite file, which has real scales",
    );
  }
  return options.rounding ?? (dialect === 'int16x8' ? 'tflite-int16x8' : 'tflite-builtin');
}

/** @throws {MatchError} IMPORT_OPTION_UNSUPPORTED, TENSOR_UNKNOWN */
function checkOptions(
  file: string,
  model: ModelFile,
  names: readonly string[],
  options: ImportOptions,
): void {
  if (options.dialect !== undefined) {
    throw optionUnsupported(file, 'dialect', 'has no meaning for a TFLite file, which states its own types');
  }
  if (Object.keys(options.inputTypes ?? {}).length > 0) {
    throw optionUnsupported(
      file,
      'inputTypes',
      'has no meaning for a TFLite file, which states its own types',
    );
  }
  const inputs = model.inputs.map((index) => names[index] ?? '');
  for (const option of ['inputShapes', 'bind'] as const) {
    for (const name of Object.keys(options[option] ?? {})) {
      if (!inputs.includes(name)) throw unknownTensor(file, option, name, inputs);
    }
  }
}

/** The tensors to produce: the model's outputs, or those that the user names. */
function outputTensors(
  file: string,
  model: ModelFile,
  tensors: Tensors,
  names: readonly string[],
  options: ImportOptions,
): FileTensor[] {
  if (!options.outputs) {
    if (model.outputs.length === 0) throw noOutputs(file, model.offset);
    return model.outputs.map((index) => tensors.at(index, 'the list of outputs', model.offset));
  }
  if (options.outputs.length === 0) throw noOutputs(file, model.offset);
  return options.outputs.map((name) => {
    const index = names.indexOf(name);
    if (index < 0) throw unknownTensor(file, 'outputs', name, names);
    return tensors.at(index, 'the option outputs');
  });
}

/** Operators that the outputs depend on, in the file's order. */
function neededOperators(
  file: string,
  model: ModelFile,
  tensors: Tensors,
  outputs: readonly FileTensor[],
): readonly FileOperator[] {
  const producers = new Map<number, FileOperator>();
  for (const operator of model.operators) {
    const user = `${operator.name} (operator ${operator.index})`;
    for (const index of operator.outputs) {
      const tensor = tensors.at(index, user, operator.offset);
      if (producers.has(index)) throw madeTwice({ file, node: tensor.name, operator }, tensor.name);
      producers.set(index, operator);
    }
  }
  const needed = new Set<FileOperator>();
  const pending = outputs.map((tensor) => tensor.index);
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    const operator = producers.get(index);
    if (!operator || needed.has(operator) || model.inputs.includes(index)) continue;
    needed.add(operator);
    for (const input of operator.inputs) if (input >= 0) pending.push(input);
  }
  return model.operators.filter((operator) => needed.has(operator));
}

function addInputs(state: ImportState, model: ModelFile, options: ImportOptions): void {
  for (const index of model.inputs) {
    const tensor = state.tensors.at(index, 'the list of inputs', model.offset);
    if (state.values.has(index)) continue;
    const name = state.names[index] ?? '';
    const values = options.bind?.[name];
    if (values !== undefined) {
      const constant = bound(state, tensor, name, values, options.inputShapes?.[name]);
      state.values.set(index, state.editor.constant(name, constant));
      state.recognised.add(`input '${name}' is bound to a constant of the network`);
      continue;
    }
    const shape = inputShape(state, tensor, options.inputShapes?.[name]);
    state.values.set(index, state.editor.input(name, state.tensors.type(tensor, shape)));
  }
}

function bound(
  state: ImportState,
  tensor: FileTensor,
  name: string,
  values: number | readonly number[],
  given: readonly number[] | undefined,
): Tensor {
  try {
    return boundTensor(state.tensors.dtype(tensor), given ?? tensor.signature ?? tensor.shape, values);
  } catch (error) {
    if (error instanceof RangeError) throw bindInvalid(state.file, name, error.message);
    throw error;
  }
}

/** Batch sizes left open become 1; other open dimensions must be given. */
function inputShape(
  state: ImportState,
  tensor: FileTensor,
  given: readonly number[] | undefined,
): readonly number[] {
  const declared = tensor.signature ?? tensor.shape;
  if (given) {
    const fits =
      given.length === declared.length &&
      given.every((extent, axis) => {
        const wanted = declared[axis] ?? -1;
        return Number.isSafeInteger(extent) && extent > 0 && (wanted === -1 || wanted === extent);
      });
    if (!fits) throw inputShapeMismatch(state.file, tensor, given, declared);
    return given;
  }
  if (declared.some((extent, axis) => extent === -1 && axis > 0))
    throw inputShapeUnknown(state.file, tensor, declared);
  if (declared[0] !== -1) return tensor.shape;
  state.recognised.add(`input '${state.names[tensor.index] ?? ''}' has an open batch size, taken as 1`);
  return [1, ...tensor.shape.slice(1)];
}

/** @throws {MatchError} OP_UNSUPPORTED, SUBGRAPH_UNSUPPORTED */
function checkSupported(place: OperatorPlace): OperatorHandler {
  const { name } = place.operator;
  const handler = operators[name];
  if (handler) return handler;
  throw controlFlow.has(name) ? controlFlowUnsupported(place) : opUnsupported(place, Object.keys(operators));
}

function importOperator(state: ImportState, operator: FileOperator): void {
  const place = new OperatorImport(state, operator);
  let made: Value | readonly Value[];
  try {
    made = checkSupported(place)(place);
  } catch (error) {
    if (isShapeError(error)) throw shapeFault(place, error.message);
    throw error;
  }
  [made].flat().forEach((value, i) => state.values.set(place.outputTensor(i).index, value));
}

/** Distinct values that nodes make: inputs, constants and repeated outputs go through an identity. */
function outputValues(state: ImportState, model: ModelFile, outputs: readonly FileTensor[]): Value[] {
  const taken = new Set(model.inputs.map((index) => state.values.get(index)));
  return outputs.map((tensor) => {
    const value = state.values.get(tensor.index) ?? constantOutput(state, tensor);
    if (!value.constant && !taken.has(value)) {
      taken.add(value);
      return value;
    }
    const name = `${state.names[tensor.index] ?? ''}:output`;
    return state.editor.add1(ops.identity, [value], {}, { name, types: [value.type] });
  });
}

function constantOutput(state: ImportState, tensor: FileTensor): Value {
  if (!state.tensors.hasData(tensor)) throw outputUndefined(state.file, tensor);
  const { type, data } = state.tensors.constant(tensor);
  const quantization = isInteger(type.dtype) ? state.tensors.quantization(tensor, type.dtype) : undefined;
  const value = state.editor.constant(state.names[tensor.index] ?? '', {
    type: { ...type, ...(quantization && { quantization }) },
    data,
  });
  state.values.set(tensor.index, value);
  return value;
}
