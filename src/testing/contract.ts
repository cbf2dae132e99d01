import { builtinPlugins } from '../build/builtin-plugins.ts';
import { createCompiler } from '../compiler/compiler.ts';
import type { StageContext } from '../compiler/hooks.ts';
import type { Plugin } from '../compiler/plugin.ts';
import { findProgram } from '../run/toolchain.ts';
import type { Target } from '../target/target.ts';
import { Findings, type TargetCheck } from './findings.ts';
import { turnsOf } from './forced-schedules.ts';
import type { TestTargetOptions } from './options.ts';
import { diverse, reachedBy, subjectsOf, type Reached, type Subject } from './reach.ts';
import { runCases, type RunSettings } from './run-cases.ts';
import { catalogue, channelsAround, productSamples } from './samples/index.ts';
import { checkStatically } from './static-checks.ts';
import { checkTargetItself } from './target-checks.ts';

/** Cases of one program at most: more compile slowly. */
const programCases = 48;

/** Cycles that a program may take more or fewer than predicted, of all of them. */
const predictionError = 0.3;

/** Samples of one turn beyond the first, per pattern. */
const turnShare = 0.6;

export async function checksOf(
  given: Target | Plugin,
  options: TestTargetOptions,
): Promise<readonly TargetCheck[]> {
  const { samplesPerPattern = 10, seed = 1, failFast = false, progress = () => undefined } = options;
  const { target, plugins } = partsOf(given);
  const findings = new Findings();
  checkTargetItself(target, findings);
  const wanted = (name: string): boolean =>
    options.patterns?.some((own) => name === own || name.startsWith(`${own}.`)) ?? true;
  const subjects = subjectsOf(target).filter(({ name }) => wanted(name));
  progress('offering samples to patterns');
  const chosen = await reachAll(target, subjects, options, findings, seed, samplesPerPattern);
  for (const own of chosen.values()) for (const reached of own) checkStatically(reached, target, findings);
  if (failFast && findings.failed) return findings.checks();
  // A pattern whose functions throw would only break the programs of the others.
  const sound = [...chosen].flatMap(([subject, own]) => (isSound(subject, findings) ? [own] : []));
  await runAll(target, plugins, sound, options, findings, seed, progress);
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

/** The samples of each pattern; one that no sample reaches is a fault. */
async function reachAll(
  target: Target,
  subjects: readonly Subject[],
  options: TestTargetOptions,
  findings: Findings,
  seed: number,
  most: number,
): Promise<ReadonlyMap<Subject, readonly Reached[]>> {
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
  ): ReturnType<typeof reachedBy> => reachedBy(samples, to, target, compiler, context, findings, seed);
  const first = await offer([...catalogue(), ...(options.samples ?? [])], subjects);
  const chosen = new Map<Subject, readonly Reached[]>();
  const byBlock = new Map<number, Subject[]>();
  for (const subject of subjects) {
    const block = blockOf(first.get(subject) ?? []);
    if (block > 1) byBlock.set(block, [...(byBlock.get(block) ?? []), subject]);
  }
  const more = new Map<Subject, readonly Reached[]>();
  for (const [block, own] of byBlock)
    for (const [subject, reached] of await offer(productSamples(channelsAround(block)), own))
      more.set(subject, reached);
  for (const subject of subjects) {
    const own = [...(first.get(subject) ?? []), ...(more.get(subject) ?? [])];
    const always = own.filter(({ sample }) => sample.always === true).slice(0, most);
    const others = own.filter(({ sample }) => sample.always !== true);
    const few = [...always, ...diverse(others, most)];
    chosen.set(subject, few);
    const check = `${subject.name}: reached`;
    if (few.length > 0) findings.pass(check, `of ${own.length} samples that it takes`, few.length);
    else findings.fail(check, 'no sample is one that it takes; give `samples` of your own');
  }
  return chosen;
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

async function runAll(
  target: Target,
  plugins: readonly Plugin[],
  chosen: readonly (readonly Reached[])[],
  options: TestTargetOptions,
  findings: Findings,
  seed: number,
  progress: (text: string) => void,
): Promise<void> {
  const turns = Math.max(1, ...chosen.flat().map(({ offer }) => turnsOf(offer, target)));
  const sanitize = options.sanitize ?? true;
  const clang = findProgram('clang') !== undefined;
  for (let turn = 0; turn < turns; turn++) {
    const cases = chosen.flatMap((own) => {
      const able = own.filter(({ offer }) => turn < turnsOf(offer, target));
      return turn === 0 ? able : able.slice(0, Math.ceil(own.length * turnShare));
    });
    const settings = { target, plugins, turn, seed: seed + 1000 * turn };
    const strict: RunSettings = { ...settings, guarded: false, sanitize: false };
    const guarded: RunSettings = {
      ...settings,
      guarded: true,
      sanitize,
      ...(clang && { compiler: 'clang' }),
    };
    for (let from = 0; from < cases.length; from += programCases) {
      const own = cases.slice(from, from + programCases);
      progress(`turn ${turn + 1} of ${turns}, cases ${from + 1} to ${from + own.length} of ${cases.length}`);
      const passed = await runOne(own, guarded, findings);
      if (options.failFast === true && findings.failed) return;
      // Once more with the platform's own compiler, optimised, on its own platform.
      if (turn === 0) await runOne(passed, strict, findings);
    }
  }
}

/** @returns the cases that passed */
async function runOne(
  cases: readonly Reached[],
  settings: RunSettings,
  findings: Findings,
): Promise<readonly Reached[]> {
  if (cases.length === 0) return [];
  const { verdicts, faults, cycles } = await runCases(cases, settings);
  const what = settings.turn === 0 ? 'as the interpreter' : 'as the interpreter, cut or in other layouts';
  cases.forEach(({ subject, sample }, i) => {
    const check = `${subject.name}: ${what}`;
    const verdict = verdicts[i];
    if (verdict?.is === 'wrong') findings.fail(check, `${sample.name}: ${verdict.fault}`);
    else if (verdict?.is === 'right') findings.pass(check, 'layers, compiled and run');
  });
  for (const fault of faults) findings.fail('programs: any order', fault);
  if (faults.length === 0)
    findings.pass('programs: any order', 'programs that every order of completion leaves alike');
  if (cycles) {
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
  return cases.filter((_, i) => verdicts[i]?.is === 'right');
}
