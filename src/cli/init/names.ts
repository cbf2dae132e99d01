import { targetFiles } from './target-files.ts';

/** What no variable of a module may be called. */
const reserved = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export ' +
    'extends false finally for function if implements import in instanceof interface let new null package ' +
    'private protected public return static super switch this throw true try typeof undefined var void while ' +
    'with yield'
  ).split(' '),
);

/** `my-soc` → `mySoc`. */
export function identifierOf(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Why a target cannot have a name; undefined where it can.
 * @param taken names of targets that there are already
 */
export function nameFault(name: string, taken: readonly string[]): string | undefined {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) return 'is no name for a target';
  if (taken.includes(name)) return 'is a target of match-compiler itself';
  const identifier = identifierOf(name);
  if (reserved.has(identifier)) return 'is a word of the language, and cannot be the name of a target';
  if (importedNames().has(identifier))
    return `would be ${identifier} in files that import something of this name`;
  return undefined;
}

function importedNames(): ReadonlySet<string> {
  const names = Object.values(targetFiles).flatMap((text) =>
    [...text.matchAll(/^import (?:type )?\{?([\w, ]+)\}? from/gm)].flatMap(([, list = '']) =>
      list.split(',').map((name) => name.trim()),
    ),
  );
  return new Set(names);
}
