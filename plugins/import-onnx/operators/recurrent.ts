import {
  ops,
  type OpDefinition,
  type RecurrentAttributes,
  type RecurrentOperand,
  type Value,
} from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';

/** Names of activation functions in lower case, with what alpha and beta are where the file does not say. */
const functions: Readonly<Record<string, { name: string; alpha?: number; beta?: number }>> = {
  affine: { name: 'affine', alpha: 1, beta: 0 },
  elu: { name: 'elu', alpha: 1 },
  hardsigmoid: { name: 'hard_sigmoid', alpha: 0.2, beta: 0.5 },
  leakyrelu: { name: 'leaky_relu', alpha: 0.01 },
  relu: { name: 'relu' },
  scaledtanh: { name: 'scaled_tanh', alpha: 1, beta: 1 },
  sigmoid: { name: 'sigmoid' },
  softplus: { name: 'softplus' },
  softsign: { name: 'softsign' },
  tanh: { name: 'tanh' },
  thresholdedrelu: { name: 'thresholded_relu', alpha: 1 },
};

type Activations = Pick<RecurrentAttributes, 'activations' | 'alphas' | 'betas'>;

/** A recurrent operator of the file. */
interface Kind<A extends RecurrentAttributes> {
  readonly op: OpDefinition<A>;
  readonly gates: number;
  /** Activations of one direction where the file names none. */
  readonly activations: readonly string[];
  readonly hasCell: boolean;
  /** What the kind has beyond the common attributes. */
  readonly own: (node: NodeReader) => Omit<A, keyof RecurrentAttributes>;
  /** The bias of the recurrence of the last gate stays apart. */
  readonly splitsBias: (node: NodeReader) => boolean;
}

/** X, W, R, B, sequence_lens, initial_h and for an LSTM initial_c, P; one layer per direction. */
const recurrent =
  <A extends RecurrentAttributes>(kind: Kind<A>): Operator =>
  (node, build) => {
    node.ignore('output_sequence');
    const direction = node.choice('direction', ['forward', 'reverse', 'bidirectional'], 'forward');
    const batchFirst = node.int('layout', 0) !== 0;
    const own = kind.own(node);
    const clip = node.float('clip', 0);
    const units = node.value(2).type.shape[2] ?? 0;
    if (node.int('hidden_size', units) !== units) {
      throw node.attributeFault('hidden_size', `is not ${units}, which the recurrence has`);
    }
    const x = batchFirst ? build.step(ops.transpose, [node.value(0)], { perm: [1, 0, 2] }) : node.value(0);
    const count = direction === 'bidirectional' ? 2 : 1;
    const activations = activationsOf(node, count, kind.activations);
    const layers = Array.from({ length: count }, (_, d) => {
      const operands = operandsOf(node, build, kind, x, { d, count, units, batchFirst });
      const attributes = {
        ...own,
        ...activations[d],
        operands: operands.map(({ operand }) => operand),
        reverse: direction === 'reverse' || d === 1,
        clip,
      } as unknown as A;
      return build.steps(
        kind.op,
        operands.map(({ value }) => value),
        attributes,
      );
    });
    return [0, 1, 2].flatMap((output) => {
      const parts = layers.flatMap((results) => results[output] ?? []);
      return parts.length === 0 ? [] : [assemble(build, parts, output, batchFirst)];
    });
  };

/** The results of both directions in one tensor: Y [T,D,B,H], the states [D,B,H], batch first with layout 1. */
function assemble(build: NodeBuilder, parts: readonly Value[], output: number, batchFirst: boolean): Value {
  const axis = output === 0 ? 1 : 0;
  const expanded = parts.map((part) => {
    const { shape } = part.type;
    const target = [...shape.slice(0, axis), 1, ...shape.slice(axis)];
    return { part, target };
  });
  const last = batchFirst ? 'step' : 'emit';
  const add: NodeBuilder['step'] = (op, inputs, attributes) =>
    last === 'emit' ? build.emit(op, inputs, attributes, { output }) : build.step(op, inputs, attributes);
  const [only] = expanded;
  const whole =
    expanded.length === 1 && only
      ? add(ops.reshape, [only.part], { shape: only.target })
      : add(
          ops.concat,
          expanded.map(({ part, target }) => build.step(ops.reshape, [part], { shape: target })),
          { axis },
        );
  if (!batchFirst) return whole;
  return build.emit(ops.transpose, [whole], { perm: output === 0 ? [2, 0, 1, 3] : [1, 0, 2] }, { output });
}

interface Direction {
  readonly d: number;
  readonly count: number;
  readonly units: number;
  readonly batchFirst: boolean;
}

