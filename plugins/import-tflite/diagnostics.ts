import { MatchError, nearest, type DiagnosticLocation } from 'match-compiler';
import type { FileOperator, FileTensor } from './file/model.ts';

/** Every error of the importer: what happened, in which operator or at which byte, and what to do. */

/** An operator together with where it is: what an error about it needs. */
export interface OperatorPlace {
  readonly file: string;
  /** Name of its first output tensor. */
  readonly node: string;
  readonly operator: FileOperator;
}

type Location = DiagnosticLocation;

const at = ({ file, node, operator }: OperatorPlace): Location => ({
  file,
  node,
  op: operator.name,
  offset: operator.offset,
});

const tensorAt = (file: string, tensor: FileTensor): Location => ({
  file,
  tensor: tensorLabel(tensor),
  offset: tensor.offset,
});

/** What a tensor is called where it has no name. */
export function tensorLabel(tensor: FileTensor): string {
  return tensor.name === '' ? `tensor_${tensor.index}` : tensor.name;
}

function error(code: string, message: string, loc: Location, hint?: string): MatchError {
  return new MatchError({ code, message, loc, ...(hint && { hint }) });
}

// The file

export const emptyFile = (file: string): MatchError =>
  error(
    'MODEL_EMPTY',
    'the model file is empty',
    { file, offset: 0 },
    'was it downloaded or exported completely?',
  );

export const notTflite = (file: string, offset: number, reason: string): MatchError =>
  error(
    'MODEL_DECODE',
    `not a readable TFLite file: ${reason}`,
    { file, offset },
    'was it downloaded completely? A Git LFS pointer and an HTML page look like this as well',
  );

export const bindInvalid = (file: string, input: string, reason: string): MatchError =>
  error(
    'BIND_INVALID',
    `bind gives values for '${input}' that do not fit: ${reason}`,
    { file, tensor: input },
    'give all elements of the input in row-major order',
  );

export const inputUnbound = (place: OperatorPlace, tensor: string, role: string): MatchError =>
  error(
    'INPUT_UNBOUND',
    `the input '${tensor}', the ${role} of ${place.operator.name}, must be known when the model is compiled`,
    { ...at(place), tensor },
    `give its values: bind: { ${JSON.stringify(tensor)}: […] } in the configuration, or --bind ${tensor}=… on the command line`,
  );

export const noOutputs = (file: string, offset: number): MatchError =>
  error(
    'MODEL_NO_OUTPUTS',
    'the graph has no outputs',
    { file, offset },
    'name some with the import option `outputs`',
  );

// Tensors

export const tensorIndex = (
  file: string,
  index: number,
  count: number,
  user: string,
  offset?: number,
): MatchError =>
  error('TENSOR_INDEX', `${user} refers to tensor ${index} of ${count}`, {
    file,
    ...(offset !== undefined && { offset }),
  });

export const tensorInvalid = (
  file: string,
  tensor: FileTensor,
  reason: string,
  offset = tensor.offset,
): MatchError =>
  error('TENSOR_INVALID', `tensor '${tensorLabel(tensor)}' ${reason}`, { ...tensorAt(file, tensor), offset });

export const dtypeUnsupported = (file: string, tensor: FileTensor, type: string): MatchError =>
  error(
    'DTYPE_UNSUPPORTED',
    `tensor '${tensorLabel(tensor)}' has elements of type ${type}`,
    tensorAt(file, tensor),
    'read are bool, (u)int8 to (u)int64, float32, float64, and constants of float16',
  );

export const sparseUnsupported = (file: string, tensor: FileTensor): MatchError =>
  error(
    'TENSOR_SPARSE',
    `tensor '${tensorLabel(tensor)}' is sparse`,
    tensorAt(file, tensor),
    'export the model with dense weights',
  );

export const variableUnsupported = (file: string, tensor: FileTensor): MatchError =>
  error(
    'TENSOR_VARIABLE',
    `tensor '${tensorLabel(tensor)}' is a variable that keeps its value between runs`,
    tensorAt(file, tensor),
    'make the state an input and an output of the model',
  );

export const constantsTooLarge = (file: string, tensor: FileTensor): MatchError =>
  error(
    'TENSOR_INVALID',
    `tensor '${tensorLabel(tensor)}' is the last of many that share the same bytes: together they exceed the file many times`,
    tensorAt(file, tensor),
  );

export const quantizationInvalid = (file: string, tensor: FileTensor, reason: string): MatchError =>
  error(
    'QUANTIZATION_INVALID',
    `tensor '${tensorLabel(tensor)}' ${reason}`,
    tensorAt(file, tensor),
    'the model must be quantized and converted again',
  );

// Inputs and outputs

export const inputShapeUnknown = (file: string, tensor: FileTensor, shape: readonly number[]): MatchError =>
  error(
    'INPUT_SHAPE_UNKNOWN',
    `input '${tensorLabel(tensor)}' has the open shape [${openShape(shape)}]`,
    tensorAt(file, tensor),
    `set it with the import option \`inputShapes: { ${JSON.stringify(tensorLabel(tensor))}: [${shape.map((n) => (n < 0 ? '…' : n)).join(', ')}] }\``,
  );

