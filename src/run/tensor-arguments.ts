import { resolve } from 'node:path';
import { nearest } from '../diagnostics/suggest.ts';
import type { Value } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import { archiveEntryMissing, tensorNameUnknown, tensorsMissing, tensorsTooMany } from './diagnostics.ts';
import { readTensorFile, tensorOfType, type TensorDecoder, type TensorFile } from './tensor-file.ts';

/** `NAME=FILE`, or a file for the next input that has none. */
interface Argument {
  readonly file: string;
  readonly value?: Value;
}

/**
 * The tensors for the inputs (or outputs) of a graph from the files that the user named: by NAME=FILE, by the
 * names inside an .npz archive, or in the order of the graph.
 * @param decodeProto reads ONNX's TensorProto
 * @returns in the order of `values`
 * @throws {MatchError} TENSOR_*, TENSORS_MISSING, TENSORS_TOO_MANY
 */
export function tensorsFromFiles(
  args: readonly string[],
  values: readonly Value[],
  role: 'input' | 'output',
  cwd: string,
  decodeProto: TensorDecoder,
): readonly Tensor[] {
  const read = (file: string): TensorFile => readTensorFile(resolve(cwd, file), file, decodeProto);
  const found = new Map<Value, Tensor>();
  const parsed = args.map((arg) => parseArgument(arg, values, role));
  for (const { file, value } of parsed) {
    if (!value) continue;
    found.set(value, namedTensor(read(file), file, value));
  }
  for (const { file, value } of parsed) {
    if (value) continue;
    const open = values.filter((candidate) => !found.has(candidate));
    const [next] = open;
    if (!next) throw tensorsTooMany(role, file, values.length);
    const content = read(file);
    if (content.kind === 'archive') {
      for (const [name, tensor] of fromArchive(content.tensors, open, file)) found.set(name, tensor);
    } else {
      found.set(next, tensorOfType(content, next.type, next.name, file));
    }
  }
  const missing = values.filter((value) => !found.has(value));
  if (missing.length > 0) {
    throw tensorsMissing(
      role,
      missing.map((value) => value.name),
    );
  }
  return values.flatMap((value) => found.get(value) ?? []);
}

function parseArgument(argument: string, values: readonly Value[], role: 'input' | 'output'): Argument {
  for (let at = argument.indexOf('='); at > 0; at = argument.indexOf('=', at + 1)) {
    const value = values.find(({ name }) => name === argument.slice(0, at));
    if (value) return { value, file: argument.slice(at + 1) };
  }
  const name = /^([^=/\\]+)=/.exec(argument)?.[1];
  if (name === undefined) return { file: argument };
  const names = values.map((value) => value.name);
  throw tensorNameUnknown(name, role, nearest(name, names), names);
}

function namedTensor(content: TensorFile, file: string, value: Value): Tensor {
  if (content.kind !== 'archive') return tensorOfType(content, value.type, value.name, file);
  const [tensor] = fromArchive(content.tensors, [value], file).values();
  if (!tensor) throw archiveEntryMissing(file, [value.name], [...content.tensors.keys()]);
  return tensor;
}

/** By name; an archive that was saved without names (`arr_0`, `arr_1`, …) is taken in order. */
function fromArchive(
  tensors: ReadonlyMap<string, Tensor>,
  values: readonly Value[],
  file: string,
): ReadonlyMap<Value, Tensor> {
  const entries = [...tensors];
  const unnamed = entries.length > 0 && entries.every(([name]) => /^arr_\d+$/.test(name));
  const chosen = values.map((value, i) => (unnamed ? tensors.get(`arr_${i}`) : tensors.get(value.name)));
  const missing = values.filter((_, i) => !chosen[i]);
  if (missing.length > 0) {
    throw archiveEntryMissing(
      file,
      missing.map((value) => value.name),
      entries.map(([name]) => name),
    );
  }
  return new Map(
    values.flatMap((value, i) => {
      const tensor = chosen[i];
      return tensor
        ? [
            [
              value,
              tensorOfType({ kind: 'tensor', tensor }, value.type, value.name, `${file}:${value.name}`),
            ] as const,
          ]
        : [];
    }),
  );
}
