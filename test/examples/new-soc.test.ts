import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'ava';
import { topologies } from '../../examples/mlperf-tiny/topologies.ts';

const root = process.cwd();
const cli = resolve('dist', 'cli.js');

/** Lines of TypeScript and JavaScript that a new SoC may take, from nothing to ResNet8 on it. */
const mostLines = 250;

interface Block {
  readonly language: string;
  readonly title: string | undefined;
  readonly text: string;
}

function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^```(\w+)(?: title=(\S+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', title, text = '']) => ({ language, title, text }),
  );
}

/** Runs a command of the page; `npx match` is the one of this checkout. */
function shell(command: string, cwd: string): Promise<{ readonly status: number; readonly text: string }> {
  const text = command.replaceAll('npx match', `"${process.execPath}" "${cli}"`);
  return new Promise((resolve) => {
    execFile('sh', ['-ec', text], { cwd, encoding: 'utf8' }, (error, stdout, stderr) =>
      resolve({ status: error ? 1 : 0, text: stdout + stderr }),
    );
  });
}

test('the page about a new SoC: every block runs, and gives examples/my-soc in few lines', async (t) => {
  t.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'match-new-soc-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules', 'match-compiler'));
    const soc = join(folder, 'my-soc');
    const begun = new Set<string>();
    const outputs: string[] = [];
    for (const { language, title, text } of blocksOf(readFileSync('docs/new-soc.md', 'utf8'))) {
      if (title !== undefined) {
        const file = join(soc, title);
        const before = begun.has(title) ? `${readFileSync(file, 'utf8')}\n` : '';
        begun.add(title);
        writeFileSync(file, before + text);
        continue;
      }
      t.is(language, 'sh', 'a block that is no file is a command');
      if (text.includes('resnet8.onnx'))
        writeFileSync(join(soc, 'resnet8.onnx'), topologies['resnet8']?.() ?? '');
      const inside = outputs.length > 0 && !text.startsWith('cd ');
      const { status, text: output } = await shell(text, inside ? soc : folder);
      t.is(status, 0, output);
      outputs.push(output);
    }
    t.is(outputs.length, 4);
    const run = outputs.at(-1) ?? '';
    t.is(run.match(/agree bit for bit/g)?.length, 2, run);
    t.is(run.match(/^ {2}conv\d.* matrix /gm)?.length, 7, 'all convolutions run on the accelerator');
    let lines = 0;
    for (const name of readdirSync('examples/my-soc', { recursive: true, encoding: 'utf8' })) {
      if (!/\.(?:ts|js|c)$/.test(name)) continue;
      const text = readFileSync(join('examples/my-soc', name), 'utf8');
      t.is(readFileSync(join(soc, name), 'utf8'), text, name);
      if (!name.endsWith('.c')) lines += text.split('\n').length - 1;
    }
    t.true(lines > 100 && lines < mostLines, `${lines} lines`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('match init refuses names that no target can have, and folders with something in them', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'match-init-'));
  try {
    const init = async (name: string): Promise<string> =>
      (await shell(`npx match init target ${name}`, folder)).text;
    for (const name of ['My_Chip', '../chip', 'a/b', "'a chip'", 'chip-', '1chip', 'class', 'await', 'gap9'])
      t.regex(await init(name), /INIT_NAME_INVALID/, name);
    t.regex(await init("''"), /an argument is empty/);
    for (const name of ['test', 'define-plugin', 'vector-add'])
      t.regex(await init(name), /INIT_NAME_INVALID .* import something of this name/, name);
    t.deepEqual(readdirSync(folder), [], 'nothing is written');
    writeFileSync(join(folder, 'a-file'), '');
    t.regex(await init('a-file'), /INIT_FOLDER_TAKEN/);
    t.regex(await init('my-chip'), /npm test/);
    t.regex(await init('my-chip'), /INIT_FOLDER_TAKEN/);
    t.regex(
      (await shell('npx match init plugin my-chip', folder)).text,
      /what init makes cannot be 'plugin'/,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
