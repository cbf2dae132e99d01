import { ops, tensor, type OpDefinition, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { Operator } from '../operator.ts';

const unary =
  (op: OpDefinition<Record<string, never>>): Operator =>
  (node, build) =>
    build.emit(op, [node.value(0)], {});

export const abs = unary(ops.abs);
export const ceil = unary(ops.ceil);
export const erf = unary(ops.erf);
export const exp = unary(ops.exp);
export const floor = unary(ops.floor);
export const hardSwish = unary(ops.hardSwish);
export const log = unary(ops.log);
export const neg = unary(ops.neg);
export const round = unary(ops.round);
export const sigmoid = unary(ops.sigmoid);
export const softplus = unary(ops.softplus);
export const sqrt = unary(ops.sqrt);
export const tanh = unary(ops.tanh);
export const sin = unary(ops.sin);
export const cos = unary(ops.cos);
export const tan = unary(ops.tan);
export const asin = unary(ops.asin);
export const acos = unary(ops.acos);
export const atan = unary(ops.atan);
export const sinh = unary(ops.sinh);
export const cosh = unary(ops.cosh);
export const asinh = unary(ops.asinh);
export const acosh = unary(ops.acosh);
export const atanh = unary(ops.atanh);
export const sign = unary(ops.sign);

export const thresholdedRelu: Operator = (node, build) =>
  build.emit(ops.thresholdedRelu, [node.value(0)], { alpha: node.float('alpha', 1) });

export const shrink: Operator = (node, build) =>
  build.emit(ops.shrink, [node.value(0)], {
    threshold: node.float('lambd', 0.5),
    bias: node.float('bias', 0),
  });

export const elu: Operator = (node, build) =>
  build.emit(ops.elu, [node.value(0)], { alpha: node.float('alpha', 1) });

export const leakyRelu: Operator = (node, build) =>
  build.emit(ops.leakyRelu, [node.value(0)], { alpha: node.float('alpha', 0.01) });

export const hardSigmoid: Operator = (node, build) =>
  build.emit(ops.hardSigmoid, [node.value(0)], {
    alpha: node.float('alpha', 0.2),
    beta: node.float('beta', 0.5),
  });

export const gelu: Operator = (node, build) => {
  const approximate = node.choice('approximate', ['none', 'tanh'], 'none');
  return build.emit(ops.gelu, [node.value(0)], approximate === 'tanh' ? { approximate } : {});
};

export const prelu: Operator = (node, build) => build.emit(ops.prelu, [node.value(0), node.value(1)], {});

/** gamma·elu(x, alpha) with the constants of self-normalising nets. */
export const selu: Operator = (node, build) => {
  const curve = build.step(ops.elu, [node.value(0)], { alpha: node.float('alpha', 1.6732632423543772) });
  const { dtype } = curve.type;
  return build.emit(ops.mul, [curve, scalar(build, curve, node.float('gamma', 1.0507009873554805))], {
    dtype,
  });
};

/** x/(1 + |x|) */
export const softsign: Operator = (node, build) => {
  const x = node.value(0);
  const { dtype } = x.type;
  const size = build.step(ops.abs, [x], {});
  const divisor = build.step(ops.add, [size, scalar(build, x, 1)], { dtype });
  return build.emit(ops.div, [x, divisor], { dtype });
};

/** x·tanh(softplus(x)) */
export const mish: Operator = (node, build) => {
  const x = node.value(0);
  const gate = build.step(ops.tanh, [build.step(ops.softplus, [x], {})], {});
  return build.emit(ops.mul, [x, gate], { dtype: x.type.dtype });
};

/** x·sigmoid(alpha·x) */
export const swish: Operator = (node, build) => {
  const x = node.value(0);
  const { dtype } = x.type;
  const alpha = node.float('alpha', 1);
  const scaled = alpha === 1 ? x : build.step(ops.mul, [x, scalar(build, x, alpha)], { dtype });
  return build.emit(ops.mul, [x, build.step(ops.sigmoid, [scaled], {})], { dtype });
};

/** 1/x */
export const reciprocal: Operator = (node, build) => {
  const x = node.value(0);
  return build.emit(ops.div, [scalar(build, x, 1), x], { dtype: x.type.dtype });
};

function scalar(build: NodeBuilder, like: Value, value: number): Value {
  return build.constant('scalar', tensor(like.type.dtype, [], [value]));
}
