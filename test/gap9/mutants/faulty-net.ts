import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QdqNetwork } from '../../../examples/mlperf-tiny/qdq-network.ts';

/**
 * Every kind of layer that NE16 and the cluster take apart from each other, small enough to run hundreds of times:
 * 3×3 with stride 1 and 2, depthwise, 1×1, a sum of branches, a pool, dense. Channel counts are no multiples of 16.
 * Images are outputs as well, so that little is lost on the way to them.
 */
export function writeFaultyNet(folder: string): string {
  const net = new QdqNetwork('faulty', 5);
  const input = net.input('input', [1, 12, 18, 18]);
  const halved = net.convolution(input, { channels: 24, kernel: [3, 3], strides: [2, 2], relu: true });
  const apart = net.convolution(halved, { channels: 24, kernel: [3, 3], depthwise: true, relu: false });
  const wide = net.convolution(apart, { channels: 72, kernel: [1, 1], relu: false });
  const branch = net.convolution(wide, { channels: 40, kernel: [3, 3], relu: false });
  const direct = net.convolution(wide, { channels: 40, kernel: [1, 1], relu: false });
  const sum = net.add(branch, direct, true);
  net.output(sum, 'image');
  const hidden = net.dense(net.globalAverage(sum), 64, false);
  net.output(net.dense(hidden, 20, false), 'scores');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'faulty.onnx');
  writeFileSync(file, net.file());
  return file;
}
