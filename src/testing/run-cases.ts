import { builtinPlugins } from '../build/builtin-plugins.ts';
import { simulatorPlatform } from '../build/engine-parts.ts';
import { simulate } from '../build/simulate.ts';
import { createCompiler, type Compilation } from '../compiler/compiler.ts';
import type { Plugin } from '../compiler/plugin.ts';
import { MatchError } from '../diagnostics/diagnostic.ts';
import { evaluateGraph } from '../interpreter/evaluate.ts';
import type { Graph } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import { compareTensors, interpreterTolerance } from '../run/compare.ts';
import { compileBundle, runNetwork } from '../run/program.ts';
import { randomWords } from '../run/random.ts';
import { withTemporaryFolder } from '../run/temporary-folder.ts';
import { findToolchain, findProgram, type Toolchain } from '../run/toolchain.ts';
import type { ModulePattern, Region, Target } from '../target/target.ts';
import { programTimeline } from '../timing/program-items.ts';
import type { Case } from './cases.ts';
import { forcedSchedules } from './forced-schedules.ts';
import { graphOf } from './reach.ts';
import { randomElements, type Range } from './sample-builder.ts';

/** What became of one case: nothing is wrong, what is, or that its region cannot be cut as it should. */
export type Verdict = { readonly is: 'right' | 'uncut' } | { readonly is: 'wrong'; readonly fault: string };

const right: Verdict = { is: 'right' };
const wrong = (fault: string): Verdict => ({ is: 'wrong', fault });

/** Cases compiled into one program and run. */
export interface ProgramRun {
  readonly verdicts: readonly Verdict[];
  /** The program as a whole: what is wrong with it, whatever the case. */
  readonly faults: readonly string[];
  /** By the search, by the clock, in the simulator; absent where nothing was simulated. */
  readonly cycles?: { readonly predicted: number; readonly planned: number; readonly simulated: number };
}

export interface RunSettings {
  readonly target: Target;
  /** The target's own plugins beside it. */
  readonly plugins: readonly Plugin[];
  /** Runs whatever has no simulator of its own in the built-in one, which guards memory. */
  readonly guarded: boolean;
  readonly sanitize: boolean;
  /** Name of the C compiler; absent: the platform's. */
  readonly compiler?: string;
  readonly seed: number;
  /** Whatever breaks the program is enough to know of, whichever case it is. */
  readonly failFast: boolean;
}

/** A program of small layers that runs for longer does not end: its kernels loop. */
const secondsPerRun = 30;

/** Before the names of the values and nodes of case `i`. */
const prefix = (i: number): string => `case${i}_`;

/** Cases that may break a program one after the other until the rest is given up. */
const mostBroken = 4;

/**
 * Compiles the cases into one program, each by the pattern under test, and runs it on samples with random and with
 * extreme elements. A case that breaks the program is left out, and the others run without it.
 */
export async function runCases(cases: readonly Case[], settings: RunSettings): Promise<ProgramRun> {
  const verdicts: Verdict[] = cases.map(() => right);
  const left = new Set(cases.keys());
  for (let broken = 0; left.size > 0;) {
    const own = [...left];
    const chosen = own.flatMap((i) => cases.slice(i, i + 1));
    try {
      const run = await attempt(chosen, settings);
      run.verdicts.forEach((verdict, k) => {
        verdicts[own[k] ?? 0] = verdict;
      });
      return { ...run, verdicts };
    } catch (error) {
      if (!MatchError.is(error)) throw error;
      const text = textOf(error);
      const culprit = own.length === 1 ? 0 : culpritIn(text);
      if (culprit === undefined && settings.failFast)
        return { verdicts: cases.map(() => wrong(text)), faults: [] };
      if (culprit === undefined || broken >= mostBroken) {
        const faults = await halved(chosen, settings, text, broken);
        own.forEach((i, k) => {
          verdicts[i] = faults[k] ?? right;
        });
        return { verdicts, faults: [] };
      }
      const index = own[culprit] ?? own[0] ?? 0;
      const uncut = cases[index]?.cut !== undefined && tooSmall.includes(error.diagnostic.code);
      verdicts[index] = uncut ? { is: 'uncut' } : wrong(text);
      if (!uncut) broken++;
      left.delete(index);
    }
  }
  return { verdicts, faults: [] };
}

/** The shrunken memory is too small for this cut, which is no fault of anybody. */
const tooSmall = ['NEAR_MEMORY_EXCEEDED', 'MEMORY_EXCEEDED'];

/** Where no message names the case that breaks the program, halves of them do. */
async function halved(
  cases: readonly Case[],
  settings: RunSettings,
  text: string,
  broken: number,
): Promise<readonly Verdict[]> {
  if (cases.length === 1 || broken >= mostBroken) return cases.map(() => wrong(text));
  const middle = Math.ceil(cases.length / 2);
  const first = await runCases(cases.slice(0, middle), settings);
  // One culprit is enough to know of.
  if (first.verdicts.some(({ is }) => is === 'wrong')) return cases.map((_, i) => first.verdicts[i] ?? right);
  const second = await runCases(cases.slice(middle), settings);
  return [...first.verdicts, ...second.verdicts];
}

function textOf({ message, diagnostic }: MatchError): string {
  return [`${diagnostic.code}: ${message}`, ...(diagnostic.notes ?? []).slice(0, 3)].join('; ').slice(0, 500);
}

