// The float net as a whole: running it, and training it with Adam on cross-entropy.

import { augmentedInput } from './data.js';
import { backward, forward } from './layers.js';
import { INPUT, sizeOf } from './model.js';
import { shuffle } from './random.js';

function buffersFor(model) {
  const shapes = [[INPUT.name, INPUT], ...model.map((layer) => [layer.name, layer.outShape])];
  return new Map(shapes.map(([name, shape]) => [name, new Float64Array(sizeOf(shape))]));
}

/** A function from an input image to all activations by layer name (reused by the next call). */
export function floatNet(model, parameters) {
  const activations = buffersFor(model);
  return (image) => {
    activations.set(INPUT.name, image);
    for (const layer of model) {
      const inputs = layer.inputs.map((name) => activations.get(name));
      forward(layer, inputs, parameters.get(layer.name), activations.get(layer.name));
    }
    return activations;
  };
}

/** Writes softmax(scores) - oneHot(label), the gradient of the cross-entropy; returns the loss. */
function lossGradient(scores, label, gradient) {
  const max = scores.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += gradient[i] = Math.exp(scores[i] - max);
  for (let i = 0; i < scores.length; i++) gradient[i] /= sum;
  const loss = -Math.log(gradient[label]);
  gradient[label] -= 1;
  return loss;
}

function adam(parameters) {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const slots = [...parameters].flatMap(([name, tensors]) =>
    Object.keys(tensors).map((key) => ({
      value: tensors[key],
      path: [name, key],
      mean: new Float64Array(tensors[key].length),
      square: new Float64Array(tensors[key].length),
    })),
  );
  let step = 0;
  return (gradients, batchSize, rate) => {
    step++;
    const scale = (rate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
    for (const {
      value,
      path: [name, key],
      mean,
      square,
    } of slots) {
      const gradient = gradients.get(name)[key];
      for (let i = 0; i < value.length; i++) {
        const g = gradient[i] / batchSize;
        mean[i] = beta1 * mean[i] + (1 - beta1) * g;
        square[i] = beta2 * square[i] + (1 - beta2) * g * g;
        value[i] -= (scale * mean[i]) / (Math.sqrt(square[i]) + epsilon);
        gradient[i] = 0;
      }
    }
  };
}

/** Trains `parameters` in place; `onEpoch(epoch, meanLoss)` is called after each epoch. */
export function fit(model, parameters, digits, { epochs, batchSize, peakRate, random, onEpoch }) {
  const run = floatNet(model, parameters);
  const update = adam(parameters);
  const deltas = buffersFor(model);
  const gradients = new Map(
    [...parameters].map(([name, { weight, bias }]) => [
      name,
      { weight: new Float64Array(weight.length), bias: new Float64Array(bias.length) },
    ]),
  );
  const output = model.at(-1).name;
  const order = [...digits];
  const steps = epochs * Math.ceil(order.length / batchSize);
  let step = 0;

  for (let epoch = 1; epoch <= epochs; epoch++) {
    shuffle(order, random);
    let loss = 0;
    for (let start = 0; start < order.length; start += batchSize) {
      const batch = order.slice(start, start + batchSize);
      for (const digit of batch) {
        const activations = run(augmentedInput(digit, random));
        for (const delta of deltas.values()) delta.fill(0);
        loss += lossGradient(activations.get(output), digit.label, deltas.get(output));
        for (const layer of model.toReversed()) {
          backward(
            layer,
            layer.inputs.map((name) => activations.get(name)),
            parameters.get(layer.name),
            activations.get(layer.name),
            deltas.get(layer.name),
            layer.inputs.map((name) => deltas.get(name)),
            gradients.get(layer.name),
          );
        }
      }
      // A short warm-up, then a cosine down to zero.
      const progress = step++ / steps;
      const rate = (peakRate * Math.min(1, progress * 20) * (1 + Math.cos(Math.PI * progress))) / 2;
      update(gradients, batch.length, rate);
    }
    onEpoch(epoch, loss / order.length);
  }
}
