import { fillTemplate, type BundleFile } from 'match-compiler';
import cmakeText from './templates/CMakeLists.mk';
import makeText from './templates/Makefile.mk';
import type { Network } from './network.ts';

/** What the emitted C bears without a warning. */
export const warningFlags = [
  '-Wall',
  '-Wextra',
  '-Wpedantic',
  '-Wconversion',
  '-Wsign-conversion',
  '-Wshadow',
  '-Wcast-qual',
  '-Wstrict-prototypes',
  '-Wmissing-prototypes',
  '-Werror',
];

/**
 * What it needs: no contraction, which would change float results; the arena holds tensors of several types
 * one after the other, so accesses must not be reordered by type.
 */
export const semanticFlags = ['-std=c99', '-ffp-contract=off', '-fno-strict-aliasing'];

/** `Makefile` and `CMakeLists.txt`. */
export function buildFiles({ name, constants }: Network): BundleFile[] {
  const sources = [`${name}.c`, ...(constants.length > 0 ? [`${name}_weights.c`] : [])];
  const headers = [`${name}.h`, ...(constants.length > 0 ? [`${name}_weights.h`] : [])];
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
