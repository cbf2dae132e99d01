import test from 'ava';
import { tensor, type Tensor } from 'match-compiler';
import { elementTypes, type ElementType } from 'match-compiler/plugins/import-onnx';
import { node, valueInfo, type Attribute } from '../support/onnx-model.ts';
import { numbers, operators, run } from './run-model.ts';

/** One node with constants, and what it gives. */
export interface Row {
  readonly name: string;
  readonly op: string;
  readonly opset?: number;
  /** The first is the graph's input, the others are constants; null is left out. */
  readonly inputs: readonly (Tensor | null)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputs?: number;
  /** Per output. */
  readonly shapes: readonly (readonly number[])[];
  readonly values: readonly (readonly number[])[];
  /** Operators of the graph, where that matters. */
  readonly nodes?: readonly string[];
  readonly tolerance?: number;
}

export const f = (shape: readonly number[], values: readonly number[]): Tensor =>
  tensor('float32', shape, values);
export const i64 = (...values: number[]): Tensor => tensor('int64', [values.length], values);
/** 0, 1, 2, … */
export const iota = (...shape: number[]): Tensor =>
  f(
    shape,
    Array.from({ length: shape.reduce((product, extent) => product * extent, 1) }, (_, i) => i),
  );
/** The file's code of an element type. */
export const code = (type: ElementType): number => elementTypes.indexOf(type);

/** A test for each row: imports the node in a model of its own and runs it. */
export function testRows(rows: readonly Row[]): void {
  for (const row of rows) testRow(row);
}

function testRow({
  name,
  op,
  opset = 13,
  inputs,
  attributes,
  outputs: count = 1,
  shapes,
  values,
  nodes,
  tolerance = 0,
}: Row): void {
  test(`operators: ${name}`, async (t) => {
    const [x, ...constants] = inputs;
    if (!x) throw new TypeError('no input');
    const names = inputs.map((input, i) => (input ? `in${i}` : ''));
    const results = Array.from({ length: count }, (_, i) => `out${i}`);
    const { graph, outputs } = await run(
      t,
      {
        nodes: [node(op, names, results, attributes)],
        inputs: [valueInfo('in0', x.type.dtype, x.type.shape)],
        outputs: results,
        initializers: Object.fromEntries(
          constants.flatMap((value, i) => (value ? [[`in${i + 1}`, value]] : [])),
        ),
        opset,
      },
      [x],
    );
    t.deepEqual(
      outputs.map(({ type }) => type.shape),
      shapes,
    );
    t.deepEqual(
      graph.outputs.map((output) => output.name),
      results,
    );
    if (nodes) t.deepEqual(operators(graph), nodes);
    outputs.forEach((output, i) => {
      const found = numbers(output);
      if (tolerance === 0)
        t.deepEqual(
          found.map((value) => value + 0),
          values[i],
        );
      else
        found.forEach((value, j) =>
          t.true(Math.abs(value - (values[i]?.[j] ?? NaN)) <= tolerance, `${value}`),
        );
    });
  });
}
