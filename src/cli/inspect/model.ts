import { nodeMacs } from '../../ir/work.ts';
import { createPipeline, importPair } from '../../build/pipeline.ts';
import { resolveConfig, type ProjectOptions } from '../../build/settings.ts';
import { byteSize, formatType } from '../../ir/tensor.ts';
import type { Graph, Value } from '../../ir/graph.ts';
import { formatTable, grouped } from '../table.ts';
import { fields, type Inspection } from './inspection.ts';

/** The models as imported, before any pass. */
export async function inspectModel(options: ProjectOptions): Promise<readonly Inspection[]> {
  const project = await resolveConfig(options, 'inspect');
  const [target] = project.targets;
  const pairs = project.pairs.filter((pair) => pair.target === target);
  const found: Inspection[] = [];
  for (const pair of pairs)
    found.push(describe(await importPair(createPipeline(project, pair, options), pair)));
  return found;
}

function describe(graph: Graph): Inspection {
  const operators = new Map<string, { count: number; macs: number }>();
  for (const node of graph.nodes) {
    const { count, macs } = operators.get(node.op.name) ?? { count: 0, macs: 0 };
    operators.set(node.op.name, { count: count + 1, macs: macs + nodeMacs(node) });
  }
  const constants = graph.values().filter((value) => value.constant);
  const constantBytes = constants.reduce((sum, value) => sum + byteSize(value.type), 0);
  const macs = graph.nodes.reduce((sum, node) => sum + nodeMacs(node), 0);
  const { file, format, dialect, recognised } = graph.info;
  const text = [
    fields([
      ['model', file],
      ['format', `${format}, dialect ${dialect}`],
      ...recognised.map((line) => ['recognised', line] as const),
      ...graph.inputs.map((value) => ['input', edge(value)] as const),
      ...graph.outputs.map((value) => ['output', edge(value)] as const),
      ['nodes', grouped(graph.nodes.length)],
      ['MACs', grouped(macs)],
      ['constants', `${grouped(constantBytes)} bytes in ${constants.length} tensors`],
    ]),
    formatTable(
      [{ title: 'operator' }, { title: 'nodes', right: true }, { title: 'MACs', right: true }],
      [...operators].map(([name, operator]) => [name, grouped(operator.count), grouped(operator.macs)]),
    ),
  ].join('\n');
  return {
    text,
    json: {
      ...graph.info,
      inputs: graph.inputs.map(edgeJson),
      outputs: graph.outputs.map(edgeJson),
      nodes: graph.nodes.length,
      macs,
      constantBytes,
      operators: Object.fromEntries(operators),
    },
  };
}

function edge({ name, type }: Value): string {
  const { quantization } = type;
  if (!quantization) return `${name}: ${formatType(type)}`;
  const { scale, zeroPoint } = quantization;
  const meaning =
    scale.length === 1
      ? `${scale[0]} * (q - ${zeroPoint[0]})`
      : `${scale.length} scales along axis ${quantization.axis}`;
  return `${name}: ${formatType(type)} = ${meaning}`;
}

function edgeJson({ name, type }: Value): object {
  return { name, ...type };
}
