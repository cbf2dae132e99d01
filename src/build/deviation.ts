import { readTensorFile } from 'match-compiler/plugins/import-onnx';
import type { BuildPair } from '../config/resolve.ts';
import { evaluateGraph } from '../interpreter/evaluate.ts';
import type { Graph } from '../ir/graph.ts';
import type { Tensor, TensorType } from '../ir/tensor.ts';
import { nodeMacs } from '../ir/work.ts';
import { tensorsFromFiles } from '../run/tensor-arguments.ts';
import { createPipeline, importPair } from './pipeline.ts';
import { randomInputs } from './self-check.ts';
import { resolveConfig, type Project, type ProjectOptions } from './settings.ts';
import type { TargetBundle } from './targets.ts';

/** How far one tensor is from what the model's own arithmetic gives, over all samples. */
export interface DeviationRow {
  readonly tensor: string;
  /** An output of the network, or what a softmax of it reads. */
  readonly role: 'output' | 'before softmax';
  readonly type: TensorType;
  /** Elements of all samples. */
  readonly elements: number;
  /** Largest and mean |difference|: steps of a quantized tensor, units of any other. */
  readonly max: number;
  readonly mean: number;
  /** Elements that differ. */
  readonly changed: number;
  /** Samples whose largest element is another one; absent for tensors that are no vector. */
  readonly top1Changes?: number;
}

/** What `numerics: 'hardware'` costs one model on one target. */
export interface Deviation {
  readonly samples: number;
  /** The samples are random, not the user's. */
  readonly random: boolean;
  readonly rows: readonly DeviationRow[];
}

export interface DeviationResult extends Deviation {
  readonly model: string;
  readonly target: string;
}

export interface DeviationOptions extends ProjectOptions {
  /** Inputs of each sample, in the order of the graph. Default: those of `inputs`, else random ones. */
  readonly samples?: readonly (readonly Tensor[])[];
  /** Files of one sample, in the order of the graph or NAME=FILE. */
  readonly inputs?: readonly string[];
  /** Number of random samples. Default: 4. */
  readonly count?: number;
  /** Of the random samples. Default: 0. */
  readonly seed?: number;
}

/**
 * Interprets every model of the project with `exact` and with `hardware` numerics and compares the results. Emits
 * nothing.
 * @throws {MatchError} with a code of docs/errors.md
 */
export async function deviation(options: DeviationOptions = {}): Promise<readonly DeviationResult[]> {
  const project = await resolveConfig({ ...options, numerics: 'hardware' }, 'run');
  const results: DeviationResult[] = [];
  for (const pair of project.pairs) {
    const pipeline = createPipeline(project, pair, options);
    const imported = await importPair(pipeline, pair);
    const rewritten = await pipeline.compiler.transform(imported, pipeline.context);
    const exact = await exactGraph(project, pair, imported);
    const { samples, random } = samplesFor(exact, options);
    const rows = measureDeviation(exact, rewritten, samples);
    results.push({
      model: pair.model.file,
      target: pair.target.name,
      samples: samples.length,
      random,
      rows,
    });
  }
  return results;
}

function samplesFor(
  graph: Graph,
  { samples, inputs = [], count = 4, seed = 0, cwd = process.cwd() }: DeviationOptions,
): { readonly samples: readonly (readonly Tensor[])[]; readonly random: boolean } {
  if (samples) return { samples, random: false };
  if (inputs.length > 0) {
    const given = tensorsFromFiles(inputs, graph.inputs, 'input', cwd, readTensorFile);
    return { samples: [given], random: false };
  }
  return { samples: Array.from({ length: count }, (_, i) => randomInputs(graph, seed + i)), random: true };
}

/** The graph that the same build would compile with `exact` numerics. */
export async function exactGraph(
  project: Project,
  pair: BuildPair<TargetBundle>,
  imported: Graph,
): Promise<Graph> {
  const { compiler, context } = createPipeline({ ...project, numerics: 'exact' }, pair, {});
  return compiler.transform(imported, context);
}

