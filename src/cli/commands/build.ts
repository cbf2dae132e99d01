import { relative } from 'node:path';
import { build, type BuildResult } from '../../build/build.ts';
import { shortName } from '../../build/short-name.ts';
import { flag, choice, single, type RawOptions } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { deviationTable } from '../deviation-table.ts';
import { emitLevels, levelText } from '../levels.ts';
import { createProfile, formatProfile } from '../profile.ts';
import { createProgress } from '../progress.ts';
import { projectOptions } from '../project-options.ts';
import { formatTable, grouped } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** `match build`: models to C. */
export async function run(
  model: string | undefined,
  options: RawOptions,
  terminal: Terminal,
): Promise<number> {
  const json = flag(options, 'json');
  const level = choice(options, 'emit', emitLevels);
  const outDir = single(options, 'out');
  const profile = createProfile();
  const progress = createProgress(terminal);
  const results = await build({
    ...projectOptions(model, options, terminal, [profile.observer, progress.observer]),
    ...(outDir !== undefined && { outDir }),
    force: flag(options, 'force'),
    write: level === undefined,
  });
  progress.done();
  if (json) {
    const profiled = flag(options, 'profile') && { profile: profile.rows() };
    const builds = results.map((result) => ({
      ...summary(result),
      ...(level && { emit: level, text: levelText(result.compilation, level) }),
    }));
    terminal.out(`${JSON.stringify({ ok: true, builds, ...profiled }, null, 2)}\n`);
    return exitCodes.ok;
  }
  for (const [i, result] of results.entries()) {
    if (results.length > 1) terminal.out(`${i > 0 ? '\n' : ''}${heading(result, terminal)}\n`);
    terminal.out(level ? levelText(result.compilation, level) : report(result, terminal));
  }
  if (flag(options, 'profile')) terminal.out(`\n${formatProfile(profile)}`);
  return exitCodes.ok;
}

/** What `--json` prints of a build: everything but the levels themselves. */
function summary({ compilation: _, ...result }: BuildResult): object {
  return result;
}

function heading({ model, target }: BuildResult, terminal: Terminal): string {
  return terminal.outStyle.bold(`${model} for ${target}`);
}

function report(result: BuildResult, terminal: Terminal): string {
  const { dim } = terminal.outStyle;
  const { info, layers, memory, files, outDir, deviation, compilation } = result;
  const macs = layers.reduce((sum, layer) => sum + layer.macs, 0);
  const predicted = Math.round(compilation.mapping.predictedCycles);
  const table = formatTable(
    [
      { title: 'node', limit: 36 },
      { title: 'kernel', limit: 36 },
      { title: 'output' },
      { title: 'layout' },
      { title: 'MACs', right: true },
      { title: 'cycles', right: true },
      { title: 'offset', right: true },
    ],
    [
      ...layers.map((layer) => [
        shortName(layer.node),
        `${layer.module}.${layer.kernel}`,
        `${layer.output.dtype}[${layer.output.shape.join(',')}]`,
        layer.layout,
        grouped(layer.macs),
        grouped(Math.round(layer.cycles)),
        layer.offset === undefined ? 'caller' : grouped(layer.offset),
      ]),
      ['total', '', '', '', grouped(macs), grouped(predicted), ''],
    ],
  );
  const overlapping = predicted !== Math.round(layers.reduce((sum, { cycles }) => sum + cycles, 0));
  const lines = [
    // Whoever adds the column up would look for a mistake.
    `cycles      predicted${overlapping ? ', the total from start to end: layers overlap' : ''}`,
    ...info.recognised.map((line) => `recognised  ${line}`),
    ...memory.flatMap(({ memory: level, arenaBytes, constantBytes, lowerBoundBytes, optimal, proof }) => {
      const bound = optimal ? `optimal: ${proof}` : `at least ${grouped(lowerBoundBytes)}: ${proof}`;
      return [
        ...(arenaBytes > 0 ? [`arena       ${grouped(arenaBytes)} bytes in ${level} (${bound})`] : []),
        ...(constantBytes > 0 ? [`constants   ${grouped(constantBytes)} bytes in ${level}`] : []),
      ];
    }),
    `written     ${relative('', outDir) || '.'}: ${files.map(({ path }) => path).join(', ')}`,
  ];
  const moved = deviation ? `${deviationTable(deviation)}\n` : '';
  return `${table}\n${moved}${lines.map((line) => dim(line.slice(0, 12)) + line.slice(12)).join('\n')}\n`;
}