export const inputShapeMismatch = (
  file: string,
  tensor: FileTensor,
  given: readonly number[],
  declared: readonly number[],
): MatchError =>
  error(
    'INPUT_SHAPE_MISMATCH',
    `inputShapes gives [${given.join(', ')}] for '${tensorLabel(tensor)}', which the model declares as [${openShape(declared)}]`,
    tensorAt(file, tensor),
    'only open dimensions can be set, to positive integers',
  );

export const unknownTensor = (
  file: string,
  option: string,
  name: string,
  known: readonly string[],
): MatchError => {
  const near = nearest(name, known);
  const list = known.length > 12 ? `${known.slice(0, 12).join(', ')}, …` : known.join(', ');
  return error(
    'TENSOR_UNKNOWN',
    `${option}: the model has no tensor '${name}'`,
    { file, tensor: name },
    near ? `did you mean '${near}'?` : `it has ${list}`,
  );
};

export const outputUndefined = (file: string, tensor: FileTensor): MatchError =>
  error('OUTPUT_UNDEFINED', `no operator makes the output '${tensorLabel(tensor)}'`, tensorAt(file, tensor));

export const optionUnsupported = (file: string, option: string, reason: string): MatchError =>
  error('IMPORT_OPTION_UNSUPPORTED', `the import option \`${option}\` ${reason}`, { file }, 'leave it out');

// Operators

export const opUnsupported = (place: OperatorPlace, known: readonly string[]): MatchError => {
  const { name, code, customCode, version } = place.operator;
  const near = name === 'CUSTOM' ? undefined : nearest(name, known);
  const custom = customCode?.startsWith('Flex')
    ? `the TensorFlow operator ${customCode} (flex) is not supported`
    : `the custom operator '${customCode ?? ''}' is not supported`;
  return error(
    'OP_UNSUPPORTED',
    name === 'CUSTOM'
      ? custom
      : `operator ${name} (builtin code ${code}, version ${version}) is not supported`,
    at(place),
    near
      ? `nearest supported: ${near}`
      : 'docs/operators.md lists what is supported; the import option `outputs` can cut the net before it',
  );
};

export const controlFlowUnsupported = (place: OperatorPlace): MatchError =>
  error(
    'SUBGRAPH_UNSUPPORTED',
    `operator ${place.operator.name} runs another subgraph: control flow is not supported`,
    at(place),
    'convert the model with the branch taken or the loop unrolled',
  );

export const inputMissing = (place: OperatorPlace, index: number): MatchError =>
  error('INPUT_MISSING', `${place.operator.name} needs an input ${index + 1}`, at(place));

export const outputMissing = (place: OperatorPlace, index: number): MatchError =>
  error('OUTPUT_MISSING', `${place.operator.name} needs an output ${index + 1}`, at(place));

export const undefinedInput = (place: OperatorPlace, tensor: string): MatchError =>
  error(
    'INPUT_UNDEFINED',
    `${place.operator.name} reads '${tensor}', which has no data and which no operator before it makes`,
    { ...at(place), tensor },
  );

export const madeTwice = (place: OperatorPlace, tensor: string): MatchError =>
  error('OUTPUT_TWICE', `'${tensor}' is made a second time`, { ...at(place), tensor });

export const attributeInvalid = (
  place: OperatorPlace,
  attribute: string,
  reason: string,
  hint?: string,
): MatchError =>
  error('ATTRIBUTE_UNSUPPORTED', `${place.operator.name}: ${attribute} ${reason}`, at(place), hint);

export const constantRequired = (place: OperatorPlace, tensor: string, role: string): MatchError =>
  error(
    'CONSTANT_REQUIRED',
    `${place.operator.name}: its ${role} '${tensor}' must be known when the model is compiled`,
    { ...at(place), tensor },
    'convert the model with fixed input shapes, so that the converter computes it',
  );

export const notSupported = (place: OperatorPlace, what: string, hint?: string): MatchError =>
  error('FEATURE_UNSUPPORTED', `${place.operator.name}: ${what}`, at(place), hint);

export const typesUnsupported = (place: OperatorPlace, types: string): MatchError =>
  error('FEATURE_UNSUPPORTED', `${place.operator.name} on ${types} is not supported`, at(place));

export const operatorQuantization = (place: OperatorPlace, tensor: string, reason: string): MatchError =>
  error('QUANTIZATION_INVALID', `${place.operator.name}: tensor '${tensor}' ${reason}`, {
    ...at(place),
    tensor,
  });

export const shapeFault = (place: OperatorPlace, message: string): MatchError =>
  error('MODEL_SHAPE', `${place.operator.name}: ${message}`, at(place));

function openShape(shape: readonly number[]): string {
  return shape.map((extent) => (extent < 0 ? '?' : extent)).join(', ');
}
