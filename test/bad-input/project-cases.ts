import type { BadInput } from './bad-input.ts';
import { soundOnnx } from './onnx-cases.ts';

const sound = { 'model.onnx': soundOnnx };

function config(
  title: string,
  text: string,
  code: string,
  names?: BadInput['names'],
  says?: RegExp,
): BadInput {
  return {
    title: `configuration: ${title}`,
    files: { ...sound, 'package.json': '{}', 'match.config.mjs': text },
    code,
    ...(names && { names }),
    ...(says && { says }),
  };
}

const plugin = (body: string): string => `export default { models: ['model.onnx'], plugins: [${body}] };`;

export const projectInputs: readonly BadInput[] = [
  {
    title: 'a model that is not there',
    files: {},
    model: 'model.onnx',
    code: 'MODEL_MISSING',
    names: 'file',
  },
  {
    title: 'a folder in place of a model',
    files: { 'model.onnx/x': '' },
    model: 'model.onnx',
    code: 'MODEL_NOT_A_FILE',
    names: 'file',
  },
  {
    title: 'a file of an unknown format',
    files: { 'model.h5': 'HDF' },
    model: 'model.h5',
    code: 'MODEL_FORMAT_UNKNOWN',
    names: 'file',
  },
  { title: 'no model at all', files: {}, code: 'CONFIG_NO_MODEL' },
  config('an unknown key', `export default { modles: [] };`, 'CONFIG_UNKNOWN_KEY', 'file', /models/),
  config('a value of the wrong type', `export default { models: 'model.onnx' };`, 'CONFIG_INVALID', 'file'),
  config(
    'a dialect that is not there',
    `export default { models: [{ file: 'model.onnx', dialect: 'foat' }] };`,
    'DIALECT_UNKNOWN',
    'file',
    /float/,
  ),
  config(
    'an output that is not there',
    `export default { models: [{ file: 'model.onnx', outputs: ['z'] }] };`,
    'TENSOR_UNKNOWN',
    'tensor',
  ),
  config(
    'a shape for an input that is not there',
    `export default { models: [{ file: 'model.onnx', inputShapes: { xx: [1] } }] };`,
    'TENSOR_UNKNOWN',
    'tensor',
  ),
  config(
    'a shape against the model',
    `export default { models: [{ file: 'model.onnx', inputShapes: { x: [1, 3, 9, 9] } }] };`,
    'INPUT_SHAPE_MISMATCH',
    'tensor',
  ),
  config(
    'a plugin that throws',
    plugin(`{ name: 'bad', transform() { throw new Error('boom'); } }`),
    'PLUGIN_FAILED',
    'plugin',
    /boom/,
  ),
  config(
    'a plugin that rejects',
    plugin(`{ name: 'bad', async emit() { throw 'boom'; } }`),
    'PLUGIN_FAILED',
    'plugin',
    /boom/,
  ),
  config(
    'a plugin that breaks the graph',
    plugin(
      `{ name: 'bad', transform: (graph) => Object.assign(Object.create(Object.getPrototypeOf(graph)), {}) }`,
    ),
    'LEVEL_BROKEN',
    'plugin',
  ),
  config(
    'a plugin that emits outside the folder',
    plugin(`{ name: 'bad', emit: (bundle) => bundle.withFile({ path: '../evil.c', content: '' }) }`),
    'PLUGIN_FAILED',
    'plugin',
    /evil/,
  ),
  config('two plugins of one name', plugin(`{ name: 'a' }, { name: 'a' }`), 'PLUGIN_DUPLICATE', 'plugin'),
  config(
    'plugins that each want to be first',
    plugin(
      `{ name: 'a', transform: { before: 'b', handler() {} } }, { name: 'b', transform: { before: 'a', handler() {} } }`,
    ),
    'PLUGIN_ORDER',
    'plugin',
  ),
  config(
    'a plugin before one that is not there',
    plugin(`{ name: 'a', transform: { before: 'c', handler() {} } }`),
    'PLUGIN_BEFORE_UNKNOWN',
    'plugin',
  ),
  config(
    'a target without memory enough',
    `import { hostTarget } from 'match-compiler/plugins/host'; export default { models: ['model.onnx'], targets: [{ name: 'tiny', target: { ...hostTarget({ ram: 64 }), name: 'tiny' } }] };`,
    'MEMORY_EXCEEDED',
    undefined,
    /64/,
  ),
  {
    title: 'an output folder that is a file',
    files: { ...sound, 'match-out': 'mine' },
    model: 'model.onnx',
    code: 'OUTPUT_NOT_A_FOLDER',
    names: 'file',
  },
  {
    title: "an output folder with somebody's files",
    files: { ...sound, 'match-out/thesis.tex': 'mine' },
    model: 'model.onnx',
    code: 'OUTPUT_NOT_OURS',
    names: 'file',
    says: /thesis\.tex/,
  },
];
