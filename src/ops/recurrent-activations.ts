/** Activation functions of recurrent layers. `alpha` and `beta` are what the function calls so; others ignore them. */
export const recurrentActivations = [
  'affine',
  'elu',
  'hard_sigmoid',
  'leaky_relu',
  'relu',
  'scaled_tanh',
  'sigmoid',
  'softplus',
  'softsign',
  'tanh',
  'thresholded_relu',
] as const;

export type RecurrentActivation = (typeof recurrentActivations)[number];

type Curve = (x: number, alpha: number, beta: number) => number;

/** By the definitions of the ONNX operators RNN, GRU and LSTM. */
export const recurrentCurves: Readonly<Record<RecurrentActivation, Curve>> = {
  affine: (x, alpha, beta) => alpha * x + beta,
  elu: (x, alpha) => (x < 0 ? alpha * Math.expm1(x) : x),
  hard_sigmoid: (x, alpha, beta) => Math.max(0, Math.min(1, alpha * x + beta)),
  leaky_relu: (x, alpha) => (x < 0 ? alpha * x : x),
  relu: (x) => (x > 0 ? x : 0),
  scaled_tanh: (x, alpha, beta) => alpha * Math.tanh(beta * x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x))),
  softsign: (x) => x / (1 + Math.abs(x)),
  tanh: (x) => Math.tanh(x),
  thresholded_relu: (x, alpha) => (x > alpha ? x : 0),
};
