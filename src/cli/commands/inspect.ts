import { oneOf, flag, type RawOptions } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { projectOptions } from '../project-options.ts';
import { inspectHooks, inspectPasses } from '../inspect/plugins.ts';
import { inspectMemory } from '../inspect/memory.ts';
import { inspectModel } from '../inspect/model.ts';
import { inspectTarget } from '../inspect/target.ts';
import type { Inspection } from '../inspect/inspection.ts';
import type { Terminal } from '../terminal.ts';
import type { ProjectOptions } from '../../build/settings.ts';

const subjects = {
  model: inspectModel,
  target: inspectTarget,
  hooks: inspectHooks,
  passes: inspectPasses,
  memory: inspectMemory,
} satisfies Record<string, (options: ProjectOptions) => Promise<readonly Inspection[]>>;

/** `match inspect SUBJECT [MODEL]`. */
export async function run(
  argument: string | undefined,
  options: RawOptions,
  terminal: Terminal,
): Promise<number> {
  const names = Object.keys(subjects) as (keyof typeof subjects)[];
  const subject = oneOf('the subject of inspect', String(options['subject']), names);
  // Where no model is needed, the argument may name the target.
  const named = subject === 'target' && argument !== undefined ? { ...options, target: argument } : options;
  const model = subject === 'target' ? undefined : argument;
  const inspections = await subjects[subject](projectOptions(model, named, terminal));
  if (flag(options, 'json')) {
    const found = inspections.map(({ json }) => json);
    terminal.out(`${JSON.stringify({ ok: true, [subject]: found }, null, 2)}\n`);
  } else {
    terminal.out(inspections.map(({ text }) => text).join('\n'));
  }
  return exitCodes.ok;
}
