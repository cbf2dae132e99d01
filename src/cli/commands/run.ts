import { run as runProject, type OutputResult, type RunResult } from '../../build/run.ts';
import { formatType } from '../../ir/tensor.ts';
import type { Comparison } from '../../run/compare.ts';
import { flag, multiple, seedOption, single, toleranceOption, type RawOptions } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { deviationTable } from '../deviation-table.ts';
import { createProgress } from '../progress.ts';
import { projectOptions } from '../project-options.ts';
import { simulationTable } from '../simulation-table.ts';
import { grouped } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** `match run`: build, run on this machine, compare. */
export async function run(
  model: string | undefined,
  options: RawOptions,
  terminal: Terminal,
): Promise<number> {
  const seed = seedOption(options);
  const tolerance = toleranceOption(options);
  const trace = single(options, 'trace');
  const progress = createProgress(terminal);
  const results = await runProject({
    ...projectOptions(model, options, terminal, [progress.observer]),
    inputs: multiple(options, 'input'),
    expect: multiple(options, 'expect'),
    ...(seed !== undefined && { seed }),
    ...(tolerance && { tolerance }),
    sanitize: flag(options, 'sanitize'),
    everyMode: flag(options, 'everyMode'),
    ...(trace !== undefined && { trace }),
    stage: (text) => progress.stage(text),
  });
  progress.done();
  const agree = results.every(({ agrees }) => agrees);
  if (flag(options, 'json')) {
    terminal.out(`${JSON.stringify({ ok: agree, runs: results.map(summary) }, null, 2)}\n`);
  } else {
    terminal.out(results.map((result) => report(result, terminal)).join('\n'));
    if (trace !== undefined) {
      terminal.out(`\n${terminal.outStyle.dim('trace')}       ${trace}: opens in ui.perfetto.dev\n`);
    }
  }
  return agree ? exitCodes.ok : exitCodes.differ;
}

/** What `--json` prints of a run: everything but the tensors' elements. */
function summary(result: RunResult): object {
  return { ...result, outputs: result.outputs.map(({ actual: _, ...output }) => output) };
}

function report(result: RunResult, terminal: Terminal): string {
  const { model, target, compiler, seed, outputs, simulation, deviation } = result;
  const { bold } = terminal.outStyle;
  const inputs = seed === undefined ? 'inputs from files' : `random inputs, seed ${seed}`;
  return [
    `${bold(`${model} on ${target}`)} (${compiler}; ${inputs})`,
    ...outputs.flatMap((output) => outputLines(output, terminal)),
    ...(simulation ? simulationLines(simulation, terminal) : []),
    ...(deviation ? indented(deviationTable(deviation)) : []),
    '',
  ].join('\n');
}

/** The lines of a text, under the outputs. */
function indented(text: string): string[] {
  return [
    '',
    ...text
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

function simulationLines(simulation: NonNullable<RunResult['simulation']>, terminal: Terminal): string[] {
  const { bold, dim, red } = terminal.outStyle;
  const table = simulationTable(simulation).trimEnd().split('\n');
  const modes = simulation.modes.map(({ completion, workers, agrees }) => {
    const name = `${completion}, workers ${workers}`;
    return agrees ? name : red(`${name}: DIFFERS`);
  });
  return [
    `  ${bold(`${grouped(Math.round(simulation.cycles))} cycles simulated`)}`,
    `${dim('    the same in')} ${modes.join('; ')}`,
    '',
    ...table.map((line) => `  ${line}`),
  ];
}

function outputLines({ name, type, interpreter, expected }: OutputResult, terminal: Terminal): string[] {
  return [
    `  ${name}: ${formatType(type)}`,
    comparisonLine('interpreter', interpreter, terminal),
    ...(expected ? [comparisonLine('expected', expected, terminal)] : []),
  ];
}

function comparisonLine(against: string, comparison: Comparison, terminal: Terminal): string {
  const { red, dim } = terminal.outStyle;
  const { elements, differing, maxDifference, first, tolerance } = comparison;
  const rule = tolerance
    ? `within ${tolerance.absolute.toExponential()} + ${tolerance.relative.toExponential()} * |reference|`
    : 'bit for bit';
  const label = dim(`    ${against.padEnd(12)}`);
  const largest = `largest difference ${maxDifference}`;
  if (!first) {
    return `${label}${grouped(elements)} elements agree ${rule}${tolerance ? `, ${largest}` : ''}`;
  }
  const where = `first at [${first.index.join(',')}]: ${first.actual}, not ${first.expected}`;
  return `${label}${red(`${grouped(differing)} of ${grouped(elements)} elements differ`)} (${rule}), ${largest}, ${where}`;
}
