import { compilerFor, createPipeline, importPair } from '../../build/pipeline.ts';
import { resolveConfig, type Project, type ProjectOptions } from '../../build/settings.ts';
import { hookTable } from '../../compiler/hooks.ts';
import { handlerOrder, type Observer } from '../../compiler/plugin-driver.ts';
import { Graph } from '../../ir/graph.ts';
import { formatTable, grouped } from '../table.ts';
import type { Inspection } from './inspection.ts';

/** The plugins of every hook, in the order in which they are asked. */
export async function inspectHooks(options: ProjectOptions): Promise<readonly Inspection[]> {
  const project = await resolveConfig({ ...options, withoutModel: true }, 'inspect');
  return project.targets.map((target) => {
    const order = [...handlerOrder(compilerFor(project, target, options).hooks)];
    const text = order.map(([hook, plugins]) => {
      const { kind, summary } = hookTable[hook];
      return `${hook} (${kind}): ${summary}\n${numbered(plugins)}`;
    });
    return {
      text: `target ${target.name}\n\n${text.join('\n')}`,
      json: {
        target: target.name,
        hooks: order.map(([name, plugins]) => ({ name, ...hookTable[name], plugins })),
      },
    };
  });
}

function numbered(plugins: readonly string[]): string {
  if (plugins.length === 0) return '  nobody\n';
  return plugins.map((name, i) => `  ${String(i + 1).padStart(2)}. ${name}\n`).join('');
}

interface Pass {
  readonly plugin: string;
  readonly milliseconds: number;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  readonly changed: boolean;
}

/** The transform passes; with a model, what each did to it. */
export async function inspectPasses(options: ProjectOptions): Promise<readonly Inspection[]> {
  const project = await resolveConfig({ ...options, withoutModel: true }, 'inspect');
  if (project.models.length === 0) return project.targets.map((target) => passList(project, target));
  const found: Inspection[] = [];
  for (const pair of project.pairs) {
    const passes: Pass[] = [];
    let graph: Graph | undefined;
    const observer: Observer = {
      end({ hook, plugin, milliseconds, result }) {
        if (hook === 'importModel' && result instanceof Graph) graph = result;
        if (hook !== 'transform' || !graph) return;
        const after = result instanceof Graph ? result : graph;
        passes.push({
          plugin,
          milliseconds,
          nodesBefore: graph.nodes.length,
          nodesAfter: after.nodes.length,
          changed: after !== graph,
        });
        graph = after;
      },
    };
    const pipeline = createPipeline(project, pair, { ...options, observers: [observer] });
    await pipeline.compiler.transform(await importPair(pipeline, pair), pipeline.context);
    found.push(passTable(`${pair.model.file} for ${pair.target.name}`, passes));
  }
  return found;
}

function passList(project: Project, target: Project['targets'][number]): Inspection {
  const passes = handlerOrder(compilerFor(project, target, {}).hooks).get('transform') ?? [];
  return { text: `target ${target.name}\n\n${numbered(passes)}`, json: { target: target.name, passes } };
}

function passTable(title: string, passes: readonly Pass[]): Inspection {
  const table = formatTable(
    [
      { title: 'pass' },
      { title: 'nodes before', right: true },
      { title: 'after', right: true },
      { title: 'ms', right: true },
      { title: '' },
    ],
    passes.map(({ plugin, nodesBefore, nodesAfter, milliseconds, changed }) => [
      plugin,
      grouped(nodesBefore),
      grouped(nodesAfter),
      milliseconds.toFixed(1),
      changed ? '' : 'no change',
    ]),
  );
  return { text: `${title}\n\n${table}`, json: { title, passes } };
}
