import test from 'ava';
import {
  ops,
  ShapeError,
  tensor,
  type GruAttributes,
  type LstmAttributes,
  type OpDefinition,
  type RecurrentAttributes,
  type RnnAttributes,
  type Tensor,
} from 'match-compiler';
import { integerSource, numbers } from './run-operator.ts';

const [steps, batch, features, units] = [4, 3, 2, 3];
const next = integerSource(21);

/** Elements in quarters, so that little is lost in sums. */
function random(...shape: number[]): Tensor {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return tensor(
    'float64',
    shape,
    Array.from({ length: count }, () => next(-4, 4) / 4),
  );
}

type Given = Readonly<Record<string, Tensor>>;

function evaluate<A extends RecurrentAttributes>(
  op: OpDefinition<A>,
  given: Given,
  attributes: Omit<A, 'operands'>,
) {
  const inputs = Object.values(given);
  const all = { ...attributes, operands: Object.keys(given) } as unknown as A;
  const types = op.infer(
    inputs.map(({ type }) => type),
    all,
  );
  return op
    .evaluate(inputs, all, types)
    .map((data, i): Tensor => ({ type: types[i] ?? inputs[0]!.type, data }));
}

const common = { reverse: false, clip: 0 } as const;
const kinds = [
  {
    op: ops.rnn,
    gates: 1,
    attributes: { ...common, activations: ['tanh'], alphas: [0], betas: [0] },
    extra: () => ({}),
  },
  {
    op: ops.gru as unknown as OpDefinition<RnnAttributes>,
    gates: 3,
    attributes: {
      ...common,
      activations: ['sigmoid', 'tanh'],
      alphas: [0, 0],
      betas: [0, 0],
      resetsAfter: true,
    },
    extra: () => ({ recurrent_bias: random(units) }),
  },
  {
    op: ops.lstm as unknown as OpDefinition<RnnAttributes>,
    gates: 4,
    attributes: {
      ...common,
      activations: ['sigmoid', 'tanh', 'tanh'],
      alphas: [0, 0, 0],
      betas: [0, 0, 0],
      couplesForget: false,
    },
    extra: () => ({ peepholes: random(3 * units) }),
  },
] as const;

function layer(gates: number): Given {
  return {
    weights: random(gates * units, features),
    recurrence: random(gates * units, units),
    bias: random(gates * units),
  };
}

const rows = (value: Tensor | undefined, from: number, to: number, size: number): number[] =>
  numbers(value ?? random(0)).slice(from * size, to * size);

for (const { op, gates, attributes, extra } of kinds) {
  test(`${op.name}: a sequence is its steps one after the other`, (t) => {
    const given = { ...layer(gates), ...extra() };
    const x = random(steps, batch, features);
    const whole = evaluate(op, { x, ...given }, attributes);
    let states: Record<string, Tensor> = {};
    for (let step = 0; step < steps; step++) {
      const part = tensor('float64', [1, batch, features], rows(x, step, step + 1, batch * features));
      const [all, hidden, cell] = evaluate(op, { x: part, ...given, ...states }, attributes);
      t.deepEqual(numbers(all ?? part), rows(whole[0], step, step + 1, batch * units));
      if (!hidden) throw new TypeError('no state');
      states = { hidden, ...(cell && { cell }) };
    }
    t.deepEqual(numbers(states['hidden'] ?? x), numbers(whole[1] ?? x));
    t.deepEqual(states['cell'] && numbers(states['cell']), whole[2] && numbers(whole[2]));
  });

  test(`${op.name}: reverse reads each sequence from its end, and nothing follows the end`, (t) => {
    const given = { ...layer(gates), ...extra() };
    const x = random(steps, batch, features);
    const lengths = tensor('int32', [batch], [2, 4, 0]);
    const backward = evaluate(op, { x, ...given, lengths }, { ...attributes, reverse: true });
    [2, 4, 0].forEach((length, b) => {
      const order = Array.from({ length }, (_, i) => length - 1 - i);
      const own = order.flatMap((step) => rows(x, step * batch + b, step * batch + b + 1, features));
      const part = tensor('float64', [length, 1, features], own);
      const forward = evaluate(op, { x: part, ...given }, attributes);
      order.forEach((step, i) => {
        const at = step * batch + b;
        t.deepEqual(rows(backward[0], at, at + 1, units), rows(forward[0], i, i + 1, units));
      });
      for (let step = length; step < steps; step++) {
        const at = step * batch + b;
        t.deepEqual(rows(backward[0], at, at + 1, units), [0, 0, 0]);
      }
      t.deepEqual(rows(backward[1], b, b + 1, units), numbers(forward[1] ?? x));
    });
  });
}

