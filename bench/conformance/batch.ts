import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Bundle,
  byteSize,
  bytesOf,
  MatchError,
  tensorFromBytes,
  type BundleFile,
  type Graph,
  type Tensor,
} from 'match-compiler';
import { compileBundle, withTemporaryFolder, type Toolchain } from 'match-compiler/build';
import type { PreparedCase } from './operator-case.ts';

/** What the C of one case gave: the outputs of every sample, or why there are none. */
export type BatchResult = { readonly outputs: readonly (readonly Tensor[])[] } | { readonly fault: string };

/** Seconds that a batch of networks may run. */
const timeLimit = 120;

/**
 * Compiles many networks into one program and runs each on its samples. What does not compile or crashes is found
 * out one by one, so that it costs the others nothing.
 */
export async function runBatch(
  cases: readonly PreparedCase[],
  toolchain: Toolchain,
  sanitize: boolean,
): Promise<readonly BatchResult[]> {
  try {
    return await withTemporaryFolder(async (folder) => {
      const program = await compileBundle(batchBundle(cases), toolchain, folder, sanitize);
      return runProgram(cases, program, folder);
    });
  } catch (error) {
    if (!MatchError.is(error)) throw error;
    if (cases.length === 1) return [{ fault: firstLines(error) }];
    const half = Math.ceil(cases.length / 2);
    const first = await runBatch(cases.slice(0, half), toolchain, sanitize);
    return [...first, ...(await runBatch(cases.slice(half), toolchain, sanitize))];
  }
}

function firstLines({ message, diagnostic }: MatchError): string {
  return [message, ...(diagnostic.notes ?? []).slice(0, 3)].join('; ').slice(0, 600);
}

/** Runs the networks from `first` on; after a crash, again from the one behind it. */
function runProgram(cases: readonly PreparedCase[], program: string, folder: string): BatchResult[] {
  const results: BatchResult[] = [];
  cases.forEach(({ samples }, i) => {
    const bytes = samples.flatMap((inputs) => inputs.map(({ data }) => bytesOf(data)));
    writeFileSync(join(folder, `in${i}`), Buffer.concat(bytes));
  });
  for (let first = 0; first < cases.length; first = results.length) {
    const { status, signal, stderr } = spawnSync(program, [String(first)], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 1000 * timeLimit,
    });
    const done = Number(/^done (\d+)$/m.exec(readText(join(folder, 'progress')))?.[1] ?? first);
    for (let i = first; i < done; i++) results.push(readOutputs(cases[i], join(folder, `out${i}`)));
    if (results.length < cases.length) {
      const how = signal ?? `exit code ${status ?? '?'}`;
      const error = /^.*(?:runtime error|ERROR: AddressSanitizer).*$/m.exec(stderr)?.[0] ?? '';
      results.push({ fault: `the program ended with ${how} ${error}`.trim() });
    }
  }
  return results;
}

function readText(path: string): string {
  return statSync(path, { throwIfNoEntry: false }) ? readFileSync(path, 'utf8') : '';
}

function readOutputs(prepared: PreparedCase | undefined, path: string): BatchResult {
  if (!prepared) return { fault: 'no such case' };
  const bytes = readFileSync(path);
  const types = prepared.graph.outputs.map(({ type }) => type);
  const perSample = types.reduce((sum, type) => sum + byteSize(type), 0);
  if (bytes.byteLength !== perSample * prepared.samples.length) {
    return {
      fault: `${bytes.byteLength} bytes of outputs instead of ${perSample * prepared.samples.length}`,
    };
  }
  let offset = 0;
  const outputs = prepared.samples.map(() =>
    types.map((type) => {
      const end = offset + byteSize(type);
      const tensor = tensorFromBytes(type, bytes.subarray(offset, end));
      offset = end;
      return tensor;
    }),
  );
  return { outputs };
}

/** The networks without their own main programs, and one for all. */
function batchBundle(cases: readonly PreparedCase[]): Bundle {
  const files: BundleFile[] = cases.flatMap(({ bundle }) =>
    [...bundle.files.values()].filter(({ path }) => path !== 'main.c' && /\.(?:[ch]|map)$/.test(path)),
  );
  return new Bundle([...files, { path: 'main.c', content: mainProgram(cases) }]);
}

function mainProgram(cases: readonly PreparedCase[]): string {
  const runs = cases.map(({ name, graph, bundle, samples }, i) => {
    const { inputs, outputs } = accessors(name, graph, bundle);
    const put = inputs.map(({ call, bytes }) => `        take(${call}, ${bytes}u);`);
    const get = outputs.map(({ call, bytes }) => `        give(${call}, ${bytes}u);`);
    return `
static void run${i}(void)
{
    for (int sample = 0; sample < ${samples.length}; ++sample) {
${[...put, `        ${name}_run();`, ...get].join('\n')}
    }
}`;
  });
  return `#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
${cases.map(({ name }) => `#include "${name}.h"`).join('\n')}

static FILE *in;
static FILE *out;

static FILE *opened(const char *kind, int index, const char *mode)
{
    char name[32];
    (void)snprintf(name, sizeof name, "%s%d", kind, index);
    FILE *file = fopen(name, mode);
    if (file == NULL) {
        exit(3);
    }
    return file;
}

static void take(void *to, size_t bytes)
{
    if (bytes > 0 && fread(to, 1, bytes, in) != bytes) {
        exit(4);
    }
}

static void give(const void *from, size_t bytes)
{
    if (bytes > 0 && fwrite(from, 1, bytes, out) != bytes) {
        exit(5);
    }
}
${runs.join('\n')}

int main(int argc, char **argv)
{
    static void (*const runs[])(void) = {${cases.map((_, i) => `run${i}`).join(', ')}};
    (void)take;
    for (int i = argc > 1 ? atoi(argv[1]) : 0; i < ${cases.length}; ++i) {
        in = opened("in", i, "rb");
        out = opened("out", i, "wb");
        runs[i]();
        fclose(in);
        fclose(out);
        FILE *progress = fopen("progress", "w");
        if (progress == NULL) {
            return 6;
        }
        fprintf(progress, "done %d\\n", i + 1);
        fclose(progress);
    }
    return 0;
}
`;
}

interface Accessor {
  readonly call: string;
  readonly bytes: number;
}

/** The functions of the header that give the places of inputs and outputs, in the order of the graph. */
function accessors(
  name: string,
  graph: Graph,
  bundle: Bundle,
): { readonly inputs: readonly Accessor[]; readonly outputs: readonly Accessor[] } {
  const header = String(bundle.files.get(`${name}.h`)?.content);
  const list = (kind: 'input' | 'output', values: Graph['inputs']): Accessor[] => {
    const names = [...header.matchAll(new RegExp(`\\b(${name}_${kind}_\\w+)\\(void\\);`, 'g'))];
    if (names.length !== values.length) throw new Error(`${name}.h has ${names.length} ${kind}s`);
    return values.map(({ type }, i) => ({ call: `${names[i]?.[1] ?? ''}()`, bytes: byteSize(type) }));
  };
  return { inputs: list('input', graph.inputs), outputs: list('output', graph.outputs) };
}
