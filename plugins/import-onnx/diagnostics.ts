import { MatchError, nearest, type DiagnosticLocation } from 'match-compiler';
import type { ModelNode } from './model.ts';

/** Every error of the importer: what happened, in which node or at which byte, and what to do. */

type Location = DiagnosticLocation;

const nodeLocation = ({ loc }: ModelNode): Location => ({ file: loc.file, node: loc.node, op: loc.op });

function error(
  code: string,
  message: string,
  loc: Location,
  hint?: string,
  notes?: readonly string[],
): MatchError {
  return new MatchError({ code, message, loc, ...(hint && { hint }), ...(notes?.length && { notes }) });
}

// The file

export const emptyFile = (file: string): MatchError =>
  error(
    'MODEL_EMPTY',
    'the model file is empty',
    { file, offset: 0 },
    'was it downloaded or exported completely?',
  );

export const notOnnx = (file: string, offset: number, reason: string): MatchError =>
  error(
    'MODEL_DECODE',
    `not a readable ONNX file: ${reason}`,
    { file, offset },
    'was it downloaded completely? A Git LFS pointer and an HTML page look like this as well',
  );

export const noGraph = (file: string): MatchError =>
  error('MODEL_NO_GRAPH', 'the file is ONNX, but holds no graph', { file }, 'export the model again');

export const functionsUnsupported = (file: string, names: readonly string[]): MatchError =>
  error(
    'FUNCTIONS_UNSUPPORTED',
    `the model defines functions of its own (${names.join(', ')})`,
    { file },
    'inline them before import, e.g. with onnx.inliner.inline_local_functions',
  );

export const opsetUnsupported = (file: string, version: number | undefined, oldest: number): MatchError =>
  error(
    'OPSET_UNSUPPORTED',
    version === undefined
      ? 'the model does not say which operator set it uses'
      : `operator set ${version} is not supported`,
    { file },
    `opset ${oldest} or newer is read; onnx.version_converter raises a model's opset`,
  );

// Tensors

export const tensorInvalid = (file: string, tensor: string, reason: string, hint?: string): MatchError =>
  error('TENSOR_INVALID', `tensor '${tensor}' ${reason}`, { file, tensor }, hint);

export const dtypeUnsupported = (loc: Location, tensor: string, type: string): MatchError =>
  error(
    'DTYPE_UNSUPPORTED',
    `tensor '${tensor}' has elements of type ${type}`,
    { ...loc, tensor },
    'read are bool, (u)int8 to (u)int64, float16 (as float32), float32 and float64',
  );

export const sparseUnsupported = (file: string, tensor: string): MatchError =>
  error(
    'TENSOR_SPARSE',
    `tensor '${tensor}' is sparse`,
    { file, tensor },
    'export the model with dense weights',
  );

// Inputs and outputs

export const inputShapeUnknown = (
  file: string,
  input: string,
  shape: readonly string[] | undefined,
  hint: string,
): MatchError =>
  error(
    'INPUT_SHAPE_UNKNOWN',
    shape ? `input '${input}' has the open shape [${shape.join(', ')}]` : `input '${input}' has no shape`,
    { file, tensor: input },
    hint,
  );

export const inputShapeMismatch = (
  file: string,
  input: string,
  given: readonly number[],
  shape: readonly string[],
): MatchError =>
  error(
    'INPUT_SHAPE_MISMATCH',
    `inputShapes gives [${given.join(', ')}] for '${input}', which the model declares as [${shape.join(', ')}]`,
    { file, tensor: input },
    'only open dimensions can be set',
  );

export const bindInvalid = (file: string, input: string, reason: string): MatchError =>
  error(
    'BIND_INVALID',
    `bind gives values for '${input}' that do not fit: ${reason}`,
    { file, tensor: input },
    'give all elements of the input in row-major order',
  );

export const inputUnsupported = (file: string, input: string, kind: string): MatchError =>
  error('INPUT_UNSUPPORTED', `input '${input}' is ${kind}, not a tensor`, { file, tensor: input });

export const unknownTensor = (
  file: string,
  option: string,
  name: string,
  known: readonly string[],
  kind = 'tensor',
): MatchError => {
  const near = nearest(name, known);
  const list = known.length > 12 ? `${known.slice(0, 12).join(', ')}, …` : known.join(', ');
  return error(
    'TENSOR_UNKNOWN',
    `${option}: the model has no ${kind} '${name}'`,
    { file, tensor: name },
    near ? `did you mean '${near}'?` : `it has ${list}`,
  );
};

export const outputMissing = (file: string, output: string): MatchError =>
  error('OUTPUT_UNDEFINED', `no node makes the output '${output}'`, { file, tensor: output });

export const noOutputs = (file: string): MatchError =>
  error(
    'MODEL_NO_OUTPUTS',
    'the graph has no outputs',
    { file },
    'name some with the import option `outputs`',
  );

