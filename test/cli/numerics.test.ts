import test, { type ExecutionContext } from 'ava';
import {
  definePlugin,
  MatchError,
  ops,
  pattern,
  tensor,
  type Diagnostic,
  type ExecutionModule,
  type ModulePattern,
  type Plugin,
  type Target,
  type Tensor,
  type UserConfig,
} from 'match-compiler';
import { build, deviation, explain, run, targetJson } from 'match-compiler/build';
import { hostTarget } from 'match-compiler/plugins/host';
import { findProgram } from '../../src/run/toolchain.ts';
import { folderWith } from '../support/match-cli.ts';
import { node, onnxFile, valueInfo } from '../support/onnx-model.ts';

/** Integers that are the same in every run. */
function noise(dtype: 'int8' | 'int32', shape: readonly number[], span: number): Tensor {
  let state = 12345;
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * (2 * span + 1)) - span;
  });
  return tensor(dtype, shape, values);
}

const scalar = (value: number): Tensor => tensor('float32', [], [value]);
const zero = (value: number): Tensor => tensor('int8', [], [value]);
const padded = { pads: [1, 1, 1, 1] };

/** Two convolutions of int8 values, each scaled by a factor per channel. */
const network = onnxFile({
  nodes: [
    node('QLinearConv', ['x', 'xs', 'xz', 'w1', 'ws', 'wz', 'ys', 'yz', 'b1'], ['y'], padded, {
      name: 'block/first_conv',
    }),
    node('QLinearConv', ['y', 'ys', 'yz', 'w2', 'ws', 'wz', 'zs', 'zz', 'b2'], ['z'], padded, {
      name: 'block/second_conv',
    }),
  ],
  inputs: [valueInfo('x', 'int8', [1, 4, 8, 8])],
  outputs: [valueInfo('z', 'int8', [1, 4, 8, 8])],
  initializers: {
    xs: scalar(0.05),
    xz: zero(3),
    w1: noise('int8', [4, 4, 3, 3], 127),
    w2: noise('int8', [4, 4, 3, 3], 100),
    ws: tensor('float32', [4], [0.01, 0.013, 0.021, 0.008]),
    wz: tensor('int8', [4], [0, 0, 0, 0]),
    ys: scalar(0.6),
    yz: zero(-11),
    zs: scalar(5.1),
    zz: zero(4),
    b1: noise('int32', [4], 3000),
    b2: noise('int32', [4], 900),
  },
});

/** The host's kernel for convolutions at another cost, with a condition of its own. */
function picky(cycles: number, condition: () => true | string): ModulePattern {
  const own = hostTarget()
    .modules.flatMap(({ patterns }) => patterns)
    .find(({ name }) => name === 'conv2d');
  if (!own) throw new Error('the host has no convolution');
  return {
    ...own,
    name: 'picky',
    pattern: pattern.op(ops.requantize, { inputs: [pattern.op(ops.conv2d, { as: 'conv' })] }),
    constraints: [condition],
    cycles: () => cycles,
  };
}

/** The host with an engine beside its core, and with an accelerator's signs and scales. */
function target(pick: ModulePattern): Plugin {
  const host = hostTarget();
  const [cpu] = host.modules;
  if (!cpu) throw new Error('the host has no core');
  const engine: ExecutionModule = { ...cpu, name: 'engine', description: 'one kernel', patterns: [pick] };
  const made: Target = {
    ...host,
    name: 'two-engines',
    modules: [cpu, engine],
    activationSign: 'unsigned',
    requantization: { scaleBits: 8, largestShift: 31, perChannelShift: true, productBits: 31 },
  };
  return definePlugin({ name: 'two-engines', target: made });
}

const willing = target(picky(7, () => true));
const unwilling = target(picky(7, () => 'is not to its liking'));

function project(plugin: Plugin): { readonly cwd: string; readonly config: UserConfig } {
  return {
    cwd: folderWith({ 'network.onnx': network }),
    config: { models: ['network.onnx'], targets: [plugin] },
  };
}

async function refused(t: ExecutionContext, action: Promise<unknown>): Promise<Diagnostic> {
  const error: unknown = await action.then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  if (!MatchError.is(error)) throw error;
  t.pass();
  return error.diagnostic;
}

