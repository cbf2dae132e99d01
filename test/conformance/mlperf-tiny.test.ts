import { join } from 'node:path';
import test from 'ava';
import { build } from 'match-compiler/build';

const corpus = process.env['MATCH_CORPUS'];
const withCorpus = corpus ? test : test.skip;

/** Largest arena in bytes with input, output and scratch inside: what is alive at once without any overlap. */
const arenas = [
  { net: 'autoencoder', file: 'ad01/ad01_int8.tflite', bytes: 768 },
  { net: 'ds-cnn', file: 'kws/kws_ref_model.tflite', bytes: 16_000 },
  { net: 'resnet8', file: 'resnet8/pretrainedResnet_quant.tflite', bytes: 49_152 },
  { net: 'mobilenet', file: 'vww/vww_96_int8.tflite', bytes: 55_296 },
];

for (const { net, file, bytes } of arenas) {
  withCorpus(`${net}: the arena is proven optimal and within what is alive at once`, async (t) => {
    const model = join(corpus ?? '', 'mlperf-tiny', file);
    const [result] = await build({ config: false, model, write: false });
    const [arena] = result?.compilation.placed.plans.filter((plan) => plan.arenaBytes > 0) ?? [];
    t.truthy(arena);
    t.is(arena?.peakLiveBytes, bytes);
    t.true((arena?.arenaBytes ?? Infinity) <= bytes, `${arena?.arenaBytes} bytes`);
    t.true(arena?.bound.optimal, arena?.bound.proof);
  });
}
