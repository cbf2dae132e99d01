import type { SourceLocation } from '../ir/graph.ts';

export type Severity = 'error' | 'warning' | 'info';

/** Where something happened: in a model, a configuration or a generated file. Every field that is known. */
export interface DiagnosticLocation {
  readonly file?: string;
  /** The model's name of the node. */
  readonly node?: string;
  /** The model's operator type. */
  readonly op?: string;
  /** The tensor concerned. */
  readonly tensor?: string;
  /** Byte offset in the file. */
  readonly offset?: number;
  /** 1-based line and column of a text file. */
  readonly line?: number;
  readonly column?: number;
}

/** One message to the user: a code to search for, what happened, where, and what to do. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly plugin?: string;
  readonly hook?: string;
  readonly loc?: DiagnosticLocation;
  /** Lines that show the culprit, as they are to be printed. */
  readonly frame?: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly notes?: readonly string[];
}

/** What a plugin may report: the driver adds its name and hook. */
export type DiagnosticInput = Omit<Diagnostic, 'severity' | 'plugin' | 'hook'>;

const brand = Symbol.for('match.error');

/** An error that the user can act on. Everything else that is thrown is a bug or a plugin's failure. */
export class MatchError extends Error {
  override readonly name = 'MatchError';
  readonly diagnostic: Diagnostic;
  readonly [brand] = true;

  constructor(diagnostic: Omit<Diagnostic, 'severity'>, options?: ErrorOptions) {
    super(diagnostic.message, options);
    this.diagnostic = { severity: 'error', ...diagnostic };
  }

  /** Works across copies of the package, where `instanceof` does not. */
  static is(error: unknown): error is MatchError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}

/** Location of an IR node: the first model node it stands for. */
export function locationOf(node: {
  readonly name: string;
  readonly loc: readonly SourceLocation[];
}): DiagnosticLocation {
  const [first] = node.loc;
  return first ? { file: first.file, node: first.node, op: first.op } : { node: node.name };
}
