import { cLiteral, tilingOf, type KernelInstruction, type Slice } from 'match-compiler';
import type { Addresses } from './addresses.ts';
import type { NetworkRuntime } from './runtime.ts';

/** A call of a C function or macro: its arguments are C expressions. */
export interface CCall {
  readonly name: string;
  readonly args: readonly string[];
}

/** What the simulator is told of a job: its layer and cost, and the bytes that it uses. */
export function jobNotes(call: KernelInstruction, addresses: Addresses, { layers }: NetworkRuntime): CCall[] {
  const { region, cycles, dispatchCycles, inputs, constants, outputs, scratch } = call;
  const real = (value: number): string => cLiteral('float64', value);
  const job = {
    name: 'match_note_job',
    args: [`${layers.indexOf(region)}`, real(cycles), real(dispatchCycles)],
  };
  const adding = addsToOutputs(call);
  const reads = [...inputs, ...constants, ...(adding ? outputs : [])];
  return [
    job,
    ...reads.flatMap((slice) => boxNote('read', slice, addresses)),
    ...outputs.flatMap((slice) => boxNote('write', slice, addresses)),
    ...scratch.flatMap((slice) => {
      if (slice.rowBytes === 0) return [];
      const before = adding ? boxNote('read', slice, addresses) : [];
      if (isReduced(call)) return [...before, ...boxNote('write', slice, addresses)];
      const args = [addresses.untyped(slice), String(slice.rowBytes)];
      return [...before, { name: 'match_note_scratch', args }];
    }),
  ];
}

/** The same call in fewer words where a box is one run of bytes. */
export function briefNote(call: CCall): CCall {
  const { name, args } = call;
  const [pointer = '', planes, , rows, , rowBytes = ''] = args;
  if (!name.endsWith('_box') || planes !== '1' || rows !== '1') return call;
  return { name: name.replace(/_box$/, ''), args: [pointer, rowBytes] };
}

function boxNote(what: 'read' | 'write', slice: Slice, addresses: Addresses): CCall[] {
  const { rowBytes, rows, rowStride, planes, buffer } = slice;
  // Constants that a job reads where they are stored cannot change.
  if (rowBytes === 0 || rows === 0 || buffer.role === 'constant') return [];
  const box = [planes?.count ?? 1, planes?.stride ?? 0, rows, rowStride, rowBytes];
  return [{ name: `match_note_${what}_box`, args: [addresses.untyped(slice), ...box.map(String)] }];
}

/** Dimensions of partial sums of which a call computes a part. */
function cutReductions({ region, tile }: KernelInstruction): readonly { readonly start: number }[] {
  const dimensions = tilingOf(region)?.dimensions ?? [];
  return dimensions.flatMap(({ name, extent, reduction }) => {
    const range = tile.ranges[name];
    return reduction && range && range.extent < extent ? [range] : [];
  });
}

/** Outputs and scratch carry partial sums from call to call. */
function isReduced(call: KernelInstruction): boolean {
  return cutReductions(call).length > 0;
}

/** The call adds to what an earlier one left in its outputs. */
function addsToOutputs(call: KernelInstruction): boolean {
  return cutReductions(call).some(({ start }) => start > 0);
}
