import { MatchError } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';

function templateError(code: string, path: string, line: number | undefined, message: string, hint?: string) {
  return new MatchError({
    code,
    message,
    loc: { file: path, ...(line !== undefined && { line }) },
    ...(hint !== undefined && { hint }),
  });
}

function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const suggestion = nearest(name, known);
  return suggestion && `did you mean '${suggestion}'?`;
}

/** A hole of the template that nobody filled. */
export const holeUnfilled = (path: string, line: number, hole: string, given: Iterable<string>): MatchError =>
  templateError(
    'TEMPLATE_HOLE_UNFILLED',
    path,
    line,
    `nothing is given for the hole $${hole}`,
    didYouMean(hole, given),
  );

/** Text for a hole that the template does not have. */
export const holeUnknown = (path: string, hole: string, known: Iterable<string>): MatchError =>
  templateError(
    'TEMPLATE_HOLE_UNKNOWN',
    path,
    undefined,
    `the template has no hole $${hole}`,
    didYouMean(hole, known),
  );

/** A flag that a directive asks for and nobody set. */
export const flagUnset = (path: string, line: number, flag: string, given: Iterable<string>): MatchError =>
  templateError(
    'TEMPLATE_FLAG_UNSET',
    path,
    line,
    `nothing is given for the flag '${flag}'`,
    didYouMean(flag, given),
  );

/** A flag that no directive of the template asks for. */
export const flagUnknown = (path: string, flag: string, known: Iterable<string>): MatchError =>
  templateError(
    'TEMPLATE_FLAG_UNKNOWN',
    path,
    undefined,
    `the template has no directive with the flag '${flag}'`,
    didYouMean(flag, known),
  );

/** A `//%` line that is no directive, or one that is out of place. */
export const directiveInvalid = (path: string, line: number, message: string): MatchError =>
  templateError(
    'TEMPLATE_DIRECTIVE_INVALID',
    path,
    line,
    message,
    'directives are `//% if FLAG`, `//% if !FLAG`, `//% else`, `//% nest HOLE` and `//% end`',
  );