/** The number of the first case that a message names. */
function culpritIn(text: string): number | undefined {
  const found = /\bcase(\d+)_/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

async function attempt(cases: readonly Case[], settings: RunSettings): Promise<ProgramRun> {
  const { graph, ranges } = graphOf(cases, prefix);
  const target = targetForCases(settings, cases);
  const compilation = await compile(graph, target, settings, cases);
  const samples = [false, true].map((extreme, s) => inputsOf(graph, ranges, settings.seed + s, extreme));
  const toolchain = toolchainFor(target, settings);
  const { outputs, cycles, faults } = await runOn(compilation, samples, toolchain, settings.sanitize);
  const verdicts: Verdict[] = cases.map(() => right);
  samples.forEach((inputs, s) => {
    const expected = evaluateGraph(graph, inputs).outputs;
    graph.outputs.forEach((value, i) => {
      const [a, b] = [outputs[s]?.[i], expected[i]];
      const own = culpritIn(value.name) ?? 0;
      if (!a || !b || verdicts[own]?.is === 'wrong') return;
      const { differing, elements, first } = compareTensors(a, b, interpreterTolerance(graph, value));
      if (differing > 0 && first)
        verdicts[own] = wrong(
          `${differing} of ${elements} elements differ from the interpreter, first ${first.actual} instead of ` +
            `${first.expected} at ${first.index.join()}${s === 1 ? ' on extreme inputs' : ''}`,
        );
    });
  });
  return { verdicts, faults, ...(cycles && { cycles }) };
}

function inputsOf(graph: Graph, ranges: readonly Range[], seed: number, extreme: boolean): readonly Tensor[] {
  const words = randomWords(seed);
  return graph.inputs.map(({ type }, i) =>
    randomElements(type.dtype, type.shape, ranges[i] ?? { min: 0, max: 1 }, words, extreme),
  );
}

/** The memories that cases are cut for, as small as the largest cut: what fits is never cut. */
function shrunken({ memories }: Target, cases: readonly Case[]): Target['memories'] {
  const bytes = new Map<string, number>();
  for (const { cut } of cases)
    if (cut) bytes.set(cut.memory, Math.max(cut.bytes, bytes.get(cut.memory) ?? 0));
  return Object.fromEntries(
    Object.entries(memories).map(([name, level]) => [
      name,
      { ...level, bytes: bytes.get(name) ?? level.bytes },
    ]),
  );
}

/** Every node of a case may run in the region under test alone; what is beside it runs wherever it may. */
function targetForCases({ target, guarded }: RunSettings, cases: readonly Case[]): Target {
  const owners = ownersOf(cases);
  const modules = target.modules.map((module) => ({
    ...module,
    patterns: module.patterns.map((pattern): ModulePattern => ({
      ...pattern,
      constraints: [
        (region) => {
          const owned = region.nodes.flatMap((node) => owners.get(node.name) ?? []);
          const [owner] = owned;
          if (!owner) return true;
          const { subject, offer } = owner;
          const same =
            owned.length === offer.region.nodes.length &&
            region.nodes.length === owned.length &&
            owned.every((other) => other === owner);
          return (
            (same && subject.module.name === module.name && subject.pattern.name === pattern.name) ||
            'is left to the pattern under test'
          );
        },
        ...(pattern.constraints ?? []),
      ],
    })),
  }));
  const simulated = Object.values(target.platforms).some(({ simulator }) => simulator === true);
  const platforms = guarded && !simulated ? { sim: simulatorPlatform() } : target.platforms;
  return { ...target, memories: shrunken(target, cases), modules, platforms };
}

/** Which case each node of a region under test belongs to, by name. */
function ownersOf(cases: readonly Case[]): ReadonlyMap<string, Case> {
  return new Map(
    cases.flatMap((own, i) => own.offer.region.nodes.map((node) => [prefix(i) + node.name, own] as const)),
  );
}

async function compile(
  graph: Graph,
  target: Target,
  { plugins }: RunSettings,
  cases: readonly Case[],
): Promise<Compilation> {
  const owners = ownersOf(cases);
  const caseOf = ({ root }: Region): Case | undefined => owners.get(root.name);
  const compiler = createCompiler({
    plugins: [...builtinPlugins(), ...plugins, forcedSchedules(caseOf)],
    report: () => undefined,
  });
  return compiler.lower(graph, {
    target,
    options: {
      name: 'cases',
      io: { inputs: 'arena', outputs: 'arena' },
      lineDirectives: false,
      samples: [],
    },
  });
}

/** The target's own compiler, or another one for the same platform. */
function toolchainFor(target: Target, { compiler, sanitize }: RunSettings): Toolchain {
  const toolchain = findToolchain(target);
  const path = compiler === undefined ? undefined : findProgram(compiler);
  const { platform } = toolchain;
  return {
    ...toolchain,
    ...(path !== undefined && { command: [path] as const }),
    secondsPerRun,
    // Sanitizers find as much in code that compiles three times as fast.
    platform: sanitize ? { ...platform, flags: [...platform.flags, '-O0'] } : platform,
  };
}

async function runOn(
  compilation: Compilation,
  samples: readonly (readonly Tensor[])[],
  toolchain: Toolchain,
  sanitize: boolean,
): Promise<{
  readonly outputs: readonly (readonly Tensor[])[];
  readonly cycles?: NonNullable<ProgramRun['cycles']>;
  readonly faults: readonly string[];
}> {
  if (toolchain.platform.simulator !== true) {
    const outputs = await withTemporaryFolder(async (folder) => {
      const program = await compileBundle(compilation.bundle, toolchain, folder, sanitize);
      return runNetwork(program, compilation.graph, samples, toolchain, folder);
    });
    return { outputs, faults: [] };
  }
  const { outputs, cycles, predicted, agrees } = await simulate(compilation, samples, {
    toolchain,
    sanitize,
  });
  const planned = programTimeline(compilation.program).cycles;
  return {
    outputs,
    cycles: { predicted, planned, simulated: cycles },
    faults: agrees ? [] : ['completion eager and lazy, or workers forward and backward, do not agree'],
  };
}
