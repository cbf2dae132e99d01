import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { bytesOf, dataTypes, evaluateGraph, type Graph, type Tensor } from 'match-compiler';
import type { CaseBuilder } from './network-cases.ts';
import {
  compileC,
  compileGraph,
  differingElements,
  runProgram,
  withBundle,
  type CompileSettings,
} from './run-network.ts';
import { awkwardOutputs, onlyOf, quantizedConvolution, residualFloats } from './small-graphs.ts';

interface Built {
  readonly folder: string;
  readonly program: string;
  readonly graph: Graph;
  readonly inputs: readonly Tensor[];
  readonly expected: readonly Tensor[];
  readonly run: (...args: readonly string[]) => { readonly status: number | null; readonly output: string };
}

async function build(
  builder: CaseBuilder,
  use: (built: Built) => void,
  settings: CompileSettings = {},
): Promise<void> {
  const graph = builder.finish();
  const { bundle } = await compileGraph(graph, settings);
  withBundle(bundle, (folder) => {
    const program = compileC(folder, 'gcc', ['-O1']);
    use({
      folder,
      program,
      graph,
      inputs: builder.inputs,
      expected: evaluateGraph(graph, builder.inputs).outputs,
      run: (...args) => {
        const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
        return { status, output: stdout + stderr };
      },
    });
  });
}

const bytes = (tensors: readonly Tensor[]): Buffer =>
  Buffer.concat(tensors.map((tensor) => Buffer.from(bytesOf(tensor.data))));

for (const io of ['arena', 'caller'] as const) {
  for (const outputs of ['arena', 'caller'] as const) {
    test(`outputs that are inputs or twins: inputs ${io}, outputs ${outputs}`, async (t) => {
      await build(
        awkwardOutputs(),
        ({ folder, program, graph, inputs, expected }) => {
          const actual = runProgram(folder, program, graph, inputs);
          expected.forEach((tensor, i) => {
            const other = actual[i];
            t.deepEqual(other && differingElements(other, tensor, false), []);
          });
        },
        { options: { io: { inputs: io, outputs } } },
      );
    });
  }
}

test('networks of one element type compile at the strict flags and run', async (t) => {
  for (const dtype of dataTypes) {
    await build(onlyOf(dtype), ({ folder, program, graph, inputs, expected }) => {
      const [actual] = runProgram(folder, program, graph, inputs);
      const [wanted] = expected;
      t.deepEqual(actual && wanted && differingElements(actual, wanted, false), [], dtype);
    });
  }
});

test('built-in samples pass, and fail when they should', async (t) => {
  const sample = quantizedConvolution();
  const expected = evaluateGraph(sample.finish(), sample.inputs).outputs;
  const inputs = sample.inputs.map((tensor) => bytesOf(tensor.data));
  const right = { inputs, expected: expected.map((tensor) => bytesOf(tensor.data)) };
  const wrong = {
    inputs,
    expected: right.expected.map((array) => array.map((byte, i) => (i === 4 ? byte ^ 3 : byte))),
  };
  await build(
    quantizedConvolution(),
    ({ run }) => t.deepEqual(run(), { status: 0, output: 'PASS scale_6: 24 elements agree\n' }),
    { options: { samples: [right, right] } },
  );
  await build(
    quantizedConvolution(),
    ({ run }) => {
      const { status, output } = run();
      t.is(status, 1);
      t.regex(
        output,
        /^FAIL scale_6: 1 of 24 elements differ, by up to [123]; first: sample 1, element 4\n$/,
      );
    },
    { options: { samples: [right, wrong] } },
  );
});

test('files: one for all tensors or one each, many samples', async (t) => {
  await build(
    residualFloats(),
    ({ folder, inputs, expected, run }) => {
      const path = (name: string): string => join(folder, name);
      const three = (tensors: readonly Tensor[]): Buffer =>
        Buffer.concat([1, 2, 3].map(() => bytes(tensors)));
      writeFileSync(path('all'), three(inputs));
      inputs.forEach((tensor, i) => writeFileSync(path(`in${i}`), three([tensor])));
      writeFileSync(path('right'), three(expected));
      const one = run('--input', 'all', '--output', 'out', '--expect', 'right');
      t.is(one.status, 0, one.output);
      t.regex(one.output, /^PASS probabilities_\d+: 18 elements agree\n$/);
      const each = run('--input', 'in0', '--input', 'in1', '--output', 'other');
      t.is(each.status, 0, each.output);
      t.deepEqual(readFileSync(path('out')), readFileSync(path('other')));
      t.is(readFileSync(path('out')).length, 3 * 24);
      writeFileSync(path('wrong'), Buffer.alloc(3 * 24));
      const { status, output } = run('--input', 'all', '--expect', 'wrong');
      t.is(status, 1);
      t.regex(output, /^FAIL probabilities_\d+: 18 of 18 elements differ/);
    },
    { options: { lineDirectives: true } },
  );
});

test('bad arguments and files', async (t) => {
  await build(residualFloats(), ({ folder, inputs, run }) => {
    writeFileSync(join(folder, 'short'), bytes(inputs).subarray(1));
    writeFileSync(join(folder, 'whole'), bytes(inputs));
    for (const [args, message] of [
      [[], /no samples are built in\nusage: /],
      [['--input'], /^usage: /],
      [['--inptu', 'whole'], /^usage: /],
      [['--output', 'out'], /^usage: /],
      [['--input', 'a', '--input', 'b', '--input', 'c'], /^usage: /],
      [['--input', 'absent'], /^absent cannot be opened/],
      [['--input', 'short'], /^short has 47 bytes, which is no multiple of the 48 bytes of a sample/],
      [['--input', 'whole', '--expect', 'whole'], /^whole has 2 samples where another file has 1/],
    ] as const) {
      const { status, output } = run(...args);
      t.is(status, 2, output);
      t.regex(output, message);
    }
  });
});

test('make builds and runs it', async (t) => {
  const sample = residualFloats();
  const expected = evaluateGraph(sample.finish(), sample.inputs).outputs;
  const samples = [
    {
      inputs: sample.inputs.map((tensor) => bytesOf(tensor.data)),
      expected: expected.map((tensor) => bytesOf(tensor.data)),
    },
  ];
  const { bundle } = await compileGraph(residualFloats().finish(), { options: { samples } });
  withBundle(bundle, (folder) => {
    const { status, stdout, stderr } = spawnSync('make', ['run'], { cwd: folder, encoding: 'utf8' });
    t.is(status, 0, stderr);
    t.regex(stdout, /PASS probabilities/);
    t.is(spawnSync('make', ['clean'], { cwd: folder }).status, 0);
  });
});
