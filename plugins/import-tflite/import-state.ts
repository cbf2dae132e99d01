import type { GraphEditor, Rounding, Value } from 'match-compiler';
import type { FileTensor } from './file/model.ts';
import type { Tensors } from './tensors.ts';

/** What the operators of one import share. */
export interface ImportState {
  readonly file: string;
  readonly editor: GraphEditor;
  readonly tensors: Tensors;
  readonly rounding: Rounding;
  /** Values of tensors so far: inputs, constants, results. */
  readonly values: Map<number, Value>;
  /** Tensors that are inputs of the model, by index. */
  readonly inputs: ReadonlySet<number>;
  /** Names of the tensors, by index, each once. */
  readonly names: readonly string[];
  /** No internal value may take the name of a tensor. */
  readonly reserved: ReadonlySet<string>;
  /** Constants made from those of the file (weights in another order), by name. */
  readonly derived: Map<string, Value>;
  /** Channels-first forms of values that were needed more than once. */
  readonly channelsFirst: Map<Value, Value>;
  /** Whether shapes stated for results still hold: not where the user chose other input shapes. */
  readonly shapesHold: boolean;
  /** Lines for `ModelInfo.recognised`, each once. */
  readonly recognised: Set<string>;
}

/** One name per tensor: its own, or its index where it has none or shares it. */
export function tensorNames(tensors: readonly FileTensor[]): string[] {
  const taken = new Set(tensors.map((tensor) => tensor.name).filter((name) => name !== ''));
  const used = new Set<string>();
  return tensors.map(({ name, index }) => {
    if (name !== '' && !used.has(name)) {
      used.add(name);
      return name;
    }
    let fresh = name === '' ? `tensor_${index}` : `${name}#${index}`;
    while (taken.has(fresh)) fresh += '_';
    taken.add(fresh);
    return fresh;
  });
}