test('one step of each by hand', (t) => {
  const x = tensor('float64', [1, 1, 1], [2]);
  const hidden = tensor('float64', [1, 1], [3]);
  const linear = { ...common, alphas: [1, 1, 1], betas: [0, 0, 0] };
  const column = (...values: number[]): Tensor => tensor('float64', [values.length, 1], values);
  const vector = (...values: number[]): Tensor => tensor('float64', [values.length], values);
  const affine = (count: number) => ({
    ...linear,
    activations: Array.from({ length: count }, () => 'affine'),
    alphas: linear.alphas.slice(0, count),
    betas: linear.betas.slice(0, count),
  });
  const first = (results: readonly Tensor[]): (number | undefined)[] =>
    results.map((result) => numbers(result)[0]);
  // 5·2 + 7·3 + 1
  t.deepEqual(
    first(
      evaluate(ops.rnn, { x, weights: column(5), recurrence: column(7), bias: vector(1), hidden }, affine(1)),
    ),
    [32, 32],
  );
  // z = 0.5, r = 2: (1 − z)·(4·2 + 1 + 3·(r·3)) + z·3, or inside: (1 − z)·(4·2 + 1 + r·(3·3 + 1)) + z·3
  const gates = {
    x,
    weights: column(0.25, 1, 4),
    recurrence: column(0, 0, 3),
    bias: vector(0, 0, 1),
    hidden,
  };
  const before: Omit<GruAttributes, 'operands'> = { ...affine(2), resetsAfter: false };
  t.deepEqual(first(evaluate(ops.gru, gates, before)), [15, 15]);
  const inside = { ...gates, recurrent_bias: vector(1) };
  t.deepEqual(first(evaluate(ops.gru, inside, { ...before, resetsAfter: true })), [16, 16]);
  // i = 2 + 1·10, o = 4 + 0.5·C, f = 6 − 1·10, g = 8: C = −4·10 + 12·8 = 56, H = (4 + 28)·56
  const cell = tensor('float64', [1, 1], [10]);
  const memory = {
    x,
    weights: column(1, 2, 3, 4),
    recurrence: column(0, 0, 0, 0),
    hidden,
    cell,
    peepholes: vector(1, 0.5, -1),
  };
  const lstm: Omit<LstmAttributes, 'operands'> = { ...affine(3), couplesForget: false };
  t.deepEqual(first(evaluate(ops.lstm, memory, lstm)), [1792, 1792, 56]);
  // f = 1 − i = −11, C = −110 + 96 = −14, H = (4 − 7)·−14
  t.deepEqual(first(evaluate(ops.lstm, memory, { ...lstm, couplesForget: true })), [42, 42, -14]);
  // Limited to ±3: i = 3, f = −3, g = 3, C = −30 + 9, o = −3, h = C
  t.deepEqual(first(evaluate(ops.lstm, memory, { ...lstm, clip: 3 })), [63, 63, -21]);
});

test('operands that do not fit', (t) => {
  const given = { x: random(steps, batch, features), ...layer(1) };
  const attributes = kinds[0].attributes;
  const refuse = (change: Given, message: RegExp, more = {}): void => {
    t.throws(() => evaluate(ops.rnn, { ...given, ...change }, { ...attributes, ...more }), {
      instanceOf: ShapeError,
      message,
    });
  };
  refuse({ bias: random(2) }, /bias of shape \[2\], not \[3\]/);
  refuse({ cell: random(batch, units) }, /operand is 'cell'/);
  refuse({}, /activation is 'sine'/, { activations: ['sine'] });
  refuse({ lengths: random(batch) }, /lengths is float64, not int32/);
});
