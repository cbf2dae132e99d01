import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobField, JobKernel } from 'match-compiler';
import mainText from './harness-text.ts';
import type { CallOperand, PreparedCall } from './kernel-calls.ts';

const strictFlags = [
  '-std=c99 -O2 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wcast-qual',
  '-Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror',
].flatMap((text) => text.split(' '));

/** The compilers that kernels have to please, with their flags. */
export const compilers = {
  gcc: ['gcc', ...strictFlags],
  sanitized: [
    'clang',
    ...strictFlags.map((flag) => (flag === '-O2' ? '-O1' : flag)),
    '-fsanitize=address,undefined',
    '-fno-sanitize-recover=all',
  ],
} as const;

/**
 * Runs every call with 1 to 8 workers, forwards and backwards, and compares all bytes of the outputs.
 * @returns a line for each call whose output differs
 */
export function runCalls(
  calls: readonly PreparedCall[],
  compiler: keyof typeof compilers,
): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'match-cluster-'));
  try {
    const kernels = new Map<string, JobKernel>();
    for (const { pattern } of calls) {
      if (pattern.kernel.kind === 'job') kernels.set(pattern.kernel.name, pattern.kernel);
    }
    const source = join(folder, 'kernels.c');
    const program = join(folder, 'kernels');
    writeFileSync(source, programText([...kernels.values()]));
    writeFileSync(join(folder, 'calls.bin'), callData(calls, [...kernels.keys()]));
    const [command, ...flags] = compilers[compiler];
    execFileSync(command, [...flags, source, '-o', program], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = execFileSync(program, [join(folder, 'calls.bin')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 26,
    });
    const lines = output.split('\n').filter((line) => line !== '');
    const last = lines.pop();
    if (last !== `${calls.length} calls`) return [`the program ended with: ${last ?? 'nothing'}`];
    return lines.map((line) => `${calls[Number(line.split(' ')[0])]?.label ?? '?'}: ${line}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names and C types of the fields of a kernel's argument struct, as its source declares them. */
export function structFields(kernel: JobKernel): readonly { readonly type: string; readonly name: string }[] {
  const body = new RegExp(`struct ${kernel.name}_arguments \\{([^}]*)\\}`).exec(kernel.source.text)?.[1];
  if (body === undefined)
    throw new Error(`${kernel.source.path} declares no struct ${kernel.name}_arguments`);
  return [...body.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/^\s*(.*?)(\w+);$/gm)].map(
    ([, type = '', name = '']) => ({
      type: type.trim(),
      name,
    }),
  );
}

function programText(kernels: readonly JobKernel[]): string {
  const support = kernels.flatMap((kernel) => kernel.support);
  const sources = support.filter(({ path }, i) => support.findIndex((other) => other.path === path) === i);
  const headers = [...new Set(kernels.flatMap((kernel) => kernel.headers))].filter(
    (name) => name !== 'string.h',
  );
  const runners = kernels.map((kernel) => {
    const fields = structFields(kernel).map(({ type, name }, i) =>
      type.includes('*')
        ? `    arguments.${name} = values[${i}].pointer;`
        : `    arguments.${name} = (${type})values[${i}].number;`,
    );
    return `static void run_${kernel.name}(const struct value *values, int32_t worker, int32_t workers)
{
    struct ${kernel.name}_arguments arguments;
${fields.join('\n')}
    ${kernel.name}(&arguments, worker, workers);
}`;
  });
  return [
    '#include <stdint.h>\n#include <stddef.h>\n#include <string.h>\n#include <stdio.h>\n#include <stdlib.h>',
    ...headers.map((name) => `#include <${name}>`),
    '#define MATCH_KERNEL static',
    ...sources.map(({ text }) => text),
    ...kernels.map(({ source }) => source.text),
    'struct value { void *pointer; double number; };',
    ...runners,
    `static void (*const kernels[])(const struct value *, int32_t, int32_t) = { ${kernels
      .map(({ name }) => `run_${name}`)
      .join(', ')} };`,
    mainText,
  ].join('\n\n');
}

/** The calls as numbers: see `harness-text.ts` for who reads them. */
function callData(calls: readonly PreparedCall[], names: readonly string[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const word = (value: number): void => {
    parts.push(new Uint8Array(new Uint32Array([value]).buffer));
  };
  const number = (value: number): void => {
    parts.push(new Uint8Array(new Float64Array([value]).buffer));
  };
  word(calls.length);
  calls.forEach(({ pattern, call, inputs, constants, outputs, scratch }, index) => {
    if (pattern.kernel.kind !== 'job') throw new Error(`${pattern.name} has no job kernel`);
    const { kernel } = pattern;
    word(names.indexOf(kernel.name));
    word(1 + (index % 8));
    const roles: Readonly<Record<string, readonly CallOperand[]>> = {
      input: inputs,
      constant: constants,
      output: outputs,
      scratch,
    };
    const operands = [...inputs, ...constants, ...outputs, ...scratch];
    word(operands.length);
    for (const operand of operands) {
      word(operand.kind === 'read' ? 0 : operand.kind === 'write' ? 1 : operand.kept ? 3 : 2);
      if (operand.kind === 'scratch') word(operand.size);
      else if (operand.kind === 'read') {
        word(operand.bytes.length);
        parts.push(operand.bytes);
      } else {
        word(operand.before.length);
        parts.push(operand.before, operand.after);
      }
    }
    const fields = kernel.fields(call);
    word(fields.length);
    const declared = structFields(kernel);
    if (declared.map(({ name }) => name).join() !== fields.map(({ name }) => name).join())
      throw new Error(
        `${kernel.name}: fields ${fields.map(({ name }) => name).join()} of ${declared.map(({ name }) => name).join()}`,
      );
    for (const field of fields) {
      if ('value' in field) {
        word(0xffffffff);
        number(literalValue(field));
      } else {
        const operand = roles[field.role]?.[field.index];
        if (!operand) throw new Error(`${kernel.name} has no ${field.role} ${field.index}`);
        word(operands.indexOf(operand));
        number((operand.kind === 'scratch' ? 0 : operand.offset) + (field.offset ?? 0));
      }
    }
  });
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function literalValue(field: Extract<JobField, { value: unknown }>): number {
  const text = String(field.value);
  if (text === 'NULL') return 0;
  if (text === '(-2147483647 - 1)') return -(2 ** 31);
  const value = Number(/^INT64_C\((.*)\)$/.exec(text)?.[1] ?? text);
  if (Number.isNaN(value)) throw new Error(`${field.name} is ${text}`);
  return value;
}
