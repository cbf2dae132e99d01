import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { semanticFlags, warningFlags, type JobKernel } from 'match-compiler';

/** One run of the kernel: its numbers, and operands of exactly these bytes. */
export interface EngineRun {
  /** Values of the struct's fields behind the three pointers. */
  readonly values: readonly number[];
  readonly input: Uint8Array;
  readonly inputOffset: number;
  readonly constants: Uint8Array;
  /** What lies in the output before. */
  readonly output: Uint8Array;
  readonly outputOffset: number;
}

export interface EngineResult {
  /** What the kernel reported; −1 where it reported nothing. */
  readonly cycles: number;
  readonly output: Uint8Array;
}

/** A compiled kernel that takes runs on its standard input. */
export interface EngineProgram {
  run(runs: readonly EngineRun[]): readonly EngineResult[];
  remove(): void;
}

/** Compiles the kernel with a main program, warnings as errors. */
export function compileEngine(
  kernel: JobKernel,
  fieldNames: readonly string[],
  compiler: string,
  flags: readonly string[],
): EngineProgram {
  const folder = mkdtempSync(join(tmpdir(), 'match-ne16-'));
  const program = join(folder, 'engine');
  writeFileSync(join(folder, 'engine.c'), sourceText(kernel, fieldNames));
  execFileSync(compiler, [...warningFlags, ...semanticFlags, ...flags, 'engine.c', '-o', program], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return {
    run: (runs) => {
      const stdout = execFileSync(program, {
        input: Buffer.concat(runs.flatMap(requestOf)),
        maxBuffer: 2 ** 28,
        stdio: ['pipe', 'pipe', 'pipe'],
        env: { ...process.env, UBSAN_OPTIONS: 'halt_on_error=1' },
      });
      let offset = 0;
      return runs.map(({ output }) => {
        const cycles = stdout.readInt32LE(offset);
        const bytes = new Uint8Array(stdout.subarray(offset + 4, offset + 4 + output.length));
        offset += 4 + output.length;
        return { cycles, output: bytes };
      });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function requestOf({ values, input, inputOffset, constants, output, outputOffset }: EngineRun): Buffer[] {
  const head = [input.length, inputOffset, constants.length, output.length, outputOffset, ...values];
  const numbers = Buffer.alloc(4 * head.length);
  head.forEach((value, i) => numbers.writeInt32LE(value, 4 * i));
  return [numbers, Buffer.from(input), Buffer.from(constants), Buffer.from(output)];
}

function sourceText(kernel: JobKernel, fieldNames: readonly string[]): string {
  return `#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
${kernel.headers.map((header) => `#include <${header}>`).join('\n')}

#define MATCH_KERNEL static

static double spent;

static void match_spent(double cycles)
{
    spent = cycles;
}

${kernel.support.map(({ text }) => text).join('\n')}
${kernel.source.text}

static void *block(int32_t bytes)
{
    void *memory = malloc((size_t)bytes);
    if (memory == NULL || fread(memory, 1, (size_t)bytes, stdin) != (size_t)bytes) {
        exit(2);
    }
    return memory;
}

int main(void)
{
    int32_t head[${5 + fieldNames.length}];
    while (fread(head, sizeof head, 1, stdin) == 1) {
        uint8_t *input = block(head[0]);
        uint8_t *constants = block(head[2]);
        uint8_t *output = block(head[3]);
        const struct ${kernel.name}_arguments arguments = {
            .input = input + head[1],
            .weights = constants,
            .output = output + head[4],
${fieldNames.map((name, i) => `            .${name} = head[${5 + i}],`).join('\n')}
        };
        match_spent(-1);
        ${kernel.name}(&arguments, 0, 1);
        const int32_t cycles = (int32_t)spent;
        fwrite(&cycles, sizeof cycles, 1, stdout);
        fwrite(output, 1, (size_t)head[3], stdout);
        free(input);
        free(constants);
        free(output);
    }
    return 0;
}
`;
}
