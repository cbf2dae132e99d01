import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { topologies } from './topologies.ts';

/** Names under which the trained models are found: those of the benchmark's repository, and plain ones. */
const trainedNames: Readonly<Record<string, string>> = {
  autoencoder: 'ad01_int8',
  'ds-cnn': 'kws_ref_model',
  resnet8: 'pretrainedResnet_quant',
  mobilenet: 'vww_96_int8',
};

/** A model file with the name that its C is to have. */
export interface ModelFile {
  readonly file: string;
  readonly name: string;
}

/**
 * The four networks: from the folder `trained` those that are there, the others with weights from a seed, written to
 * the folder `models`.
 */
export function modelFiles(models: string, trained?: string): readonly ModelFile[] {
  return Object.entries(topologies).map(([net, build]) => {
    const name = net.replace('-', '_');
    const known = trained === undefined ? undefined : trainedFile(trained, net);
    if (known !== undefined) return { file: known, name };
    const file = join(models, `${net}.onnx`);
    if (!existsSync(file)) {
      mkdirSync(models, { recursive: true });
      writeFileSync(file, build());
    }
    return { file, name };
  });
}

function trainedFile(folder: string, net: string): string | undefined {
  return [trainedNames[net] ?? net, net]
    .flatMap((stem) => [`${stem}.tflite`, `${stem}.onnx`])
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
}
