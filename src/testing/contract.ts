import { availableParallelism } from 'node:os';
import { builtinPlugins } from '../build/builtin-plugins.ts';
import { createCompiler } from '../compiler/compiler.ts';
import type { StageContext } from '../compiler/hooks.ts';
import type { Plugin } from '../compiler/plugin.ts';
import { findProgram } from '../run/toolchain.ts';
import type { Target } from '../target/target.ts';
import { checkCuts, furtherCases, type Case } from './cases.ts';
import { Findings, type TargetCheck } from './findings.ts';
import type { TestTargetOptions } from './options.ts';
import { diverse, reachedBy, subjectsOf, type Reached, type Subject } from './reach.ts';
import { runCases, type ProgramRun, type RunSettings } from './run-cases.ts';
import { conversionSamples, type PackedTensor } from './samples/conversions.ts';
import { catalogue, channelsAround, productSamples } from './samples/index.ts';
import { checkStatically } from './static-checks.ts';
import { checkTargetItself } from './target-checks.ts';

/** Cases of one program at most: more compile slowly. */
const programCases = 48;

/** Cycles that a program may take more or fewer than predicted, of all of them. */
const predictionError = 0.3;

export async function checksOf(
  given: Target | Plugin,
  options: TestTargetOptions,
): Promise<readonly TargetCheck[]> {
  const { seed = 1, failFast = false, progress = () => undefined } = options;
  const { target, plugins } = partsOf(given);
  const findings = new Findings();
  checkTargetItself(target, findings);
  const wanted = (name: string): boolean =>
    options.patterns?.some((own) => name === own || name.startsWith(`${own}.`)) ?? true;
  const subjects = subjectsOf(target).filter(({ name }) => wanted(name));
  progress('offering samples to patterns');
  const reached = await reachAll(target, subjects, options, findings, seed);
  for (const { chosen } of reached.values()) for (const own of chosen) checkStatically(own, target, findings);
  if (failFast && findings.failed) return findings.checks();
  const whole: Case[] = [];
  const further: Case[] = [];
  for (const [subject, { chosen, all }] of reached) {
    // A pattern whose functions throw would only break the programs of the others.
    if (!isSound(subject, findings)) continue;
    whole.push(...chosen.map((own) => ({ ...own, turn: 0 })));
    findings.guard(`${subject.name}: tiling`, 'cut', () => {
      further.push(...furtherCases(subject, chosen, all, target, findings));
    });
  }
  if (failFast && findings.failed) return findings.checks();
  await runAll([whole, further], { target, plugins, seed, failFast }, options, findings, progress);
  return findings.checks();
}

function partsOf(given: Target | Plugin): { readonly target: Target; readonly plugins: readonly Plugin[] } {
  if ('memories' in given) return { target: given, plugins: [] };
  const { target, ...plugin } = given;
  if (!target) throw new TypeError(`plugin ${given.name} carries no target`);
  return { target, plugins: [plugin] };
}

function isSound({ name }: Subject, findings: Findings): boolean {
  const parts = ['constraints', 'layouts', 'tiling', 'packing', 'scratch memory', 'kernel'];
  return !parts.some((part) => findings.hasFailed(`${name}: ${part}`));
}

/** Samples that a pattern takes. */
interface Samples {
  readonly chosen: readonly Reached[];
  readonly all: readonly Reached[];
}

/** The samples of each pattern; one that no sample reaches is a fault. */
async function reachAll(
  target: Target,
  subjects: readonly Subject[],
  options: TestTargetOptions,
  findings: Findings,
  seed: number,
): Promise<ReadonlyMap<Subject, Samples>> {
  const compiler = createCompiler({ plugins: builtinPlugins(), report: () => undefined });
  const context: StageContext = {
    target,
    options: {
      name: 'samples',
      io: { inputs: 'arena', outputs: 'arena' },
      lineDirectives: false,
      samples: [],
    },
  };
  const offer = (
    samples: readonly Parameters<typeof reachedBy>[0][number][],
    to: readonly Subject[],
    told = findings,
  ): ReturnType<typeof reachedBy> => reachedBy(samples, to, target, compiler, context, told, seed);
  const first = await offer([...catalogue(), ...(options.samples ?? [])], subjects);
  const samples = new Map<Subject, Samples>();
  const byBlock = new Map<number, Subject[]>();
  for (const subject of subjects) {
    const block = blockOf(first.get(subject) ?? []);
    if (block > 1) byBlock.set(block, [...(byBlock.get(block) ?? []), subject]);
  }
  const more = new Map<Subject, readonly Reached[]>();
  for (const [block, own] of byBlock)
    for (const [subject, reached] of await offer(productSamples(channelsAround(block)), own))
      more.set(subject, reached);
  const everything = subjects.some((subject) => first.get(subject)?.length === 0)
    ? await offer(catalogue(), subjectsOf(target), new Findings())
    : first;
  const conversions = await offer(
    conversionSamples(packedTensors([...everything.values()].flat())),
    subjects,
  );
  for (const subject of subjects) {
    const own = [first, more, conversions].flatMap((found) => found.get(subject) ?? []);
    const most = options.samplesPerPattern ?? defaultSamples(subject);
    const always = own.filter(({ sample }) => sample.always === true).slice(0, most);
    const others = own.filter(({ sample }) => sample.always !== true);
    const chosen = [...always, ...diverse(others, most)];
    samples.set(subject, { chosen, all: own });
    const check = `${subject.name}: reached`;
    if (chosen.length > 0) findings.pass(check, `of ${own.length} samples that it takes`, chosen.length);
    else findings.fail(check, 'no sample is one that it takes; give `samples` of your own');
  }
  return samples;
}

