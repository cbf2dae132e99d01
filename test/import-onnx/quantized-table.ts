import test from 'ava';
import { tensor, type DataType, type Rounding, type Tensor } from 'match-compiler';
import { node, valueInfo, type Attribute, type ModelParts } from '../support/onnx-model.ts';
import { numbers, operators, run } from './run-model.ts';

export const scalar = (dtype: DataType, value: number): Tensor => tensor(dtype, [], [value]);
export const scale = (value: number): Tensor => scalar('float32', value);
export const u8 = (shape: readonly number[], values: readonly number[]): Tensor =>
  tensor('uint8', shape, values);
export const i8 = (shape: readonly number[], values: readonly number[]): Tensor =>
  tensor('int8', shape, values);

export const microsoft = 'com.microsoft';

/** One quantized node with constants, and what it gives. */
export interface QuantizedRow {
  readonly name: string;
  readonly op: string;
  readonly domain?: string;
  /** The first is the graph's input, the others are constants; null is left out. */
  readonly inputs: readonly (Tensor | null)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly rounding?: Rounding;
  readonly expected: Tensor;
  readonly nodes?: readonly string[];
}

/** A model of the node. */
export function partsOf({ op, domain, inputs, attributes, expected }: QuantizedRow): ModelParts {
  const [x, ...constants] = inputs;
  if (!x) throw new TypeError('no input');
  return {
    nodes: [
      node(
        op,
        inputs.map((input, i) => (input ? `in${i}` : '')),
        ['y'],
        attributes,
        domain ? { domain } : {},
      ),
    ],
    inputs: [valueInfo('in0', x.type.dtype, x.type.shape)],
    outputs: [valueInfo('y', expected.type.dtype, expected.type.shape)],
    initializers: Object.fromEntries(constants.flatMap((value, i) => (value ? [[`in${i + 1}`, value]] : []))),
    opset: 21,
    opsets: [{ domain: microsoft, version: 1 }],
  };
}

/** A test for each row: imports the node in a model of its own and runs it. */
export function testQuantizedRows(rows: readonly QuantizedRow[]): void {
  for (const row of rows) {
    test(`quantized operators: ${row.name}`, async (t) => {
      const [x] = row.inputs;
      const setup = row.rounding ? { options: { rounding: row.rounding } } : {};
      const { graph, outputs } = await run(t, partsOf(row), x ? [x] : [], setup);
      t.is(outputs[0]?.type.dtype, row.expected.type.dtype);
      t.deepEqual(outputs[0]?.type.shape, row.expected.type.shape);
      t.deepEqual(numbers(outputs[0]), numbers(row.expected));
      t.is(graph.outputs[0]?.name, 'y');
      if (row.nodes) t.deepEqual(operators(graph), row.nodes);
    });
  }
}
