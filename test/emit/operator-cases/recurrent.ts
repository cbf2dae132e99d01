import { ops, type RecurrentOperand, type Value } from 'match-compiler';
import type { CaseBuilder } from '../network-cases.ts';
import { floats, op } from './shared.ts';

const kinds = [
  { operator: ops.rnn, gates: 1, activations: 1, own: [{}], optional: ['bias', 'lengths', 'hidden'] },
  {
    operator: ops.gru,
    gates: 3,
    activations: 2,
    own: [{ resetsAfter: false }, { resetsAfter: true }],
    optional: ['bias', 'recurrent_bias', 'lengths', 'hidden'],
  },
  {
    operator: ops.lstm,
    gates: 4,
    activations: 3,
    own: [{ couplesForget: false }, { couplesForget: true }],
    optional: ['bias', 'lengths', 'hidden', 'cell', 'peepholes'],
  },
] as const;

/** Every activation, in turn. */
const curves = [
  ['sigmoid', 'tanh', 'relu'],
  ['hard_sigmoid', 'affine', 'elu'],
  ['softsign', 'softplus', 'leaky_relu'],
  ['scaled_tanh', 'thresholded_relu', 'tanh'],
] as const;

/** Recurrent layers with and without what is optional, in both directions, with any of their results unread. */
export function recurrentCases(b: CaseBuilder): void {
  let round = 0;
  for (const { operator, gates, activations, own, optional } of kinds) {
    for (const variant of own) {
      for (const [steps, batch, features, units] of [
        [3, 2, 4, 5],
        [1, 1, 1, 1],
        [4, 1, 3, 2],
      ] as const) {
        for (const dtype of floats) {
          for (const bare of [false, true]) {
            round++;
            const shapes = {
              bias: [gates * units],
              recurrent_bias: [units],
              hidden: [batch, units],
              cell: [batch, units],
              peepholes: [3 * units],
            } as const;
            const operands: RecurrentOperand[] = ['x', 'weights', 'recurrence'];
            const inputs: Value[] = [
              b.input(dtype, [steps, batch, features]),
              b.randomConstant(dtype, [gates * units, features], [-1, 1]),
              b.randomConstant(dtype, [gates * units, units], [-1, 1]),
            ];
            for (const operand of bare ? [] : optional) {
              if (operand === 'recurrent_bias' && !('resetsAfter' in variant && variant.resetsAfter))
                continue;
              operands.push(operand);
              inputs.push(
                operand === 'lengths'
                  ? b.input('int32', [batch], [-1, steps + 1])
                  : b.input(dtype, shapes[operand], [-1, 1]),
              );
            }
            const chosen = curves[round % curves.length]?.slice(0, activations) ?? [];
            const results = b.nodes(op(operator), inputs, {
              ...variant,
              operands,
              reverse: round % 2 === 0,
              clip: round % 3 === 0 ? 0.75 : 0,
              activations: chosen,
              alphas: chosen.map((_, i) => 0.25 + 0.25 * i),
              betas: chosen.map((_, i) => 0.5 - 0.25 * i),
            });
            const only = round % (results.length + 1);
            b.outputs.push(...(only === results.length ? results : results.slice(only, only + 1)));
          }
        }
      }
    }
  }
}