/** Operands that have a layout of an engine's own. */
function packedTensors(reached: readonly Reached[]): readonly PackedTensor[] {
  return reached.flatMap(({ offer: { region, pattern } }) => {
    try {
      return pattern.layouts(region).flatMap((choice) =>
        (['inputs', 'outputs'] as const).flatMap((role) =>
          choice[role].flatMap((layout, i) => {
            const type = region[role][i]?.type;
            return type && layout.kind === 'packed' ? [{ layout, type }] : [];
          }),
        ),
      );
    } catch {
      // The static checks tell of it.
      return [];
    }
  });
}

/** More where more can be wrong: arguments, packed constants, tiles. */
function defaultSamples({ pattern }: Subject): number {
  return pattern.kernel.kind === 'job' || pattern.pack || pattern.tiling ? 10 : 5;
}

/** Channels that packed constants or tiles have at a time. */
function blockOf(reached: readonly Reached[]): number {
  let block = 1;
  for (const { offer, subject } of reached) {
    try {
      const [layouts] = subject.pattern.layouts(offer.region);
      const tiling = layouts && subject.pattern.tiling?.(offer.region, layouts);
      if (!tiling || !subject.pattern.pack) continue;
      for (const { axes } of tiling.constants) for (const { per = 1 } of axes) block = Math.max(block, per);
      for (const { granule, extent } of tiling.dimensions)
        if (granule < extent) block = Math.max(block, granule);
    } catch {
      // The static checks tell of it.
      continue;
    }
  }
  return Math.min(block, 64);
}

type Base = Pick<RunSettings, 'target' | 'plugins' | 'seed' | 'failFast'>;

/** One program after it ran: as it is checked first, and once more in the platform's own way. */
interface Ran {
  readonly runs: readonly { readonly cases: readonly Case[]; readonly run: ProgramRun }[];
}

/** Runs whole layers first, then the others: as many programs at a time as there are cores. */
async function runAll(
  [whole, further]: readonly [readonly Case[], readonly Case[]],
  base: Base,
  options: TestTargetOptions,
  findings: Findings,
  progress: (text: string) => void,
): Promise<void> {
  const programs = [...programsOf(whole), ...programsOf(further)];
  const done: (Ran | undefined)[] = programs.map(() => undefined);
  let next = 0;
  let broken = false;
  const work = async (): Promise<void> => {
    while (next < programs.length && !(broken && options.failFast === true)) {
      const index = next++;
      const cases = programs[index] ?? [];
      progress(`program ${index + 1} of ${programs.length}, ${cases.length} layers`);
      const ran = await runProgram(cases, { ...base, seed: base.seed + 1000 * index }, options);
      broken ||= ran.runs.some(({ run }) => isBroken(run));
      done[index] = ran;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const cut = new Set<Case>();
  for (const ran of done)
    for (const { cases, run } of ran?.runs ?? []) {
      record(cases, run, findings);
      cases.forEach((own, i) => {
        if (run.verdicts[i]?.is !== 'uncut') cut.add(own);
      });
    }
  if (!broken) checkCuts(further, (own) => cut.has(own), findings);
}

/** Cases for one program each, about as many in all of them. */
function programsOf(cases: readonly Case[]): readonly (readonly Case[])[] {
  const count = Math.ceil(cases.length / programCases);
  return Array.from({ length: count }, (_, i) => cases.filter((_, k) => k % count === i));
}

async function runProgram(
  cases: readonly Case[],
  base: Base,
  { sanitize = true }: TestTargetOptions,
): Promise<Ran> {
  const clang = findProgram('clang') !== undefined;
  const run = await runCases(cases, {
    ...base,
    guarded: true,
    sanitize,
    ...(clang && { compiler: 'clang' }),
  });
  const runs = [{ cases, run }];
  // Whole layers once more with the platform's own compiler, optimised, on its own platform.
  const passed = cases.filter(({ turn }, i) => turn === 0 && run.verdicts[i]?.is === 'right');
  if (passed.length > 0)
    runs.push({
      cases: passed,
      run: await runCases(passed, { ...base, guarded: false, sanitize: false }),
    });
  return { runs };
}

function isBroken({ verdicts, faults }: ProgramRun): boolean {
  return faults.length > 0 || verdicts.some(({ is }) => is === 'wrong');
}

function record(cases: readonly Case[], { verdicts, faults, cycles }: ProgramRun, findings: Findings): void {
  cases.forEach(({ subject, sample, turn }, i) => {
    const what = turn === 0 ? 'as the interpreter' : 'as the interpreter, cut or in other layouts';
    const check = `${subject.name}: ${what}`;
    const verdict = verdicts[i];
    if (verdict?.is === 'wrong') findings.fail(check, `${sample.name}: ${verdict.fault}`);
    else if (verdict?.is === 'right') findings.pass(check, 'layers, compiled and run');
  });
  for (const fault of faults) findings.fail('programs: modes', fault);
  if (faults.length === 0) findings.pass('programs: modes', 'programs that give the same eager and lazy');
  if (!cycles) return;
  const { predicted, planned, simulated } = cycles;
  const check = 'programs: cycles';
  const error = Math.abs(simulated / predicted - 1);
  if (error <= predictionError) findings.pass(check, 'programs that take the cycles predicted');
  else
    findings.fail(
      check,
      `${Math.round(predicted)} cycles predicted, ${Math.round(planned)} planned, ${Math.round(simulated)} simulated`,
    );
}
