import { fillTemplate, semanticFlags, warningFlags, type BundleFile } from 'match-compiler';
import cmakeText from './templates/CMakeLists.mk';
import makeText from './templates/Makefile.mk';
import type { Network } from './network.ts';

/** `Makefile` and `CMakeLists.txt`. */
export function buildFiles({ name, constants, runtime }: Network): BundleFile[] {
  const files = (ending: '.c' | '.h'): string[] => [
    `${name}${ending}`,
    ...(constants.length > 0 ? [`${name}_weights${ending}`] : []),
    ...(runtime?.files.map(({ path }) => path).filter((path) => path.endsWith(ending)) ?? []),
  ];
  const sources = files('.c');
  const headers = files('.h');
  const [language = '', ...others] = semanticFlags;
  const fill = (path: string, text: string, holes: Readonly<Record<string, string>>): string =>
    fillTemplate({ path: `plugins/emit-c/templates/${path}`, text }, { holes, flags: {} }).text;
  return [
    {
      path: 'Makefile',
      content: fill('Makefile.mk', makeText, {
        network: name,
        program: `${name}_main`,
        flags: [language, '-O2', ...others, ...warningFlags].join(' '),
        objects: [...sources, 'main.c'].map((file) => file.replace(/\.c$/, '.o')).join(' '),
        headers: headers.join(' '),
      }),
    },
    {
      path: 'CMakeLists.txt',
      content: fill('CMakeLists.mk', cmakeText, {
        network: name,
        program: `${name}_main`,
        sources: sources.join(' '),
      }),
    },
  ];
}
