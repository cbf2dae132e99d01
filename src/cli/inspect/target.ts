import { resolveConfig, type ProjectOptions } from '../../build/settings.ts';
import type { TargetBundle } from '../../build/targets.ts';
import { formatTable, grouped } from '../table.ts';
import { fields, type Inspection } from './inspection.ts';

/** Memories, modules and platforms of the targets. */
export async function inspectTarget(options: ProjectOptions): Promise<readonly Inspection[]> {
  const project = await resolveConfig({ ...options, withoutModel: true }, 'inspect');
  return project.targets.map(describe);
}

function describe({ plugin, target }: TargetBundle): Inspection {
  const memories = Object.entries(target.memories);
  const platforms = Object.entries(target.platforms);
  const text = [
    fields([
      ['target', `${target.name} (plugin ${plugin.name})`],
      ['', target.description],
      ['activations', `live in ${target.homes.activations}`],
      ['constants', `live in ${target.homes.constants}`],
    ]),
    formatTable(
      [
        { title: 'memory' },
        { title: 'bytes', right: true },
        { title: 'align', right: true },
        { title: 'access' },
        { title: 'links' },
      ],
      memories.map(([name, { bytes, alignment, access, links }]) => [
        name,
        Number.isFinite(bytes) ? grouped(bytes) : 'unlimited',
        String(alignment),
        access,
        links.map(({ to, bytesPerCycle }) => `${to} (${bytesPerCycle} bytes/cycle)`).join(', '),
      ]),
    ),
    ...target.modules.map(({ name, description, patterns }) =>
      [
        `module ${name}: ${description}\n`,
        formatTable(
          [{ title: 'kernel' }, { title: 'pattern', limit: 100 }],
          patterns.map(({ name: kernel, pattern }) => [kernel, pattern.text]),
        ),
      ].join(''),
    ),
    formatTable(
      [{ title: 'platform' }, { title: 'compilers' }, { title: 'runs here' }, { title: '' }],
      platforms.map(([name, { description, compilers, runner }]) => [
        name,
        compilers.join(', '),
        runner ? 'yes' : 'no',
        description,
      ]),
    ),
  ].join('\n');
  return {
    text,
    json: {
      name: target.name,
      plugin: plugin.name,
      description: target.description,
      memories: target.memories,
      homes: target.homes,
      modules: target.modules.map(
        ({ name, description, operands, queueDepth, dispatchCycles, patterns }) => ({
          name,
          description,
          operands,
          queueDepth,
          dispatchCycles,
          patterns: patterns.map(({ name: kernel, pattern }) => ({ name: kernel, pattern: pattern.text })),
        }),
      ),
      platforms: target.platforms,
    },
  };
}
