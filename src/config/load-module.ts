import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

/**
 * Imports a TypeScript or JavaScript module together with the modules that it imports by relative path.
 * `match-compiler` means this very package, wherever the module lies; nothing is kept for the next call.
 */
export async function importModule(file: string): Promise<unknown> {
  const self = (specifier: string): string => fileURLToPath(import.meta.resolve(specifier));
  const jiti = createJiti(import.meta.url, {
    moduleCache: false,
    alias: {
      'match-compiler/build': self('match-compiler/build'),
      'match-compiler/plugins': dirname(self('match-compiler/plugins/host')),
      'match-compiler': self('match-compiler'),
    },
  });
  return jiti.import(file);
}
