import test from 'ava';
import { importModel, node, valueInfo, type ModelParts } from '../support/onnx-model.ts';
import { refusal } from './run-model.ts';

const shapes: readonly {
  readonly name: string;
  readonly declared: readonly (number | string | undefined)[] | undefined;
  readonly given?: readonly number[];
  readonly shape?: readonly number[];
  readonly code?: string;
}[] = [
  { name: 'fixed', declared: [2, 3], shape: [2, 3] },
  { name: 'a symbolic batch', declared: ['N', 3], shape: [1, 3] },
  { name: 'an unknown batch', declared: [undefined, 3], shape: [1, 3] },
  { name: 'a batch of 0', declared: [0, 3], shape: [1, 3] },
  { name: 'a batch of -1', declared: [-1, 3], shape: [1, 3] },
  { name: 'another open dimension', declared: ['N', 3, 'H', 8], code: 'INPUT_SHAPE_UNKNOWN' },
  { name: 'an open vector', declared: ['N'], code: 'INPUT_SHAPE_UNKNOWN' },
  { name: 'no shape', declared: undefined, code: 'INPUT_SHAPE_UNKNOWN' },
  { name: 'a given shape', declared: ['N', 3, 'H', 8], given: [2, 3, 4, 8], shape: [2, 3, 4, 8] },
  { name: 'a given shape for none', declared: undefined, given: [5], shape: [5] },
  {
    name: 'a given shape of another rank',
    declared: ['N', 3],
    given: [2, 3, 1],
    code: 'INPUT_SHAPE_MISMATCH',
  },
  {
    name: 'a given shape against a fixed one',
    declared: ['N', 3],
    given: [2, 4],
    code: 'INPUT_SHAPE_MISMATCH',
  },
];

for (const { name, declared, given, shape, code } of shapes) {
  test(`input shapes: ${name}`, async (t) => {
    const parts: ModelParts = {
      nodes: [node('Relu', ['x'], ['y'])],
      inputs: [valueInfo('x', 'float32', declared)],
      outputs: ['y'],
    };
    const setup = given ? { options: { inputShapes: { x: given } } } : {};
    if (code) {
      const found = await refusal(parts, setup);
      t.is(found.code, code);
      t.regex(found.message, /'x'/);
      if (code === 'INPUT_SHAPE_UNKNOWN') t.regex(found.hint ?? '', /inputShapes: \{ "x": \[/);
      return;
    }
    const graph = await importModel(parts, setup);
    t.deepEqual(graph.inputs[0]?.type.shape, shape);
    const told = graph.info.recognised.some((line) => line.includes('taken as 1'));
    t.is(told, !given && declared?.[0] !== 2);
  });
}

test('inputShapes for an input that does not exist is refused', async (t) => {
  const parts: ModelParts = {
    nodes: [node('Relu', ['image'], ['y'])],
    inputs: [valueInfo('image', 'float32', ['N', 3])],
    outputs: ['y'],
  };
  const { code, hint } = await refusal(parts, { options: { inputShapes: { imge: [1, 3] } } });
  t.is(code, 'TENSOR_UNKNOWN');
  t.is(hint, "did you mean 'image'?");
});
