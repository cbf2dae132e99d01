import type { KernelCall, KernelInstance, LayoutChoice, ModulePattern, Region } from 'match-compiler';
import { poolAt, summaryOf } from 'match-compiler/plugins/host';
import { isPlanar, planarLayout, planarRefusal } from '../activations/index.ts';

/** Makes the kernel of a call from the same call on row-major tensors. */
export type PlanarPool = (call: KernelCall, rows: KernelCall) => KernelInstance;

/** The element at a row-major index of the accelerators' layout. */
const reversed = (index: string): string => `(${index}) ^ 3`;
const plain = (index: string): string => index;

/** A portable pool that reads or writes the accelerators' layout; undefined for other patterns. */
export function planarPool({ name }: ModulePattern): PlanarPool | undefined {
  if (!poolAt(name, { x: plain, out: plain })) return undefined;
  return (call, rows) => {
    const { inputs, outputs } = call.layouts;
    const instantiate = poolAt(name, {
      x: isPlanar(inputs[0]) ? reversed : plain,
      out: isPlanar(outputs[0]) ? reversed : plain,
    });
    if (!instantiate) throw new TypeError(`${name} is no pool`);
    const instance = instantiate(rows);
    return { ...instance, holes: { ...instance.holes, summary: summaryOf(call) } };
  };
}

/** What a pool offers beside its own layouts: its image, its result or both in the accelerators' order. */
export function planarPoolLayouts(pattern: ModulePattern, region: Region): readonly LayoutChoice[] {
  const { inputs, outputs } = region;
  const [x] = inputs;
  const [out] = outputs;
  if (!x || !out || inputs.length > 1 || outputs.length > 1) return [];
  const choices = pattern.layouts(region);
  const reads = planarRefusal(x) === true;
  const writes = planarRefusal(out) === true;
  const [image, result] = [planarLayout(x.type), planarLayout(out.type)];
  const [first] = choices;
  const found = new Map<string, LayoutChoice>();
  const add = (choice: LayoutChoice): void =>
    void found.set(JSON.stringify([choice.inputs, choice.outputs]), choice);
  for (const choice of choices) {
    if (reads) add({ ...choice, inputs: [image] });
    if (writes) add({ ...choice, outputs: [result] });
  }
  if (reads && writes && first) add({ ...first, inputs: [image], outputs: [result] });
  return [...found.values()];
}
