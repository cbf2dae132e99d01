import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  bytesOf,
  expand,
  type Buffer as ConstantBuffer,
  type KernelInstruction,
  type Tensor,
} from 'match-compiler';
import { findToolchain, type BuildResult } from 'match-compiler/build';
import { shimSource } from './shim-source.ts';

/** Something that is wrong in the data that a program hands to its engines. */
export type Fault =
  | { readonly of: 'constant'; readonly buffer: ConstantBuffer; readonly bytes: Uint8Array }
  | {
      readonly of: 'job';
      /** Position among the jobs of a run. */
      readonly job: number;
      readonly field: string;
      /** What is added to the field. */
      readonly by: number;
    };

export interface Job {
  readonly instruction: KernelInstruction;
  readonly kernel: string;
  /** Fields of the argument struct, in its order; undefined where they hold neither addresses nor plain numbers. */
  readonly fields: ReadonlyMap<string, number | 'address' | undefined>;
}

/** Longer than any run takes: a program that a fault keeps running has been found out. */
const longestRun = 20_000;

/**
 * An emitted network, compiled once for the simulator in a way that lets single runs have a fault in a packed
 * constant or in the arguments of a job.
 */
export class FaultyProgram {
  readonly jobs: readonly Job[];
  /** Packed constants: those of the program that are stored in an engine's own order. */
  readonly constants: readonly ConstantBuffer[];
  readonly #folder: string;
  readonly #program: string;
  readonly #fieldIndex: ReadonlyMap<string, number>;
  /** Positions in the shim's table of constants. */
  readonly #indexOf: ReadonlyMap<ConstantBuffer, number>;
  readonly #expected: Buffer;
  readonly #inputs: string;
  #runs = 0;

  private constructor(
    parts: Pick<FaultyProgram, 'jobs' | 'constants'> & {
      readonly folder: string;
      readonly program: string;
      readonly fieldIndex: ReadonlyMap<string, number>;
      readonly indexOf: ReadonlyMap<ConstantBuffer, number>;
      readonly expected: Buffer;
      readonly inputs: string;
    },
  ) {
    this.jobs = parts.jobs;
    this.constants = parts.constants;
    this.#folder = parts.folder;
    this.#program = parts.program;
    this.#fieldIndex = parts.fieldIndex;
    this.#indexOf = parts.indexOf;
    this.#expected = parts.expected;
    this.#inputs = parts.inputs;
  }

  /**
   * @param expected outputs of each sample, as the interpreter has them
   * @throws {Error} when the program does not compile, or differs without any fault
   */
  static async make(
    { compilation }: BuildResult,
    samples: readonly (readonly Tensor[])[],
    expected: readonly (readonly Tensor[])[],
    folder: string,
  ): Promise<FaultyProgram> {
    const { bundle, program: ir, mapping } = compilation;
    const jobs = jobsOf(ir);
    const { text, fieldIndex, symbols } = shimSource(bundle, jobs);
    for (const { path, content } of bundle.files.values()) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    writeFileSync(join(folder, 'shim.c'), text);
    const sources = [...bundle.files.keys()].filter((path) => path.endsWith('.c') && path !== 'network.c');
    const { command } = findToolchain(mapping.target);
    const program = join(folder, 'faulty');
    const [compiler = '', ...rest] = command;
    await finished(
      compiler,
      [...rest, '-O2', '-std=gnu99', '-I.', 'shim.c', ...sources, '-o', program, '-lm'],
      folder,
    );
    const inputs = join(folder, 'inputs.bin');
    writeFileSync(inputs, joined(samples));

    const dump = join(folder, 'constants.bin');
    const outputs = join(folder, 'clean.bin');
    const said = await finished(program, ['--input', inputs, '--output', outputs], folder, {
      MATCH_FAULT_DUMP: dump,
    });
    const wanted = joined(expected);
    if (!readFileSync(outputs).equals(wanted)) throw new Error('the program differs from the interpreter');
    const count = Number(/^jobs (\d+)$/m.exec(said)?.[1]);
    if (count !== jobs.length * samples.length)
      throw new Error(`${count} jobs in ${samples.length} runs, ${jobs.length} in the program`);

    const stored = slicesOf(readFileSync(dump), symbols);
    const indexOf = new Map<ConstantBuffer, number>();
    for (const buffer of ir.buffers) {
      const { content, packed } = buffer;
      if (!packed || !(content instanceof Uint8Array) || content.length === 0) continue;
      const index = stored.findIndex((bytes) => bytes.equals(content));
      if (index < 0) throw new Error(`${buffer.name} is not stored as it was packed`);
      indexOf.set(buffer, index);
    }
    return new FaultyProgram({
      jobs,
      constants: [...indexOf.keys()],
      folder,
      program,
      fieldIndex,
      indexOf,
      expected: wanted,
      inputs,
    });
  }

