import { MatchError, type Diagnostic, type DiagnosticInput } from '../diagnostics/diagnostic.ts';

/** `this` inside a plugin's handlers: reports carry the plugin's name and the hook. */
export interface PluginContext {
  readonly plugin: string;
  readonly hook: string;
  info(input: DiagnosticInput): void;
  warn(input: DiagnosticInput): void;
  /** Stops the build. */
  error(input: DiagnosticInput): never;
}

export function createPluginContext(
  plugin: string,
  hook: string,
  report: (diagnostic: Diagnostic) => void,
): PluginContext {
  return Object.freeze({
    plugin,
    hook,
    info: (input: DiagnosticInput) => report({ ...input, severity: 'info', plugin, hook }),
    warn: (input: DiagnosticInput) => report({ ...input, severity: 'warning', plugin, hook }),
    error: (input: DiagnosticInput): never => {
      throw new MatchError({ ...input, plugin, hook });
    },
  });
}
