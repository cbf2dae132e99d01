import type { Compilation } from '../compiler/compiler.ts';
import { printGraph } from '../ir/printer.ts';
import { printCandidates, printMapping } from '../mapping/printer.ts';
import { printPlacedProgram } from '../memory/printer.ts';
import { printProgram } from '../program/printer.ts';

export const emitLevels = ['graph', 'candidates', 'mapping', 'program', 'placed', 'c'] as const;

export type EmitLevel = (typeof emitLevels)[number];

/** The text form of one level of a build; `c` is every C file, each under a comment with its name. */
export function levelText(compilation: Compilation, level: EmitLevel): string {
  switch (level) {
    case 'graph':
      return printGraph(compilation.graph);
    case 'candidates':
      return printCandidates(compilation.candidates);
    case 'mapping':
      return printMapping(compilation.mapping);
    case 'program':
      return printProgram(compilation.program);
    case 'placed':
      return printPlacedProgram(compilation.placed);
    case 'c':
      return [...compilation.bundle.files.values()]
        .filter(({ path, content }) => /\.[ch]$/.test(path) && typeof content === 'string')
        .map(({ path, content }) => `/* ${path} */\n${content as string}`)
        .join('\n');
  }
}
