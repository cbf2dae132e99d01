#!/usr/bin/env node
import { cac, type Command } from 'cac';
import { packageVersion } from '../build/version.ts';
import { numericsModes, roundings } from '../compiler/options.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { flag, markNumbers, unmark, type RawOptions } from './arguments.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import { createTerminal, type Terminal } from './terminal.ts';

/** A command's work; loaded when it is asked for, so that the others cost nothing. */
type Run = (argument: string | undefined, options: RawOptions, terminal: Terminal) => Promise<number>;

const cli = cac('match');
let invocation: { readonly run: () => Promise<Run>; readonly args: readonly unknown[] } | undefined;

function command(usage: string, description: string, run: () => Promise<Run>): Command {
  return cli.command(usage, description).action((...args: unknown[]) => {
    invocation = { run, args };
  });
}

function projectOptions(of: Command): Command {
  return of
    .option('--target <name>', 'Target bundle (default: those of the configuration, else host)')
    .option('--config <file>', 'Configuration file (default: the nearest match.config.{ts,mts,js,mjs})')
    .option('--mode <text>', 'Passed to a configuration function')
    .option('--rounding <rule>', `Arithmetic rule: ${roundings.join(', ')} (default: the model's own)`)
    .option('--numerics <mode>', `Scaling of layers: ${numericsModes.join(', ')} (default: exact)`)
    .option('--bind <name=values>', 'Makes an input a constant, as in axes=1,2; may be repeated')
    .option('--verify-each', 'Verify every level after every plugin')
    .option('--json', 'Print one JSON document on stdout');
}

projectOptions(
  command('build [model]', 'Compile a model to C', async () => (await import('./commands/build.ts')).run),
)
  .option('--out <folder>', 'Output folder (default: match-out)')
  .option('--emit <level>', 'Print a level and write nothing: graph, candidates, mapping, program, placed, c')
  .option('--profile', 'Print the time of every stage and plugin')
  .option('--force', 'Write among files that match did not make, and over edited ones')
  .example((bin) => `  ${bin} build model.tflite`)
  .example((bin) => `  ${bin} build model.onnx --target host --out generated`)
  .example((bin) => `  ${bin} build model.onnx --emit mapping`);

projectOptions(
  command(
    'run [model]',
    'Compile a model, run it on this machine and compare its outputs',
    async () => (await import('./commands/run.ts')).run,
  ),
)
  .option(
    '--input <file>',
    'Input as .bin, .npy, .npz or .pb; repeat per input, NAME=FILE allowed (default: random)',
  )
  .option('--expect <file>', 'Expected output, likewise')
  .option('--seed <number>', 'Seed of random inputs (default: 0)')
  .option('--tolerance <r[,a]>', 'Allowed difference from expected outputs: |x - e| <= a + r * |e|')
  .option('--sanitize', 'Compile with address and undefined-behaviour sanitizers')
  .option('--trace <file>', 'Simulated targets: write a Chrome trace, which opens in Perfetto')
  .option('--every-mode', 'Simulated targets: run in every order of completion and of workers')
  .example((bin) => `  ${bin} run model.tflite`)
  .example((bin) => `  ${bin} run model.onnx --input image.npy --expect scores.npy`)
  .example((bin) => `  ${bin} run model.onnx --target gap9 --trace trace.json`)
  .example((bin) => `  ${bin} run model.onnx --input left=a.npy --input right=b.npy --seed 7`);

projectOptions(
  command(
    'inspect <subject> [model]',
    'Show what a build knows: model, target, hooks, passes or memory',
    async () => (await import('./commands/inspect.ts')).run,
  ),
)
  .example((bin) => `  ${bin} inspect model model.onnx`)
  .example((bin) => `  ${bin} inspect target host`)
  .example((bin) => `  ${bin} inspect hooks`)
  .example((bin) => `  ${bin} inspect passes model.onnx`)
  .example((bin) => `  ${bin} inspect memory model.onnx`);

projectOptions(
  command(
    'explain <node> [model]',
    'Say where a node of the model could run, at what cost, and what speaks against the rest',
    async () => (await import('./commands/explain.ts')).run,
  ),
)
  .example((bin) => `  ${bin} explain conv2d_3 model.tflite --target gap9`)
  .example((bin) => `  ${bin} explain conv2d_3 --json`);

command(
  'explain-line <place>',
  'Say which model node and template a line of generated C comes from',
  async () => (await import('./commands/explain-line.ts')).run,
)
  .option('--json', 'Print one JSON document on stdout')
  .example((bin) => `  ${bin} explain-line match-out/network.c:120`);

command(
  'init <subject> <name>',
  'Make a folder to start from: target',
  async () => (await import('./commands/init.ts')).run,
).example((bin) => `  ${bin} init target my-soc`);

cli.help(withoutVersionLine);
cli.version(packageVersion());

/** cac begins every help text with name and version; `--version` tells those. */
function withoutVersionLine(
  sections: { title?: string; body: string }[],
): { title?: string; body: string }[] {
  const exits = '  0 ok, 1 an error with a code, 2 bad command line, 3 outputs differ, 70 a bug in match';
  return [...sections.slice(1), { title: 'Exit codes', body: exits }].map((section) => ({
    ...section,
    body: section.body.replace(/ +$/gm, ''),
  }));
}

async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const json = argv.includes('--json');
  try {
    const { args, options } = cli.parse([...argv.slice(0, 2), ...markNumbers(argv.slice(2))]);
    if (!invocation) return withoutCommand(unmark(args[0]), options, terminal);
    const rest = (options['--'] as readonly string[] | undefined) ?? [];
    if (rest.length > 0) throw new UsageError(`nothing is expected after '--': ${rest.join(' ')}`);
    const run = await invocation.run();
    const positional = invocation.args.slice(0, -1).map((value) => unmark(value as string | undefined));
    if (positional.includes('')) throw new UsageError('an argument is empty');
    const parsed = invocation.args.at(-1) as RawOptions;
    const values: RawOptions = Object.fromEntries(
      Object.entries(parsed).map(([name, value]) => [name, unmark(value)]),
    );
    return await run(
      positional.at(-1),
      { ...values, ...(positional.length > 1 && { subject: positional[0] }) },
      terminal,
    );
  } catch (error) {
    return reportFailure(error, terminal, {
      json,
      command: cli.matchedCommandName,
      options: cli.matchedCommand?.options,
      argv: argv.slice(2),
    });
  }
}

function withoutCommand(word: string | undefined, options: RawOptions, terminal: Terminal): number {
  if (flag(options, 'help') || flag(options, 'version')) return exitCodes.ok;
  if (word === undefined) {
    cli.outputHelp();
    return Object.keys(options).length > 1 ? exitCodes.usage : exitCodes.ok;
  }
  const names = cli.commands.map(({ name }) => name);
  const suggestion = nearest(word, names);
  return reportFailure(
    new UsageError(
      `there is no command '${word}'; ${suggestion ? `did you mean '${suggestion}'?` : `one of ${names.join(', ')}`}`,
    ),
    terminal,
    { json: false },
  );
}

// A reader that has seen enough (`| head`) closes the pipe: nothing to complain about.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.ok);
});
process.exitCode = await main(process.argv, createTerminal());