/** Beyond these, a build does not wait for the interpreter; `deviation` and `run` do. */
const largestMacs = 50e6;

/** The deviation on one random sample, as builds report it; undefined for large networks. */
export function quickDeviation(exact: Graph, rewritten: Graph): Deviation | undefined {
  const macs = exact.nodes.reduce((sum, node) => sum + nodeMacs(node), 0);
  if (macs > largestMacs) return undefined;
  const rows = measureDeviation(exact, rewritten, [randomInputs(exact, 0)]);
  return { samples: 1, random: true, rows };
}

/** Compares the outputs of two graphs of the same model, and what their softmaxes read, sample by sample. */
export function measureDeviation(
  exact: Graph,
  rewritten: Graph,
  samples: readonly (readonly Tensor[])[],
): readonly DeviationRow[] {
  const scores = scoreNames(exact).filter((name) => scoreNames(rewritten).includes(name));
  const outputs = exact.outputs.map(({ name }) => name);
  const subjects = [
    ...outputs.map((name) => ({ name, role: 'output' as const })),
    ...scores
      .filter((name) => !outputs.includes(name))
      .map((name) => ({ name, role: 'before softmax' as const })),
  ];
  const tallies = new Map<string, Tally>();
  for (const inputs of samples) {
    const wanted = evaluateGraph(exact, inputs, { keep: scores }).values;
    const given = evaluateGraph(rewritten, inputs, { keep: scores }).values;
    for (const { name } of subjects) {
      const [a, b] = [wanted.get(name), given.get(name)];
      if (!a || !b || a.data.length !== b.data.length) continue;
      tallies.set(name, add(tallies.get(name), a, b));
    }
  }
  return subjects.flatMap(({ name, role }) => {
    const tally = tallies.get(name);
    return tally ? [rowOf(name, role, tally)] : [];
  });
}

/** What softmaxes read, by name. */
function scoreNames(graph: Graph): string[] {
  const names = graph.nodes
    .filter(({ op }) => /softmax$/.test(op.name))
    .flatMap(({ inputs }) => (inputs[0] ? [inputs[0].name] : []));
  return [...new Set(names)];
}

interface Tally {
  readonly type: TensorType;
  readonly elements: number;
  readonly max: number;
  readonly sum: number;
  readonly changed: number;
  readonly top1Changes: number;
}

function add(tally: Tally | undefined, wanted: Tensor, given: Tensor): Tally {
  let { elements, max, sum, changed, top1Changes } = tally ?? {
    elements: 0,
    max: 0,
    sum: 0,
    changed: 0,
    top1Changes: 0,
  };
  const [a, b] = [numbers(wanted), numbers(given)];
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? NaN;
    const difference = Object.is(x, y) ? 0 : Math.abs(x - y);
    max = Math.max(max, difference);
    sum += difference;
    if (difference !== 0) changed++;
  }
  elements += a.length;
  if (largestAt(a) !== largestAt(b)) top1Changes++;
  return { type: wanted.type, elements, max, sum, changed, top1Changes };
}

/** Elements as numbers, those of 8 bits by their place in the type, so that both signs compare. */
function numbers({ type, data }: Tensor): readonly number[] {
  const offset = type.dtype === 'uint8' ? 128 : 0;
  return Array.from(data as ArrayLike<number | bigint>, (element) => Number(element) - offset);
}

function largestAt(list: readonly number[]): number {
  return list.reduce((best, value, i) => (value > (list[best] ?? -Infinity) ? i : best), 0);
}

function rowOf(tensor: string, role: DeviationRow['role'], tally: Tally): DeviationRow {
  const { type, elements, max, sum, changed, top1Changes } = tally;
  const isVector = type.shape.filter((extent) => extent > 1).length === 1;
  return {
    tensor,
    role,
    type,
    elements,
    max,
    mean: elements === 0 ? 0 : sum / elements,
    changed,
    ...(isVector && { top1Changes }),
  };
}
