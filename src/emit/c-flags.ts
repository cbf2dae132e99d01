/** What emitted C bears without a warning, with gcc and with clang. */
export const warningFlags: readonly string[] = [
  '-Wall',
  '-Wextra',
  '-Wpedantic',
  '-Wconversion',
  '-Wsign-conversion',
  '-Wshadow',
  '-Wcast-qual',
  '-Wstrict-prototypes',
  '-Wmissing-prototypes',
  '-Wvla',
  '-Werror',
];

/**
 * What emitted C needs: no contraction, which would change float results; the arena holds tensors of several types
 * one after the other, so accesses must not be reordered by type.
 */
export const semanticFlags: readonly string[] = ['-std=c99', '-ffp-contract=off', '-fno-strict-aliasing'];