test('explain lists candidates with the choice first, and what the others cost more', async (t) => {
  const [explanation] = await explain({ ...project(willing), node: 'first_conv' });
  t.is(explanation?.node, 'block/first_conv');
  t.deepEqual(
    explanation?.graphNodes.map(({ op }) => op),
    // The conversion of the input stands for the node that reads it.
    ['change_sign', 'conv2d', 'requantize'],
  );
  const [first, ...others] = explanation?.candidates ?? [];
  const chosen = explanation?.candidates.filter((candidate) => candidate.chosen) ?? [];
  t.true(first?.chosen);
  t.like(
    chosen.find(({ module }) => module === 'engine'),
    { pattern: 'picky', operators: ['conv2d', 'requantize'], cycles: 7 },
  );
  const slower = others.find(({ module, operators }) => module === 'cpu' && operators.length === 2);
  t.is(slower?.difference, (slower?.cycles ?? NaN) - 7);
  const alone = others.filter(
    ({ operators }) => operators.join() === 'conv2d' || operators.join() === 'requantize',
  );
  t.is(alone.length, 2);
  // Either way the other half is done by its own kernel.
  t.is(alone[0]?.difference, alone[1]?.difference);
  t.is(alone[0]?.difference, (alone[0]?.cycles ?? NaN) + (alone[1]?.cycles ?? NaN) - 7);
});

test('explain tells the constraint that failed', async (t) => {
  const [explanation] = await explain({ ...project(unwilling), node: 'block/second_conv' });
  t.false(explanation?.candidates.some(({ module }) => module === 'engine'));
  t.like(
    explanation?.refusals.find(({ module }) => module === 'engine'),
    { pattern: 'picky', reason: 'is not to its liking' },
  );
});

test('explain takes parts of names, suggests others, and asks where several fit', async (t) => {
  const common = project(willing);
  for (const text of ['second_conv', 'SECOND', 'block/second_conv']) {
    const [explanation] = await explain({ ...common, node: text });
    t.is(explanation?.node, 'block/second_conv');
  }
  t.like(await refused(t, explain({ ...common, node: 'conv' })), {
    code: 'NODE_AMBIGUOUS',
    notes: ['block/first_conv', 'block/second_conv'],
  });
  for (const text of ['frist_conv', 'firstconv']) {
    t.like(await refused(t, explain({ ...common, node: text })), {
      code: 'NODE_UNKNOWN',
      hint: "did you mean 'first_conv'?",
    });
  }
  t.like(await refused(t, explain({ ...common, node: 'entirely else' })), {
    code: 'NODE_UNKNOWN',
    notes: ['block/first_conv', 'block/second_conv'],
  });
});

test('deviation compares hardware numerics with exact ones; builds report it', async (t) => {
  const common = project(willing);
  const [result] = await deviation({ ...common, count: 3 });
  t.like(result, { model: 'network.onnx', target: 'two-engines', samples: 3, random: true });
  const [row] = result?.rows ?? [];
  t.like(row, { tensor: 'z', role: 'output', elements: 3 * 256 });
  // Scales of 8 bits move some results; two layers of them move none by more than two steps here.
  t.true(row !== undefined && row.changed > 0 && row.max >= 1 && row.max <= 2, JSON.stringify(row));
  t.is(row?.top1Changes, undefined);
  t.true(row !== undefined && row.mean > 0 && row.mean < row.max);
  const [exact] = await build({ ...common, write: false });
  t.is(exact?.deviation, undefined);
  const [moved] = await build({ ...common, numerics: 'hardware', write: false });
  t.like(moved?.deviation, { samples: 1, random: true });
  t.deepEqual(
    moved?.compilation.graph.nodes.flatMap(({ attributes }) => attributes['rule'] ?? []),
    ['shift', 'shift'],
  );
});

(findProgram('gcc') === undefined ? test.skip : test)(
  'run: emitted C equals the rewritten network, whose deviation is told',
  async (t) => {
    const [result] = await run({ ...project(unwilling), numerics: 'hardware', seed: 5 });
    t.true(result?.agrees);
    t.is(result?.outputs[0]?.interpreter.differing, 0);
    t.is(result?.deviation?.rows[0]?.tensor, 'z');
  },
);

test('hardware numerics on a target without a form of its own change nothing, and say so', async (t) => {
  const { cwd } = project(willing);
  const config = { models: ['network.onnx'], numerics: 'hardware' } as const;
  const [result] = await build({ cwd, config, write: false });
  t.deepEqual(
    result?.diagnostics.map(({ code }) => code),
    ['NUMERICS_UNSUPPORTED'],
  );
  t.is(result?.deviation, undefined);
});

test('a target is plain data: functions by name, patterns as text', (t) => {
  const { target: made } = willing;
  const json = JSON.parse(JSON.stringify(made && targetJson(made))) as Target;
  const text = json as unknown as {
    readonly modules: readonly { readonly patterns: readonly Readonly<Record<string, string>>[] }[];
  };
  t.is(json.name, 'two-engines');
  t.deepEqual(json.requantization, made?.requantization);
  const [picked] = text.modules[1]?.patterns ?? [];
  t.is(picked?.['pattern'], 'requantize(conv2d())');
  t.is(picked?.['cycles'], 'function cycles');
});
