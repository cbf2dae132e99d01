import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { cliPath, folderWith } from '../support/match-cli.ts';

/** A compilation that is in the middle of a long computation, and says so by a file. */
const slowConfig = `
import { writeFileSync } from 'node:fs';
import { defineConfig, GraphEditor, ops } from 'match-compiler';
const slow = {
  name: 'slow',
  enforce: 'pre',
  importModel(source) {
    writeFileSync('started', '');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20000);
    const info = { file: source.file, format: 'text', dialect: 'float', recognised: [] };
    const editor = new GraphEditor({ name: 'tiny', info });
    const x = editor.input('x', { dtype: 'float32', shape: [4] });
    editor.setOutputs([editor.add1(ops.clip, [x], { min: 0, max: Infinity })]);
    return editor.finish();
  },
};
export default defineConfig({ models: ['model.txt'], plugins: [slow], outDir: 'out' });
`;

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends a build at once, with nothing written`, async (t) => {
    const cwd = folderWith({
      'package.json': '{"name":"p"}',
      'model.txt': 'tiny',
      'match.config.ts': slowConfig,
    });
    const child = spawn(process.execPath, [cliPath, 'build'], { cwd, stdio: 'ignore' });
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      child.on('close', (code, by) => resolve({ code, signal: by }));
    });
    while (!existsSync(join(cwd, 'started'))) {
      t.is(child.exitCode, null, 'the build ended before it began');
      await setTimeout(20);
    }
    const sent = performance.now();
    child.kill(signal);
    const { code, signal: by } = await ended;
    t.true(performance.now() - sent < 10_000);
    t.true(by === signal || code === (signal === 'SIGTERM' ? 143 : 130), `${code} ${by}`);
    t.false(existsSync(join(cwd, 'out')));
  });
}
