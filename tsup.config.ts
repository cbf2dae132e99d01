import { readdirSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** One entry per plugin folder, so that adding a plugin needs no change here. */
const plugins = Object.fromEntries(
  readdirSync('plugins', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => [`plugins/${entry.name}`, `plugins/${entry.name}/index.ts`]),
);

export default defineConfig({
  entry: { index: 'src/index.ts', build: 'src/build/index.ts', cli: 'src/cli/main.ts', ...plugins },
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: true,
  sourcemap: true,
  clean: true,
  // Declarations come from tsc: they keep the folder layout and cost a fraction of bundling them.
  dts: false,
  // The package imports itself by name, so that plugins share one instance of the public entry.
  external: [/^match-compiler/],
  loader: { '.c': 'text', '.h': 'text', '.mk': 'text' },
});
