import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bundle } from '../emit/bundle.ts';
import { semanticFlags, warningFlags } from '../emit/c-flags.ts';
import type { Graph } from '../ir/graph.ts';
import { bytesOf } from '../ir/data-type.ts';
import { byteSize, tensorFromBytes, type Tensor } from '../ir/tensor.ts';
import { compilerMessages } from './compiler-messages.ts';
import { compileFailed, programFailed, simulatorTrapped } from './diagnostics.ts';
import { runProgram } from './process.ts';
import type { Toolchain } from './toolchain.ts';

const sanitizerFlags = [
  '-g',
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=all',
  '-fno-omit-frame-pointer',
];

/**
 * Compiles the emitted C in a folder and returns the path of the program.
 * @throws {MatchError} C_COMPILE_FAILED with the compiler's messages traced back to the model
 */
export async function compileBundle(
  bundle: Bundle,
  toolchain: Toolchain,
  folder: string,
  sanitize: boolean,
): Promise<string> {
  for (const { path, content } of bundle.files.values()) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  const sources = [...bundle.files.keys()].filter((path) => path.endsWith('.c'));
  const program = join(folder, 'match-program');
  const command: [string, ...string[]] = [
    ...toolchain.command,
    '-O2',
    ...semanticFlags,
    ...warningFlags,
    ...toolchain.platform.flags,
    ...(sanitize ? sanitizerFlags : []),
    '-I.',
    ...sources,
    '-o',
    program,
    '-lm',
  ];
  const { code, output } = await runProgram(command, { cwd: folder });
  if (code !== 0) throw compileFailed(command.join(' '), compilerMessages(output, bundle), output);
  return program;
}

/**
 * Runs a built network on samples, each with its inputs in the order of the graph; answers with the outputs
 * of each.
 * @throws {MatchError} PROGRAM_FAILED, SIMULATOR_TRAPPED
 */
export async function runNetwork(
  program: string,
  graph: Graph,
  samples: readonly (readonly Tensor[])[],
  toolchain: Toolchain,
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly (readonly Tensor[])[]> {
  const inputFile = join(folder, 'inputs.bin');
  const outputFile = join(folder, 'outputs.bin');
  writeFileSync(
    inputFile,
    Buffer.concat(samples.flatMap((inputs) => inputs.map(({ data }) => bytesOf(data)))),
  );
  const files = ['--output', outputFile, ...(graph.inputs.length > 0 ? ['--input', inputFile] : [])];
  const command = [...toolchain.runner, program, ...files] as unknown as readonly [string, ...string[]];
  const { code, status, output } = await runProgram(command, {
    cwd: folder,
    env: { ...process.env, ...environment },
    ...(toolchain.secondsPerRun !== undefined && { seconds: toolchain.secondsPerRun }),
  });
  const trap = simulatorTrap(output);
  if (code !== 0 && trap !== undefined) throw simulatorTrapped(trap);
  if (code !== 0) throw programFailed(status, output);
  const bytes = readFileSync(outputFile);
  const perSample = graph.outputs.reduce((sum, { type }) => sum + byteSize(type), 0);
  if (bytes.byteLength !== perSample * samples.length)
    throw programFailed(`${bytes.byteLength} bytes of outputs`, output);
  let offset = 0;
  return samples.map(() =>
    graph.outputs.map(({ type }) => {
      const end = offset + byteSize(type);
      const result = tensorFromBytes(type, bytes.subarray(offset, end));
      offset = end;
      return result;
    }),
  );
}

/** What a simulator says when a program broke a rule of the hardware. */
function simulatorTrap(output: string): string | undefined {
  return /^match simulator: trap: (.*)$/m.exec(output)?.[1];
}
