import { createData } from '../ir/data-type.ts';
import { defineOp, ShapeError, type OpDefinition } from '../ir/op.ts';
import { elementCount, type Shape, type Tensor, type TensorType } from '../ir/tensor.ts';
import { recurrentActivations, recurrentCurves, type RecurrentActivation } from './recurrent-activations.ts';
import { expectDtype, expectInputs, expectOneOf, resultType } from './type-checks.ts';

/**
 * What the inputs of a recurrent layer are. With T steps, batch B, I inputs, H hidden units and G gates: `x` [T,B,I],
 * `weights` [G·H,I], `recurrence` [G·H,H], `bias` [G·H], `recurrent_bias` [H] (of a GRU that resets after
 * the product), `lengths`
 * [B] int32, `hidden` [B,H], `cell` [B,H], `peepholes` [3·H].
 */
export type RecurrentOperand =
  'x' | 'weights' | 'recurrence' | 'bias' | 'recurrent_bias' | 'lengths' | 'hidden' | 'cell' | 'peepholes';

/** Attributes of the recurrent layers, which run in one direction. */
export type RecurrentAttributes = {
  /** What each input is: `x`, `weights`, `recurrence` and any of the others. */
  readonly operands: readonly string[];
  /** From the last step of each sequence to the first. */
  readonly reverse: boolean;
  /** The sums of the gates are limited to −clip…clip before their activations; 0: they are not. */
  readonly clip: number;
  /** One function per kind of activation, with its parameters (0 where it has none). */
  readonly activations: readonly string[];
  readonly alphas: readonly number[];
  readonly betas: readonly number[];
};

/** One step of one sequence: what a cell computes from. */
export interface CellStep {
  /** Gate of a unit before its activation, the input's part: bias + Σ x·w. */
  readonly input: (gate: number, unit: number) => number;
  /** start + Σ state·r over the units of a state. */
  readonly recurrent: (start: number, gate: number, unit: number, state: Float64Array) => number;
  /** Activation of the given kind, its input limited unless told otherwise. */
  readonly activate: (kind: number, x: number, limited?: boolean) => number;
  /** Element of a vector operand, 0 without it. */
  readonly vector: (operand: RecurrentOperand, index: number) => number;
  readonly round: (value: number) => number;
  /** Hidden state before the step, and after it (to be filled). */
  readonly hidden: Float64Array;
  readonly next: Float64Array;
  /** Cell state, to be replaced. */
  readonly cell: Float64Array;
  readonly units: number;
}

interface Layer<A extends RecurrentAttributes> {
  readonly name: string;
  readonly summary: string;
  readonly gates: number;
  readonly activations: number;
  readonly hasCell: boolean;
  readonly optional: (attributes: A) => readonly RecurrentOperand[];
  readonly step: (step: CellStep, attributes: A) => void;
}

/**
 * A recurrent layer. Results: every hidden state [T,B,H], zero behind the end of a sequence, the last hidden state
 * [B,H] and, with cells, the last cell state [B,H]. Sums run over the inputs, then over the units, from the bias on.
 */
export function defineRecurrent<A extends RecurrentAttributes>(layer: Layer<A>): OpDefinition<A> {
  const { name, summary, gates } = layer;
  return defineOp<A>({
    name,
    summary,
    inexact: true,
    infer(inputs, attributes) {
      const { operands, clip, activations, alphas, betas } = attributes;
      expectInputs(name, inputs, 3, Infinity);
      if (inputs.length !== operands.length)
        throw new ShapeError(`${name}: ${inputs.length} inputs for ${operands.length} operands`);
      const allowed = ['x', 'weights', 'recurrence', ...layer.optional(attributes)];
      for (const operand of operands) expectOneOf(name, 'an operand', operand, allowed);
      for (const activation of activations)
        expectOneOf(name, 'an activation', activation, [...recurrentActivations]);
      const counts = [activations.length, alphas.length, betas.length];
      if (counts.some((count) => count !== layer.activations) || !(clip >= 0)) {
        throw new ShapeError(`${name}: ${counts.join(', ')} activations and parameters, clip ${clip}`);
      }
      const typeOf = (operand: RecurrentOperand): TensorType | undefined => inputs[operands.indexOf(operand)];
      const x = typeOf('x');
      const recurrence = typeOf('recurrence');
      if (!x || !recurrence) throw new ShapeError(`${name}: lacks x, weights or recurrence`);
      expectDtype(name, 'the input', x, ['float32', 'float64']);
      const [steps = 0, batch = 0, features = 0] = x.shape;
      const [, units = 0] = recurrence.shape;
      const shapes: Readonly<Record<RecurrentOperand, Shape>> = {
        x: [steps, batch, features],
        weights: [gates * units, features],
        recurrence: [gates * units, units],
        bias: [gates * units],
        recurrent_bias: [units],
        lengths: [batch],
        hidden: [batch, units],
        cell: [batch, units],
        peepholes: [3 * units],
      };
      operands.forEach((operand, i) => {
        const type = inputs[i];
        const wanted = shapes[operand as RecurrentOperand];
        if (!type || type.shape.join() !== wanted.join()) {
          throw new ShapeError(
            `${name}: ${operand} of shape [${String(type?.shape)}], not [${wanted.join(',')}]`,
          );
        }
        expectDtype(name, operand, type, [operand === 'lengths' ? 'int32' : x.dtype]);
      });
      const last = resultType(name, x.dtype, [batch, units]);
      return [resultType(name, x.dtype, [steps, batch, units]), last, ...(layer.hasCell ? [last] : [])];
    },
    evaluate: (inputs, attributes) => run(layer, inputs, attributes),
    macs(inputs, outputs, { operands }) {
      const [steps = 0, batch = 0, features = 0] = inputs[operands.indexOf('x')]?.shape ?? [];
      const units = outputs[0]?.shape[2] ?? 0;
      return steps * batch * gates * units * (features + units);
    },
  });
}

