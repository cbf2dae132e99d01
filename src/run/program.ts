import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bundle } from '../emit/bundle.ts';
import type { Graph } from '../ir/graph.ts';
import { bytesOf } from '../ir/data-type.ts';
import { byteSize, tensorFromBytes, type Tensor } from '../ir/tensor.ts';
import { compilerMessages } from './compiler-messages.ts';
import { compileFailed, programFailed } from './diagnostics.ts';
import { runProgram } from './process.ts';
import type { Toolchain } from './toolchain.ts';

/** What emitted C must bear without a warning; contraction would change float results. */
const strictFlags = [
  '-std=c99',
  '-O2',
  '-ffp-contract=off',
  '-Wall',
  '-Wextra',
  '-Wconversion',
  '-Wsign-conversion',
  '-Wshadow',
  '-Werror',
];

const sanitizerFlags = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'];

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
    ...strictFlags,
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
 * Runs a built network on inputs in the order of the graph.
 * @throws {MatchError} PROGRAM_FAILED
 */
export async function runNetwork(
  program: string,
  graph: Graph,
  inputs: readonly Tensor[],
  toolchain: Toolchain,
  folder: string,
): Promise<readonly Tensor[]> {
  const inputFiles = inputs.map((input, i) => {
    const file = join(folder, `input_${i}.bin`);
    writeFileSync(file, bytesOf(input.data));
    return file;
  });
  const outputFiles = graph.outputs.map((_, i) => join(folder, `output_${i}.bin`));
  const command = [
    ...toolchain.runner,
    program,
    ...inputFiles.flatMap((file) => ['--input', file]),
    ...outputFiles.flatMap((file) => ['--output', file]),
  ] as unknown as readonly [string, ...string[]];
  const { code, status, output } = await runProgram(command, { cwd: folder });
  if (code !== 0) throw programFailed(status, output);
  return graph.outputs.map(({ type }, i) => {
    const bytes = readFileSync(outputFiles[i] ?? '');
    if (bytes.byteLength !== byteSize(type)) throw programFailed(`${bytes.byteLength} bytes for output ${i}`, output);
    return tensorFromBytes(type, bytes);
  });
}
