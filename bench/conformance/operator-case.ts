import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateGraph, MatchError, type Bundle, type Graph, type Tensor } from 'match-compiler';
import { compilePair, resolveConfig } from 'match-compiler/build';
import { decodeModelFile } from 'match-compiler/plugins/import-onnx';
import { auditC } from './audit.ts';
import { readTensor, type CorpusCase, type ModelCases } from './corpus.ts';

/** A model of one operator, compiled, with the samples to run it on. */
export interface PreparedCase {
  readonly ids: readonly string[];
  readonly operator: string;
  /** Stem of the C names. */
  readonly name: string;
  readonly cases: readonly CorpusCase[];
  readonly graph: Graph;
  readonly bundle: Bundle;
  /** Inputs of the compiled network, per case: those of the file that are not bound. */
  readonly samples: readonly (readonly Tensor[])[];
  readonly interpreted: readonly (readonly Tensor[])[];
  /** What is wrong with the text of the C. */
  readonly faults: readonly string[];
}

/** A model that is not compiled: with a code that says why, or without one, which is a failure. */
export interface RefusedCase {
  readonly ids: readonly string[];
  readonly operator: string;
  readonly code?: string;
  readonly reason: string;
}

/** Most inputs that one model can have bound. */
const mostBound = 16;

/**
 * Compiles a model. Inputs that must be known at compile time are bound to the values of the test data, which is
 * what a user with such a model has to do.
 */
export async function prepareCase(
  corpus: string,
  group: ModelCases,
  name: string,
): Promise<PreparedCase | RefusedCase> {
  const ids = group.cases.map(({ id }) => id);
  let operator = fileOperator(corpus, group.model);
  try {
    const { imported, compilation } = await compile(corpus, group, name);
    const { graph, bundle } = compilation;
    operator ??= graphOperator(imported);
    const samples = group.cases.map((entry) =>
      graph.inputs.map((value, at) => {
        // Files may leave their inputs without names.
        const file = entry.inputs.find((input, i) =>
          input.name === '' ? i === at : input.name === value.name,
        );
        if (!file) throw new Error(`the test data has no input ${value.name}`);
        return readTensor(corpus, file);
      }),
    );
    return {
      ids,
      operator,
      name,
      cases: group.cases,
      graph,
      bundle,
      samples,
      interpreted: samples.map((inputs) => evaluateGraph(graph, inputs).outputs),
      faults: auditC(bundle),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!MatchError.is(error)) return { ids, operator: operator ?? '?', reason };
    const { code, loc } = error.diagnostic;
    operator ??= loc?.op ?? '?';
    // A plugin that fell over is no refusal.
    return code.startsWith('PLUGIN_') ? { ids, operator, reason } : { ids, operator, code, reason };
  }
}

async function compile(
  corpus: string,
  group: ModelCases,
  name: string,
): Promise<Awaited<ReturnType<typeof compilePair>>> {
  const [entry] = group.cases;
  const bind: Record<string, readonly number[]> = {};
  for (;;) {
    const model = {
      file: join(corpus, group.model),
      name,
      ...(group.rounding && { rounding: group.rounding }),
      inputShapes: emptyShapes(entry),
      bind,
    };
    const options = { config: { models: [model], targets: ['host'], selfCheck: false } } as const;
    const project = await resolveConfig(options, 'build');
    const [pair] = project.pairs;
    if (!pair) throw new Error('there is nothing to build');
    try {
      return await compilePair(project, pair, {});
    } catch (error) {
      const needed =
        MatchError.is(error) && error.diagnostic.code === 'INPUT_UNBOUND'
          ? error.diagnostic.loc?.tensor
          : undefined;
      const file = entry?.inputs.find((input) => input.name === needed);
      if (!file || needed === undefined || needed in bind || Object.keys(bind).length >= mostBound)
        throw error;
      bind[needed] = Array.from(readTensor(corpus, file).data as ArrayLike<number | bigint>, Number);
    }
  }
}

/** An extent of 0 in a file means "unknown" as often as "none": the test data says which. */
function emptyShapes(entry: CorpusCase | undefined): Record<string, readonly number[]> {
  const empty = entry?.inputs.filter(({ shape }) => shape.includes(0)) ?? [];
  return Object.fromEntries(empty.map(({ name, shape }) => [name, shape]));
}

/** The operator that an ONNX test is about: the last in the file. TensorFlow Lite names it when read. */
function fileOperator(corpus: string, model: string): string | undefined {
  if (!model.endsWith('.onnx')) return undefined;
  const { graph } = decodeModelFile(readFileSync(join(corpus, model)), model);
  return graph?.node?.at(-1)?.op_type ?? undefined;
}

function graphOperator(graph: Graph): string {
  const names = new Set(graph.nodes.flatMap(({ loc }) => loc.map(({ op }) => op)));
  return names.size > 3 ? 'networks' : [...names].join(' + ');
}