function run<A extends RecurrentAttributes>(layer: Layer<A>, inputs: readonly Tensor[], attributes: A) {
  const dataOf = (operand: RecurrentOperand): Float32Array | undefined =>
    inputs[attributes.operands.indexOf(operand)]?.data as Float32Array | undefined;
  const x = inputs[attributes.operands.indexOf('x')];
  const [data, weights, recurrence] = [dataOf('x'), dataOf('weights'), dataOf('recurrence')];
  if (!x || !data || !weights || !recurrence) throw new ShapeError(`${layer.name}: lacks an operand`);
  const [steps = 0, batch = 0, features = 0] = x.type.shape;
  const units = elementCount(inputs[attributes.operands.indexOf('recurrence')]?.type.shape.slice(1) ?? [0]);
  const { dtype } = x.type;
  const round = dtype === 'float32' ? Math.fround : (value: number): number => value;
  const all = createData(dtype, steps * batch * units) as Float32Array;
  const lastHidden = createData(dtype, batch * units) as Float32Array;
  const lastCell = createData(dtype, batch * units) as Float32Array;
  const bias = dataOf('bias');
  const limit = attributes.clip > 0 ? attributes.clip : Infinity;
  const curves = attributes.activations.map((name, i) => {
    const curve = recurrentCurves[name as RecurrentActivation];
    const [alpha, beta] = [round(attributes.alphas[i] ?? 0), round(attributes.betas[i] ?? 0)];
    return (value: number, limited: boolean): number =>
      round(curve(limited ? Math.max(-limit, Math.min(limit, value)) : value, alpha, beta));
  });
  for (let b = 0; b < batch; b++) {
    const row = (state: Float32Array | undefined): Float64Array =>
      Float64Array.from({ length: units }, (_, unit) => state?.[b * units + unit] ?? 0);
    let hidden = row(dataOf('hidden'));
    const cell = row(dataOf('cell'));
    const length = Math.max(0, Math.min(steps, dataOf('lengths')?.[b] ?? steps));
    for (let s = 0; s < length; s++) {
      const t = attributes.reverse ? length - 1 - s : s;
      const from = (t * batch + b) * features;
      const next = new Float64Array(units);
      layer.step(
        {
          input: (gate, unit) => {
            const own = (gate * units + unit) * features;
            let sum: number = bias?.[gate * units + unit] ?? 0;
            for (let i = 0; i < features; i++)
              sum = round(sum + round((data[from + i] ?? 0) * (weights[own + i] ?? 0)));
            return sum;
          },
          recurrent: (start, gate, unit, state) => {
            const own = (gate * units + unit) * units;
            let sum = start;
            for (let i = 0; i < units; i++)
              sum = round(sum + round((state[i] ?? 0) * (recurrence[own + i] ?? 0)));
            return sum;
          },
          activate: (kind, value, limited = true) => curves[kind]?.(value, limited) ?? value,
          vector: (operand, index) => dataOf(operand)?.[index] ?? 0,
          round,
          hidden,
          next,
          cell,
          units,
        },
        attributes,
      );
      hidden = next;
      all.set(next, (t * batch + b) * units);
    }
    lastHidden.set(hidden, b * units);
    lastCell.set(cell, b * units);
  }
  return [all, lastHidden, ...(layer.hasCell ? [lastCell] : [])];
}
