import type { Compiler } from '../compiler/compiler.ts';
import type { StageContext } from '../compiler/hooks.ts';
import { GraphEditor } from '../ir/graph-editor.ts';
import type { Graph } from '../ir/graph.ts';
import type { Offer } from '../mapping/candidates.ts';
import type { ExecutionModule, ModulePattern, Target } from '../target/target.ts';
import type { Findings } from './findings.ts';
import { SampleBuilder, type Range, type Sample } from './sample-builder.ts';

/** A pattern of a module, by which everything is kept. */
export interface Subject {
  readonly module: ExecutionModule;
  readonly pattern: ModulePattern;
  /** `module.pattern`. */
  readonly name: string;
}

/** A sample that a pattern takes. */
export interface Reached {
  readonly subject: Subject;
  readonly sample: Sample;
  readonly seed: number;
  readonly graph: Graph;
  readonly offer: Offer;
}

export function subjectsOf(target: Target): readonly Subject[] {
  return target.modules.flatMap((module) =>
    module.patterns.map((pattern) => ({ module, pattern, name: `${module.name}.${pattern.name}` })),
  );
}

/** Same sample, same seed, same numbers: in a graph of its own and beside others. */
export function seedOf({ name }: Sample, seed: number): number {
  let hash = seed | 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0;
  return hash >>> 0;
}

/** A graph of several samples side by side; the i-th one's names begin with `prefix(i)`. */
export function graphOf(
  samples: readonly { readonly sample: Sample; readonly seed: number }[],
  prefix: (index: number) => string,
): { readonly graph: Graph; readonly ranges: readonly Range[] } {
  const editor = new GraphEditor({
    name: 'samples',
    info: { file: 'samples', format: 'test', dialect: 'integer', recognised: [] },
  });
  const ranges: Range[] = [];
  const outputs = samples.flatMap(({ sample, seed }, i) => {
    const builder = new SampleBuilder(editor, prefix(i), seed);
    const own = sample.build(builder);
    ranges.push(...builder.ranges.values());
    return own;
  });
  editor.setOutputs(outputs);
  return { graph: editor.finish(), ranges };
}

/**
 * Offers every sample to every pattern. Constraints that throw, or refuse without a reason, are faults.
 * @returns the samples that each pattern takes, the region with the most nodes of each
 */
export async function reachedBy(
  samples: readonly Sample[],
  subjects: readonly Subject[],
  target: Target,
  compiler: Compiler,
  context: StageContext,
  findings: Findings,
  seed: number,
): Promise<ReadonlyMap<Subject, readonly Reached[]>> {
  const reached = new Map<Subject, Reached[]>(subjects.map((subject) => [subject, []]));
  const watched = watchedTarget(target, subjects, findings);
  for (const sample of samples) {
    const own = seedOf(sample, seed);
    const { graph } = graphOf([{ sample, seed: own }], () => '');
    const { offers } = await compiler.hooks.enumerate.promise({ offers: [], refusals: [] }, graph, {
      ...context,
      target: watched.target,
    });
    const best = new Map<Subject, Offer>();
    for (const offer of offers) {
      const subject = watched.subjects.get(offer.pattern);
      if (!subject) continue;
      const before = best.get(subject);
      if (before && before.region.nodes.length >= offer.region.nodes.length) continue;
      best.set(subject, { ...offer, module: subject.module, pattern: subject.pattern });
    }
    for (const [subject, offer] of best)
      reached.get(subject)?.push({ subject, sample, seed: own, graph, offer });
  }
  return reached;
}

/** The target with the subjects alone, whose constraints are watched. */
function watchedTarget(
  target: Target,
  subjects: readonly Subject[],
  findings: Findings,
): { readonly target: Target; readonly subjects: ReadonlyMap<ModulePattern, Subject> } {
  const known = new Map<ModulePattern, Subject>();
  const modules = target.modules.map((module) => ({
    ...module,
    patterns: subjects
      .filter((subject) => subject.module === module)
      .map((subject) => {
        const check = `${subject.name}: constraints`;
        const constraints = (subject.pattern.constraints ?? []).map(
          (constraint): typeof constraint =>
            (region, graph) => {
              let answer: unknown;
              findings.guard(check, `thrown at ${region.root.name}`, () => {
                answer = constraint(region, graph);
                if (answer !== true && (typeof answer !== 'string' || answer.trim() === ''))
                  findings.fail(check, `${region.root.name} is refused without a reason (${String(answer)})`);
                else findings.pass(check, 'answers, each a yes or a reason');
              });
              return answer === true ? true : String(answer);
            },
        );
        const pattern = { ...subject.pattern, constraints };
        known.set(pattern, subject);
        return pattern;
      }),
  }));
  return { target: { ...target, modules }, subjects: known };
}

/** At most `count` of the samples, those that have features which the ones before have not. */
export function diverse(reached: readonly Reached[], count: number): readonly Reached[] {
  const rest = [...reached];
  const chosen: Reached[] = [];
  const seen = new Map<string, number>();
  const gain = ({ sample }: Reached): number =>
    sample.features.reduce((sum, feature) => sum + 1 / (1 + 3 * (seen.get(feature) ?? 0)), 0);
  while (chosen.length < count && rest.length > 0) {
    let best = 0;
    rest.forEach((candidate, i) => {
      if (gain(candidate) > gain(rest[best] ?? candidate) + 1e-9) best = i;
    });
    for (const taken of rest.splice(best, 1)) {
      chosen.push(taken);
      for (const feature of taken.sample.features) seen.set(feature, (seen.get(feature) ?? 0) + 1);
    }
  }
  return chosen;
}
