import { QdqNetwork, type Activation } from './qdq-network.ts';

/**
 * The networks of the MLPerf Tiny benchmark (Banbury et al., arXiv 2106.07597) with weights from a seed: layers,
 * shapes and multiply-accumulates are those of the reference models, the answers are not. Batch normalisation is
 * part of the weights already.
 */

/** Keyword spotting: 49 frames of 10 features; 12 words. */
export function dsCnn(seed = 1): Uint8Array {
  const net = new QdqNetwork('ds-cnn', seed);
  const input = net.input('input', [1, 1, 49, 10]);
  let x = net.convolution(input, { channels: 64, kernel: [10, 4], strides: [2, 2], relu: true });
  for (let block = 0; block < 4; block++) x = separable(net, x, 64, 1);
  return classified(net, x, 12);
}

/** Image classification on 32 by 32 pixels; 10 classes. */
export function resnet8(seed = 2): Uint8Array {
  const net = new QdqNetwork('resnet8', seed);
  const input = net.input('input', [1, 3, 32, 32]);
  let x = net.convolution(input, { channels: 16, kernel: [3, 3], relu: true });
  for (const channels of [16, 32, 64]) {
    const stride = channels === 16 ? 1 : 2;
    const strides = [stride, stride] as const;
    const first = net.convolution(x, { channels, kernel: [3, 3], strides, relu: true });
    const second = net.convolution(first, { channels, kernel: [3, 3], relu: false });
    const shortcut =
      stride === 1 ? x : net.convolution(x, { channels, kernel: [1, 1], strides, relu: false });
    x = net.add(second, shortcut, true);
  }
  return classified(net, x, 10);
}

/** Visual wake words: MobileNetV1 of a quarter of the width on 96 by 96 pixels; person or not. */
export function mobilenet(seed = 3): Uint8Array {
  const net = new QdqNetwork('mobilenet', seed);
  const input = net.input('input', [1, 3, 96, 96]);
  let x = net.convolution(input, { channels: 8, kernel: [3, 3], strides: [2, 2], relu: true });
  const blocks = [
    [16, 1],
    [32, 2],
    [32, 1],
    [64, 2],
    [64, 1],
    [128, 2],
    [128, 1],
    [128, 1],
    [128, 1],
    [128, 1],
    [128, 1],
    [256, 2],
    [256, 1],
  ] as const;
  for (const [channels, stride] of blocks) x = separable(net, x, channels, stride);
  return classified(net, x, 2);
}

/** Anomaly detection: 640 features of sound, to 8 and back. */
export function autoencoder(seed = 4): Uint8Array {
  const net = new QdqNetwork('autoencoder', seed);
  let x = net.input('input', [1, 640]);
  for (const width of [128, 128, 128, 128, 8, 128, 128, 128, 128]) x = net.dense(x, width, true);
  net.output(net.dense(x, 640, false), 'output');
  return net.file();
}

/** The four, by their names in figures. */
export const topologies: Readonly<Record<string, (seed?: number) => Uint8Array>> = {
  autoencoder,
  'ds-cnn': dsCnn,
  resnet8,
  mobilenet,
};

/** A depthwise convolution and a pointwise one. */
function separable(net: QdqNetwork, x: Activation, channels: number, stride: 1 | 2): Activation {
  const [, inputs = 1] = x.sample.type.shape;
  const strides = [stride, stride] as const;
  const own = net.convolution(x, { channels: inputs, kernel: [3, 3], strides, depthwise: true, relu: true });
  return net.convolution(own, { channels, kernel: [1, 1], relu: true });
}

function classified(net: QdqNetwork, x: Activation, classes: number): Uint8Array {
  const logits = net.dense(net.globalAverage(x), classes, false);
  net.output(logits, 'logits');
  net.output(net.softmax(logits), 'probabilities');
  return net.file();
}
