/** Which tests run: `fast` (the default), `full` (all) or `only-full` (the long sweeps). scripts/test.js sets it. */
const set = process.env.MATCH_TEST_SET ?? 'fast';

const files = {
  fast: ['build/test/**/*.test.js', '!build/test/**/*.full.test.js'],
  full: ['build/test/**/*.test.js'],
  'only-full': ['build/test/**/*.full.test.js'],
}[set];

export default {
  files,
  // Sweeps and C compilers take their time on a busy machine.
  timeout: set === 'fast' ? '2m' : '30m',
  nodeArguments: ['--enable-source-maps'],
};
