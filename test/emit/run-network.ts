import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bytesOf,
  byteSize,
  createCompiler,
  definePlugin,
  residentSchedule,
  semanticFlags,
  tensorFromBytes,
  warningFlags,
  type Bundle,
  type Compilation,
  type CompileOptions,
  type Graph,
  type Plugin,
  type Tensor,
} from 'match-compiler';
import { emitC } from 'match-compiler/plugins/emit-c';
import { host, hostTarget } from 'match-compiler/plugins/host';
import { memoryPlanner } from 'match-compiler/plugins/memory-planner';
import { partition } from 'match-compiler/plugins/partition';
import { scheduler } from 'match-compiler/plugins/scheduler';
import { wholeLayer } from 'match-compiler/plugins/whole-layer';

/** Offers only the n-th choice of layouts of every kernel, so that all of them are met. */
export const onlyLayouts = definePlugin((n: number) => ({
  name: 'only-layouts',
  enforce: 'pre',
  schedule: (offer) => {
    const choices = offer.pattern.layouts(offer.region);
    const layouts = choices[n % choices.length];
    return layouts ? { schedules: [residentSchedule(offer, layouts)] } : null;
  },
}));

export interface CompileSettings {
  readonly options?: Partial<CompileOptions>;
  readonly plugins?: readonly Plugin[];
}

/** The graph as it is, without transforms, as C for the host. */
export function compileGraph(
  graph: Graph,
  { options = {}, plugins = [] }: CompileSettings = {},
): Promise<Compilation> {
  const compiler = createCompiler({
    verifyEach: true,
    plugins: [partition(), wholeLayer(), scheduler(), memoryPlanner(), emitC(), host(), ...plugins],
    report: () => undefined,
  });
  return compiler.compile(graph, {
    target: hostTarget(),
    options: {
      name: 'net',
      io: { inputs: 'arena', outputs: 'arena' },
      lineDirectives: false,
      samples: [],
      ...options,
    },
  });
}

/** The text of an emitted file. */
export function fileText(bundle: Bundle, path: string): string {
  const file = bundle.files.get(path);
  if (!file) throw new RangeError(`there is no ${path} among ${[...bundle.files.keys()].join(', ')}`);
  return typeof file.content === 'string' ? file.content : new TextDecoder().decode(file.content);
}

/** Writes a bundle to a folder of its own, hands it over, and removes it. */
export function withBundle<T>(bundle: Bundle, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'match-emit-'));
  try {
    for (const { path, content } of bundle.files.values()) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Compiles every C file of a folder into a program; warnings are errors. */
export function compileC(folder: string, compiler: string, flags: readonly string[]): string {
  const program = join(folder, 'program');
  const sources = execFileSync('ls', [folder], { encoding: 'utf8' })
    .split('\n')
    .filter((file) => file.endsWith('.c'));
  execFileSync(compiler, [...semanticFlags, ...warningFlags, ...flags, ...sources, '-o', program, '-lm'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return program;
}

/** Runs an emitted program on one sample and gives its outputs. */
export function runProgram(
  folder: string,
  program: string,
  graph: Graph,
  inputs: readonly Tensor[],
): Tensor[] {
  const bytes = inputs.map((input) => Buffer.from(bytesOf(input.data)));
  writeFileSync(join(folder, 'input.bin'), Buffer.concat(bytes));
  const output = join(folder, 'output.bin');
  const given = inputs.length > 0 ? ['--input', join(folder, 'input.bin')] : [];
  execFileSync(program, [...given, '--output', output], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, UBSAN_OPTIONS: 'halt_on_error=1', ASAN_OPTIONS: 'detect_leaks=0' },
  });
  const content = readFileSync(output);
  let at = 0;
  return graph.outputs.map(({ type }) => {
    const size = byteSize(type);
    const result = tensorFromBytes(type, content.subarray(at, at + size));
    at += size;
    return result;
  });
}

/** Elements that are not as expected: bit for bit, or for inexact operators within a tolerance. */
export function differingElements(actual: Tensor, expected: Tensor, inexact: boolean): number[] {
  const differing: number[] = [];
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [actual.data[i], expected.data[i]];
    if (Object.is(a, b) || (inexact && near(Number(a), Number(b)))) continue;
    differing.push(i);
  }
  return differing;
}

function near(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= 1e-6 + 1e-5 * Math.abs(b);
}
