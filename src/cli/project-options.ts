import { numericsModes } from '../compiler/options.ts';
import type { Observer } from '../compiler/plugin-driver.ts';
import { formatDiagnostic } from '../diagnostics/format.ts';
import type { ProjectOptions } from '../build/settings.ts';
import { bindOption, choice, flag, roundingOption, single, type RawOptions } from './arguments.ts';
import type { Terminal } from './terminal.ts';

/** The options that all commands on a project share. Warnings go to the terminal as they come. */
export function projectOptions(
  model: string | undefined,
  options: RawOptions,
  terminal: Terminal,
  observers: readonly Observer[] = [],
): ProjectOptions {
  const target = single(options, 'target');
  const config = single(options, 'config');
  const mode = single(options, 'mode');
  const rounding = roundingOption(options);
  const numerics = choice(options, 'numerics', numericsModes);
  const bind = bindOption(options);
  return {
    ...(model !== undefined && { model }),
    ...(target !== undefined && { target }),
    ...(config !== undefined && { config }),
    ...(mode !== undefined && { mode }),
    ...(rounding && { rounding }),
    ...(numerics && { numerics }),
    ...(bind && { bind }),
    ...(flag(options, 'verifyEach') && { verifyEach: true }),
    observers,
    report: (diagnostic) => terminal.message(formatDiagnostic(diagnostic, terminal.style)),
  };
}
