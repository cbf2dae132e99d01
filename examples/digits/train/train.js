// Trains the net of examples/digits, quantizes it, writes ../digits.onnx and
// ../test-digits.npz, and prints the accuracies that ../README.md quotes.

import { writeFileSync } from 'node:fs';
import { SIDE, splitDigits, toInput } from './data.js';
import { fit, floatNet } from './fit.js';
import { exactRequantize, fixedPointRequantize, integerNet } from './integer.js';
import { buildModel, initialParameters, modelSize } from './model.js';
import { writeNpz } from './npz.js';
import { writeOnnx } from './onnx.js';
import { quantize } from './quantize.js';
import { seededRandom } from './random.js';

const EPOCHS = 36;
const CALIBRATION_DIGITS = 1000;

function write(name, bytes) {
  writeFileSync(new URL(`../${name}`, import.meta.url), bytes);
  console.log(`${name}: ${bytes.length} bytes`);
}

const random = seededRandom(20);
const { training, heldOut, test } = splitDigits({ heldOutPerClass: 100, testPerClass: 20, random });
const model = buildModel();
const parameters = initialParameters(model, random);
const { macs, parameters: parameterCount } = modelSize(model);
console.log(`${macs} MACs, ${parameterCount} parameters`);
console.log(
  `${training.length} training digits, ${heldOut.length} held out, ${test.length} of these to test`,
);

const start = Date.now();
fit(model, parameters, training, {
  epochs: EPOCHS,
  batchSize: 32,
  peakRate: 0.006,
  random,
  onEpoch: (epoch, loss) => {
    const seconds = Math.round((Date.now() - start) / 1000);
    console.log(`epoch ${epoch}/${EPOCHS}: loss ${loss.toFixed(4)}, ${seconds} s`);
  },
});

const quantized = quantize(model, parameters, training.slice(0, CALIBRATION_DIGITS));
write('digits.onnx', writeOnnx(quantized));
write(
  'test-digits.npz',
  writeNpz({
    images: {
      data: Buffer.concat(test.map((digit) => digit.pixels)),
      shape: [test.length, 1, SIDE, SIDE],
    },
    labels: { data: Uint8Array.from(test, (digit) => digit.label), shape: [test.length] },
  }),
);

const runFloat = floatNet(model, parameters);
const nets = {
  float: (digit) => runFloat(toInput(digit)).get(model.at(-1).name),
  'int8, exact': integerNet(quantized, exactRequantize),
  'int8, fixed-point': integerNet(quantized, fixedPointRequantize),
};
for (const [name, scoresOf] of Object.entries(nets)) {
  const isRight = (digit) => {
    const scores = scoresOf(digit);
    return scores.indexOf(Math.max(...scores)) === digit.label;
  };
  for (const digits of [test, heldOut]) {
    const right = digits.filter(isRight).length;
    const percent = ((100 * right) / digits.length).toFixed(1);
    console.log(`${name}: ${right} of ${digits.length} right, ${percent} %`);
  }
}