// Structure

export const undefinedInput = (node: ModelNode, tensor: string, known: Iterable<string>): MatchError => {
  const near = nearest(tensor, known);
  return error(
    'INPUT_UNDEFINED',
    `node '${node.loc.node}' reads '${tensor}', which no node makes and no initializer holds`,
    { ...nodeLocation(node), tensor },
    near ? `the model has '${near}'` : 'the file seems to be cut out of a larger model',
  );
};

export const modelCycle = (file: string, nodes: readonly ModelNode[]): MatchError => {
  const names = nodes.map((node) => node.loc.node);
  const shown = names.length > 8 ? [...names.slice(0, 7), '…', names.at(-1) ?? ''] : names;
  const [first] = nodes;
  return error(
    'MODEL_CYCLE',
    `nodes depend on each other in a circle: ${[...shown, shown[0]].join(' → ')}`,
    first ? nodeLocation(first) : { file },
  );
};

// Operators

export const opUnsupported = (node: ModelNode, opset: number, known: readonly string[]): MatchError => {
  const near = nearest(node.op, known);
  const domain = node.domain === '' ? '' : ` of domain ${node.domain}`;
  return error(
    'OP_UNSUPPORTED',
    `operator ${node.op}${domain} (opset ${opset}) is not supported`,
    nodeLocation(node),
    near ? `nearest supported: ${near}` : 'the import option `outputs` can cut the net before it',
  );
};

export const subgraphUnsupported = (node: ModelNode): MatchError =>
  error(
    'SUBGRAPH_UNSUPPORTED',
    `operator ${node.op} carries a graph of its own: control flow is not supported`,
    nodeLocation(node),
    'export the model with the branch taken or the loop unrolled',
  );

export const inputCount = (node: ModelNode, index: number): MatchError =>
  error('INPUT_MISSING', `${node.op} needs an input ${index + 1}`, nodeLocation(node));

export const attributeInvalid = (
  node: ModelNode,
  attribute: string,
  reason: string,
  hint?: string,
): MatchError =>
  error('ATTRIBUTE_UNSUPPORTED', `${node.op}: attribute ${attribute} ${reason}`, nodeLocation(node), hint);

export const constantRequired = (node: ModelNode, tensor: string, role: string): MatchError =>
  error(
    'CONSTANT_REQUIRED',
    `${node.op}: its ${role} '${tensor}' must be known when the model is compiled`,
    { ...nodeLocation(node), tensor },
    'it is computed at run time here; a simplifier that folds constants helps where it follows from shapes or weights',
  );

export const inputUnbound = (
  node: ModelNode,
  tensor: string,
  role: string,
  names: readonly string[],
): MatchError =>
  error(
    'INPUT_UNBOUND',
    names.length > 1
      ? `the inputs ${names.map((name) => `'${name}'`).join(', ')} must be known when the model is compiled; '${tensor}' is the ${role} of ${node.op}`
      : `the input '${tensor}', the ${role} of ${node.op}, must be known when the model is compiled`,
    { ...nodeLocation(node), tensor },
    `give their values: bind: { ${names.map((name) => `${JSON.stringify(name)}: […]`).join(', ')} } in the configuration, or --bind ${tensor}=… on the command line`,
  );

export const notSupported = (node: ModelNode, what: string, hint?: string): MatchError =>
  error('FEATURE_UNSUPPORTED', `${node.op}: ${what}`, nodeLocation(node), hint);

export const scaleInvalid = (node: ModelNode, role: string, scale: number): MatchError =>
  error(
    'QUANTIZATION_INVALID',
    `${node.op}: its ${role} is ${scale}, which is no positive number`,
    nodeLocation(node),
    'the model must be quantized again',
  );

export const shapeFault = (node: ModelNode, message: string, inputs: readonly string[]): MatchError =>
  error('MODEL_SHAPE', `${node.op}: ${message}`, nodeLocation(node), undefined, inputs);

// Dialects

export const dialectUnknown = (file: string, dialect: string, known: readonly string[]): MatchError => {
  const near = nearest(dialect, known);
  return error(
    'DIALECT_UNKNOWN',
    `there is no dialect '${dialect}'`,
    { file },
    near ? `did you mean '${near}'?` : `known: ${known.join(', ')}`,
  );
};

export const notInteger = (node: ModelNode, tensor: string, value: number): MatchError =>
  error(
    'DIALECT_NOT_INTEGER',
    `${node.op}: '${tensor}' holds ${value}, which is no integer, in a net read as an integer dialect`,
    { ...nodeLocation(node), tensor },
    "the import option `dialect: 'float'` reads it as a float net",
  );

export const inputTypeInvalid = (file: string, input: string, type: string, reason: string): MatchError =>
  error('INPUT_TYPE_INVALID', `inputTypes gives '${type}' for '${input}': ${reason}`, {
    file,
    tensor: input,
  });
