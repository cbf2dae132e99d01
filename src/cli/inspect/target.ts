import { resolveConfig, type ProjectOptions } from '../../build/settings.ts';
import type { TargetBundle } from '../../build/targets.ts';
import type { ExecutionModule, Target } from '../../target/target.ts';
import { formatTable, grouped } from '../table.ts';
import { fields, type Inspection } from './inspection.ts';
import { targetJson } from './target-json.ts';

/** Memories, links, modules, contention, platforms and assumptions of the targets. */
export async function inspectTarget(options: ProjectOptions): Promise<readonly Inspection[]> {
  const project = await resolveConfig({ ...options, withoutModel: true }, 'inspect');
  return project.targets.map(describe);
}

function describe({ plugin, target }: TargetBundle): Inspection {
  const text = [
    overview(plugin.name, target),
    memoryTable(target),
    linkTable(target),
    ...target.modules.map(moduleText),
    contentionTable(target),
    platformTable(target),
    assumptionTable(target),
  ]
    .filter((part) => part !== '')
    .join('\n');
  return { text, json: { plugin: plugin.name, ...targetJson(target) } };
}

function overview(
  plugin: string,
  { name, description, homes, activationSign, requantization }: Target,
): string {
  const overflow = homes.overflow === undefined ? '' : `, or in ${homes.overflow} when they do not fit`;
  const { scaleBits = 0, largestShift = 0, perChannelShift, productBits = 0 } = requantization ?? {};
  return fields([
    ['target', `${name} (plugin ${plugin})`],
    ['', description],
    ['activations', `live in ${homes.activations}`],
    ['constants', `live in ${homes.constants}${overflow}`],
    ...(activationSign ? [['8-bit values', `${activationSign} between layers`] as const] : []),
    ...(requantization
      ? [
          [
            'scaling',
            `multipliers of ${scaleBits} bits, shifts up to ${largestShift} per ${perChannelShift ? 'channel' : 'layer'}, products of ${productBits} bits`,
          ] as const,
        ]
      : []),
  ]);
}

function memoryTable({ memories }: Target): string {
  return formatTable(
    [
      { title: 'memory' },
      { title: 'bytes', right: true },
      { title: 'align', right: true },
      { title: 'access' },
      { title: 'links' },
    ],
    Object.entries(memories).map(([name, { bytes, alignment, access, links }]) => [
      name,
      Number.isFinite(bytes) ? grouped(bytes) : 'unlimited',
      String(alignment),
      access,
      links.map(({ to, bytesPerCycle }) => `${to} (${bytesPerCycle} bytes/cycle)`).join(', '),
    ]),
  );
}

/** What one transfer costs, in cycles, beside the time of its bytes. */
function linkTable({ memories }: Target): string {
  const links = Object.entries(memories).flatMap(([from, { links: own }]) =>
    own.map((link) => ({ from, ...link })),
  );
  if (links.length === 0) return '';
  return formatTable(
    [
      { title: 'link' },
      { title: 'channel' },
      ...['bytes/cycle', 'enqueue', 'start', 'per burst', 'burst'].map((title) => ({ title, right: true })),
    ],
    links.map(({ from, to, channel, bytesPerCycle, enqueueCycles, startCycles, rowCycles, burstBytes }) => [
      `${from} -> ${to}`,
      channel,
      String(bytesPerCycle),
      grouped(enqueueCycles),
      grouped(startCycles),
      grouped(rowCycles),
      burstBytes === undefined ? 'a row' : `${grouped(burstBytes)} bytes`,
    ]),
  );
}

function moduleText(module: ExecutionModule): string {
  const { name, description, operands, queueDepth, workers = 1, dispatchCycles, patterns } = module;
  const queue = queueDepth === 0 ? 'called by the controller' : `up to ${queueDepth} jobs handed over`;
  const facts = [
    queue,
    `${grouped(dispatchCycles)} cycles to hand one over`,
    ...(workers > 1 ? [`${workers} workers`] : []),
    `activations in ${operands.activations}, constants in ${operands.constants}`,
  ];
  return [
    `module ${name}: ${description}\n`,
    `  ${facts.join('; ')}\n`,
    formatTable(
      [{ title: 'kernel' }, { title: 'pattern', limit: 100 }],
      patterns.map(({ name: kernel, pattern }) => [kernel, pattern.text]),
    ),
  ].join('');
}

function contentionTable({ contention }: Target): string {
  const rows = Object.entries(contention ?? {}).flatMap(([engine, others]) =>
    Object.entries(others).map(([other, factor]) => [engine, other, String(factor)]),
  );
  if (rows.length === 0) return '';
  return formatTable(
    [{ title: 'engine' }, { title: 'slower while busy' }, { title: 'factor', right: true }],
    rows,
  );
}

function platformTable({ platforms }: Target): string {
  return formatTable(
    [{ title: 'platform' }, { title: 'compilers' }, { title: 'runs here' }, { title: '' }],
    Object.entries(platforms).map(([name, { description, compilers, runner }]) => [
      name,
      compilers.join(', '),
      runner ? 'yes' : 'no',
      description,
    ]),
  );
}

function assumptionTable({ assumptions = [] }: Target): string {
  if (assumptions.length === 0) return '';
  return formatTable(
    [{ title: 'assumption' }, { title: 'value', right: true }, { title: 'unit' }, { title: 'source' }],
    assumptions.map(({ name, value, unit, source }) => [name, String(value), unit, source]),
  );
}
