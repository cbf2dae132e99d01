import fc from 'fast-check';
import { printProgram, type Program } from 'match-compiler';
import {
  sampleProgram,
  type Sample,
  type SampleBuffer,
  type SampleOverlap,
  type SampleStep,
} from './sample-program.js';

export interface RandomShape {
  readonly kernels: number;
  readonly bytes: number;
  readonly alignments: readonly number[];
  readonly launches: boolean;
}

interface RandomKernel {
  readonly reads: readonly number[];
  readonly sizes: readonly number[];
  readonly alignment: number;
  readonly scratch: number;
  /** One per pair of input and output; null where no overlap is allowed. */
  readonly leads: readonly (number | null)[];
  readonly launched: boolean;
}

/** Programs of kernels that read some of what was made before, most often what was made last. */
export function randomPrograms({ kernels, bytes, alignments, launches }: RandomShape): fc.Arbitrary<Program> {
  const kernel: fc.Arbitrary<RandomKernel> = fc.record({
    reads: fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(3)), {
      minLength: 1,
      maxLength: 3,
    }),
    sizes: fc.array(fc.integer({ min: 1, max: bytes }), { minLength: 1, maxLength: 2 }),
    alignment: fc.constantFrom(...alignments),
    scratch: fc.oneof(fc.constant(0), fc.nat(bytes)),
    leads: fc.array(fc.option(fc.integer({ min: -bytes, max: bytes })), { minLength: 6, maxLength: 6 }),
    launched: launches ? fc.boolean() : fc.constant(false),
  });
  return fc
    .tuple(fc.integer({ min: 1, max: bytes }), fc.array(kernel, { minLength: 1, maxLength: kernels }))
    .map(([inputBytes, list]) => {
      const program = sampleProgram(assemble(inputBytes, list));
      // Counterexamples are shown as text.
      return Object.assign(program, { [fc.toStringMethod]: () => printProgram(program) });
    });
}

function assemble(inputBytes: number, kernels: readonly RandomKernel[]): Sample {
  const made: (SampleBuffer & { used: boolean })[] = [
    { name: 'x', bytes: inputBytes, role: 'input', used: false },
  ];
  const scratch: SampleBuffer[] = [];
  const steps: SampleStep[] = [];
  const pending = new Map<string, string>();
  const await_ = (token: string): void => {
    steps.push({ wait: token });
    for (const [buffer, job] of pending) if (job === token) pending.delete(buffer);
  };
  kernels.forEach((kernel, k) => {
    const name = `k${k}`;
    const inputs = [...new Set(kernel.reads.map((back) => made[Math.max(0, made.length - 1 - back)]))];
    const reads = inputs.flatMap((buffer) => (buffer ? [buffer.name] : []));
    for (const read of reads) {
      const job = pending.get(read);
      if (job !== undefined) await_(job);
    }
    for (const input of inputs) if (input) input.used = true;
    const writes = kernel.sizes.map((bytes, i) => {
      const buffer = { name: `${name}_${i}`, bytes, alignment: kernel.alignment, used: false };
      made.push(buffer);
      return buffer.name;
    });
    if (kernel.scratch > 0) scratch.push({ name: `${name}_s`, bytes: kernel.scratch, role: 'scratch' });
    const overlaps = reads.flatMap((input, i) =>
      writes.flatMap((output, j): SampleOverlap[] => {
        const lead = kernel.leads[i * 2 + j];
        return lead === null || lead === undefined ? [] : [{ input, output, lead }];
      }),
    );
    steps.push({
      kind: kernel.launched ? 'launch' : 'call',
      name,
      reads,
      writes,
      scratch: kernel.scratch > 0 ? [`${name}_s`] : [],
      overlaps,
    });
    if (kernel.launched) for (const write of writes) pending.set(write, name);
  });
  for (const token of new Set(pending.values())) await_(token);
  const buffers = made.map(({ used, ...buffer }): SampleBuffer => ({
    ...buffer,
    role: buffer.role ?? (used ? 'activation' : 'output'),
  }));
  return { buffers: [...buffers, ...scratch], steps };
}