  /** Runs with a fault: true when a trap, a crash or a wrong output gives it away. */
  async shows(fault: Fault): Promise<boolean> {
    const run = this.#runs++;
    const output = join(this.#folder, `outputs-${run}.bin`);
    const environment: Record<string, string> = {};
    if (fault.of === 'constant') {
      const file = join(this.#folder, `constant-${run}.bin`);
      writeFileSync(file, fault.bytes);
      environment['MATCH_FAULT_CONSTANT'] = String(this.#indexOf.get(fault.buffer) ?? -1);
      environment['MATCH_FAULT_BYTES'] = file;
    } else {
      const { kernel } = this.jobs[fault.job] ?? {};
      environment['MATCH_FAULT_JOB'] = String(fault.job);
      environment['MATCH_FAULT_JOBS'] = String(this.jobs.length);
      environment['MATCH_FAULT_FIELD'] = String(this.#fieldIndex.get(`${kernel} ${fault.field}`) ?? -1);
      environment['MATCH_FAULT_BY'] = String(fault.by);
    }
    try {
      await finished(this.#program, ['--input', this.#inputs, '--output', output], this.#folder, environment);
    } catch (error) {
      // The shim's own complaint is no find.
      if (error instanceof Error && error.message.includes('match shim:')) throw error;
      return true;
    }
    return !readFileSync(output).equals(this.#expected);
  }
}

/** A plain number among the arguments of a job; 0 where there is none. */
export function numberIn({ fields }: Job, name: string): number {
  const value = fields.get(name);
  return typeof value === 'number' ? value : 0;
}

/** The jobs of a run in the order in which they are handed over. */
function jobsOf(program: Parameters<typeof expand>[0]): readonly Job[] {
  return expand(program).flatMap((step): Job[] => {
    if (step.kind !== 'kernel') return [];
    const { instruction } = step;
    const { region, tile, strides } = instruction;
    const { kernel } = region.pattern;
    if (kernel.kind !== 'job') return [];
    const { layouts } = region.schedule;
    const fields = kernel.fields({ region: region.region, layouts, tile, ...(strides && { strides }) });
    const numbers = fields.map((field): readonly [string, number | 'address' | undefined] => {
      if ('role' in field) return [field.name, 'address'];
      const value = Number(field.value);
      return [field.name, Number.isNaN(value) ? undefined : value];
    });
    return [{ instruction, kernel: kernel.name, fields: new Map(numbers) }];
  });
}

function joined(samples: readonly (readonly Tensor[])[]): Buffer {
  return Buffer.concat(samples.flatMap((tensors) => tensors.map(({ data }) => bytesOf(data))));
}

function slicesOf(all: Buffer, symbols: readonly { readonly bytes: number }[]): Buffer[] {
  let offset = 0;
  return symbols.map(({ bytes }) => all.subarray(offset, (offset += bytes)));
}

function finished(
  command: string,
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...environment }, timeout: longestRun };
    execFile(command, [...args], options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(stdout + stderr);
    });
  });
}
