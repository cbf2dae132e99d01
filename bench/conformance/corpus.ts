import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  isDataType,
  roundings,
  tensorFromBytes,
  type DataType,
  type Rounding,
  type Tensor,
} from 'match-compiler';
import type { Tolerance } from 'match-compiler/build';
import { readTensorFile } from 'match-compiler/plugins/import-onnx';

interface FileTensor {
  readonly name: string;
  readonly file: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** One line of the corpus manifest. */
export interface CorpusCase {
  readonly id: string;
  readonly format: string;
  readonly model: string;
  readonly inputs: readonly FileTensor[];
  readonly outputs: readonly FileTensor[];
  readonly intermediate?: readonly FileTensor[];
  readonly arithmetic: string | { readonly rtol: number; readonly atol: number };
  readonly loose?: readonly { readonly name: string; readonly rtol: number; readonly atol: number }[];
  readonly convention?: { readonly arithmetic: string; readonly outputs: readonly FileTensor[] };
  /** The true class. */
  readonly label?: number;
}

/** All cases of one model file under one rule. */
export interface ModelCases {
  readonly model: string;
  readonly cases: readonly CorpusCase[];
  readonly rounding?: Rounding;
  /** Compare within the manifest's bounds for integer implementations, not exactly. */
  readonly loose: boolean;
}

/** Folders of whole networks, in the order of the table. */
export const netFolders = ['mlperf-tiny/', 'micro-kws/', 'plinio/', 'dory/'] as const;

/** Folders of operators and single layers. */
export const operatorFolders = ['onnx-node/', 'pytorch-operator/', 'tflite-ops/'] as const;

/** Every model under every rule that the corpus has expected outputs for, and QDQ under the default rule as well. */
export function modelCases(corpus: string, folders: readonly string[]): ModelCases[] {
  const manifest = JSON.parse(readFileSync(join(corpus, 'manifest.json'), 'utf8')) as CorpusCase[];
  const groups = new Map<
    string,
    { model: string; cases: CorpusCase[]; rounding?: Rounding; loose: boolean }
  >();
  const put = (entry: CorpusCase, rounding: Rounding | undefined, loose: boolean): void => {
    const key = `${entry.model} ${rounding ?? ''} ${loose}`;
    const group = groups.get(key);
    if (group) group.cases.push(entry);
    else groups.set(key, { model: entry.model, cases: [entry], loose, ...(rounding && { rounding }) });
  };
  for (const entry of manifest) {
    if (!folders.some((folder) => entry.model.startsWith(folder))) continue;
    const rule =
      typeof entry.arithmetic === 'string' ? roundings.find((name) => name === entry.arithmetic) : undefined;
    put(entry, rule, false);
    if (entry.loose) put(entry, 'integer-single', true);
  }
  return [...groups.values()];
}

export function readTensor(corpus: string, { file, dtype, shape }: FileTensor): Tensor {
  if (file.endsWith('.pb')) return readTensorFile(readFileSync(join(corpus, file)), file);
  if (!isDataType(dtype)) throw new TypeError(`${file} has the type ${dtype}`);
  return tensorFromBytes({ dtype: dtype satisfies DataType, shape }, readFileSync(join(corpus, file)));
}

/** The tensors of a case that must come out, by name; `#0`, `#1`, … for outputs that the file leaves unnamed. */
export function expectations(
  corpus: string,
  entry: CorpusCase,
): { readonly name: string; readonly tensor: Tensor }[] {
  const files = [...entry.outputs, ...(entry.intermediate ?? []), ...(entry.convention?.outputs ?? [])];
  return files.map((file, i) => ({ name: file.name || `#${i}`, tensor: readTensor(corpus, file) }));
}

/** How far a tensor of this case may be off; undefined when it must be exact. */
export function toleranceOf(entry: CorpusCase, name: string, loose: boolean): Tolerance | undefined {
  const bound = loose ? entry.loose?.find((item) => item.name === name) : entry.arithmetic;
  if (typeof bound !== 'object') return undefined;
  if (entry.intermediate?.some((item) => item.name === name)) return undefined;
  return { relative: bound.rtol, absolute: bound.atol };
}
