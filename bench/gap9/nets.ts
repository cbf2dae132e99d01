import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Rounding } from 'match-compiler';
import { modelCases, type ModelCases } from '../conformance/corpus.ts';

/** One of the networks that the tables are about. */
export interface BenchNet {
  /** As records name it. */
  readonly net: string;
  readonly format: string;
  readonly file: string;
  readonly rounding?: Rounding;
  readonly cases: ModelCases | undefined;
}

const mlperfTiny = [
  ['autoencoder', 'mlperf-tiny/ad01/ad01_int8.tflite'],
  ['resnet8', 'mlperf-tiny/resnet8/pretrainedResnet_quant.tflite'],
  ['ds-cnn', 'mlperf-tiny/kws/kws_ref_model.tflite'],
  ['mobilenet', 'mlperf-tiny/vww/vww_96_int8.tflite'],
] as const;

/** The four MLPerf Tiny networks as int8 TensorFlow Lite, in the order of the published tables. */
export function mlperfTinyNets(corpus: string): readonly BenchNet[] {
  const groups = modelCases(corpus, ['mlperf-tiny/']);
  return mlperfTiny.map(([net, path]) => ({
    net,
    format: 'tflite',
    file: join(corpus, path),
    rounding: 'tflite-builtin',
    cases: groups.find(({ model, rounding }) => model === path && rounding === 'tflite-builtin'),
  }));
}

/** Every quantized network that has to be exact: the four in both forms, PLiNIO, NEMO, the keyword network. */
export function exactNets(corpus: string): readonly BenchNet[] {
  const groups = modelCases(corpus, ['mlperf-tiny/', 'plinio/', 'dory/', 'micro-kws/']);
  return groups
    .filter(({ rounding, loose }) => rounding !== undefined && !loose && rounding !== 'tflm-double')
    .map((cases) => ({
      net: cases.model,
      format: formatOf(cases),
      file: join(corpus, cases.model),
      ...(cases.rounding && { rounding: cases.rounding }),
      cases,
    }));
}

function formatOf({ model, rounding }: ModelCases): string {
  if (rounding === 'plinio-int') return 'plinio';
  if (model.endsWith('.tflite')) return 'tflite';
  return model.includes('qop') ? 'qop' : 'qdq';
}

/** Folder of the corpus, or undefined where there is none. */
export function corpusFolder(): string | undefined {
  const corpus = process.env['MATCH_CORPUS'];
  return corpus && existsSync(join(corpus, 'manifest.json')) ? corpus : undefined;
}