function operandsOf<A extends RecurrentAttributes>(
  node: NodeReader,
  build: NodeBuilder,
  kind: Kind<A>,
  x: Value,
  { d, count, units, batchFirst }: Direction,
): readonly { readonly operand: RecurrentOperand; readonly value: Value }[] {
  /** What of a tensor with an axis of directions belongs to this one. */
  const own = (value: Value, axis = 0): Value => {
    const { shape } = value.type;
    const rest = shape.filter((_, i) => i !== axis);
    const part =
      count === 1
        ? value
        : build.step(ops.slice, [value], {
            starts: shape.map((_, i) => (i === axis ? d : 0)),
            ends: shape.map((extent, i) => (i === axis ? d + 1 : extent)),
            steps: shape.map(() => 1),
          });
    return build.step(ops.reshape, [part], { shape: rest });
  };
  const result: { operand: RecurrentOperand; value: Value }[] = [
    { operand: 'x', value: x },
    { operand: 'weights', value: own(node.value(1)) },
    { operand: 'recurrence', value: own(node.value(2)) },
  ];
  if (node.has(3)) {
    const both = own(node.value(3));
    const cut = (start: number, end: number): Value =>
      build.step(ops.slice, [both], { starts: [start], ends: [end], steps: [1] });
    const size = kind.gates * units;
    const [inputBias, recurrentBias] = [cut(0, size), cut(size, 2 * size)];
    const dtype = both.type.dtype as 'float32';
    if (kind.splitsBias(node)) {
      const kept = cut(2 * size - units, 2 * size);
      const gates = build.step(ops.pad, [cut(size, 2 * size - units)], {
        pads: [0, units],
        value: 0,
        mode: 'constant',
      });
      result.push({ operand: 'bias', value: build.step(ops.add, [inputBias, gates], { dtype }) });
      result.push({ operand: 'recurrent_bias', value: kept });
    } else {
      result.push({ operand: 'bias', value: build.step(ops.add, [inputBias, recurrentBias], { dtype }) });
    }
  }
  if (node.has(4)) result.push({ operand: 'lengths', value: node.value(4) });
  if (node.has(5)) result.push({ operand: 'hidden', value: own(node.value(5), batchFirst ? 1 : 0) });
  if (kind.hasCell && node.has(6))
    result.push({ operand: 'cell', value: own(node.value(6), batchFirst ? 1 : 0) });
  if (kind.hasCell && node.has(7)) result.push({ operand: 'peepholes', value: own(node.value(7)) });
  return result;
}

/** The activations of each direction. Parameters are taken from their lists by the functions that have them. */
function activationsOf(node: NodeReader, count: number, absent: readonly string[]): readonly Activations[] {
  const named = node.strings('activations');
  const names = named && named.length > 0 ? named : Array.from({ length: count }, () => absent).flat();
  const alphas = [...(node.floats('activation_alpha') ?? [])];
  const betas = [...(node.floats('activation_beta') ?? [])];
  if (names.length !== count * absent.length) {
    throw node.attributeFault('activations', `are ${names.length}, not ${count * absent.length}`);
  }
  const found = names.map((name) => {
    const known = functions[name.toLowerCase()];
    if (!known) {
      throw node.attributeFault(
        'activations',
        `name '${name}'`,
        `supported: ${Object.keys(functions).join(', ')}`,
      );
    }
    const alpha = known.alpha === undefined ? 0 : (alphas.shift() ?? known.alpha);
    const beta = known.beta === undefined ? 0 : (betas.shift() ?? known.beta);
    return { name: known.name, alpha, beta };
  });
  return Array.from({ length: count }, (_, d) => {
    const own = found.slice(d * absent.length, (d + 1) * absent.length);
    return {
      activations: own.map(({ name }) => name),
      alphas: own.map(({ alpha }) => alpha),
      betas: own.map(({ beta }) => beta),
    };
  });
}

export const rnn = recurrent({
  op: ops.rnn,
  gates: 1,
  activations: ['Tanh'],
  hasCell: false,
  own: () => ({}),
  splitsBias: () => false,
});

export const gru = recurrent({
  op: ops.gru,
  gates: 3,
  activations: ['Sigmoid', 'Tanh'],
  hasCell: false,
  own: (node) => ({ resetsAfter: node.int('linear_before_reset', 0) !== 0 }),
  splitsBias: (node) => node.int('linear_before_reset', 0) !== 0,
});

export const lstm = recurrent({
  op: ops.lstm,
  gates: 4,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  hasCell: true,
  own: (node) => ({ couplesForget: node.int('input_forget', 0) !== 0 }),
  splitsBias: () => false,
});
