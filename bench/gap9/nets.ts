import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rounding, Tensor } from 'match-compiler';
import { parseNpz } from 'match-compiler/build';
import { topologies } from '../../examples/mlperf-tiny/topologies.ts';
import { modelCases, readTensor, type ModelCases } from '../conformance/corpus.ts';

/** One of the networks that the tables are about. */
export interface BenchNet {
  /** As records name it. */
  readonly net: string;
  readonly format: string;
  readonly file: string;
  readonly rounding?: Rounding;
  readonly cases: ModelCases | undefined;
  /** Inputs with their classes, where the corpus is not what they come from. */
  readonly labelled?: () => {
    readonly samples: readonly (readonly Tensor[])[];
    readonly labels: readonly number[];
  };
}

const mlperfTiny = [
  ['autoencoder', 'mlperf-tiny/ad01/ad01_int8.tflite'],
  ['resnet8', 'mlperf-tiny/resnet8/pretrainedResnet_quant.tflite'],
  ['ds-cnn', 'mlperf-tiny/kws/kws_ref_model.tflite'],
  ['mobilenet', 'mlperf-tiny/vww/vww_96_int8.tflite'],
] as const;

/** Names in records by folder of the corpus. */
const folders: Readonly<Record<string, string>> = {
  ad01: 'autoencoder',
  resnet8: 'resnet8',
  kws: 'ds-cnn',
  vww: 'mobilenet',
};

/**
 * The four MLPerf Tiny networks, in the order of the published tables: the trained ones as int8 TensorFlow Lite where
 * the corpus is at hand, else those of examples/mlperf-tiny with weights from a seed.
 */
export function mlperfTinyNets(corpus: string | undefined): readonly BenchNet[] {
  if (corpus === undefined) return mlperfTiny.map(([net]) => seededNet(net));
  const groups = modelCases(corpus, ['mlperf-tiny/']);
  return mlperfTiny.map(([net, path]) => ({
    net,
    format: 'tflite',
    file: join(corpus, path),
    rounding: 'tflite-builtin',
    cases: groups.find(({ model, rounding }) => model === path && rounding === 'tflite-builtin'),
  }));
}

function seededNet(net: string): BenchNet {
  const make = topologies[net];
  if (!make) throw new RangeError(`there is no topology ${net}`);
  const folder = join('node_modules', '.cache', 'match-bench');
  const file = join(folder, `${net}.onnx`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, make());
  }
  return { net, format: 'qdq', file, rounding: 'real-even', cases: undefined };
}

/** Every quantized network that has to be exact: the four in all their forms, PLiNIO, NEMO, and the digits. */
export function exactNets(corpus: string | undefined): readonly BenchNet[] {
  const trained = corpus === undefined ? mlperfTinyNets(undefined) : corpusNets(corpus);
  return [...trained, digits];
}

function corpusNets(corpus: string): readonly BenchNet[] {
  const groups = modelCases(corpus, ['mlperf-tiny/', 'plinio/', 'dory/']);
  return groups
    .filter((cases) => cases.model.startsWith('dory/') || isQuantized(cases))
    .map((cases) => ({
      net: netName(cases.model),
      format: formatOf(cases),
      file: join(corpus, cases.model),
      ...(cases.rounding && { rounding: cases.rounding }),
      cases,
    }));
}

function isQuantized({ rounding, loose }: ModelCases): boolean {
  return rounding !== undefined && !loose && rounding !== 'tflm-double';
}

function netName(model: string): string {
  const [suite = '', folder = ''] = model.split('/');
  return (suite === 'mlperf-tiny' ? folders[folder] : undefined) ?? model.replace(/\/[^/]*$/, '');
}

function formatOf({ model, rounding }: ModelCases): string {
  if (rounding === 'plinio-int' || model.startsWith('dory/')) return 'plinio';
  if (model.endsWith('.tflite')) return 'tflite';
  if (model.includes('matmulinteger')) return 'qop-matmulinteger';
  return model.includes('qop') ? 'qop' : 'qdq';
}

/** The 200 test digits of the example. */
const digits: BenchNet = {
  net: 'digits',
  format: 'qdq',
  file: join('examples', 'digits', 'digits.onnx'),
  cases: undefined,
  labelled() {
    const name = 'test-digits.npz';
    const arrays = parseNpz(readFileSync(join('examples', 'digits', name)), name);
    const images = arrays.get('images');
    const labels = arrays.get('labels');
    if (!images || !labels) throw new TypeError(`${name} has no images or no labels`);
    const [count = 0, ...shape] = images.type.shape;
    const size = images.data.length / count;
    const type = { dtype: images.type.dtype, shape: [1, ...shape] };
    return {
      samples: Array.from({ length: count }, (_, i) => [
        { type, data: images.data.slice(i * size, (i + 1) * size) },
      ]),
      labels: Array.from(labels.data as ArrayLike<number | bigint>, Number),
    };
  },
};

/** All inputs that are known of a network, with their classes where those are known. */
export function knownSamples(
  net: BenchNet,
):
  | { readonly samples: readonly (readonly Tensor[])[]; readonly labels: readonly (number | undefined)[] }
  | undefined {
  if (net.labelled) return net.labelled();
  const corpus = corpusFolder();
  if (corpus === undefined || !net.cases) return undefined;
  const { cases } = net.cases;
  return {
    samples: cases.map(({ inputs }) => inputs.map((input) => readTensor(corpus, input))),
    labels: cases.map(({ label }) => label),
  };
}

/** Folder of the corpus, or undefined where there is none. */
export function corpusFolder(): string | undefined {
  const corpus = process.env['MATCH_CORPUS'];
  return corpus && existsSync(join(corpus, 'manifest.json')) ? corpus : undefined;
}
