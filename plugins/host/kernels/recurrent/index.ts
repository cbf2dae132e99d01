import {
  cLiteral,
  elementCount,
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
  type RecurrentAttributes,
  type RecurrentOperand,
  type Template,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { layoutChoices, plainLayout } from '../../layout-choices.ts';
import { advanced, indexExpression, loopHead, type Term } from '../../loop-nest.ts';
import { Signature, type Operand } from '../../operands.ts';
import { activationStatements } from './activation.ts';
import gruText from './gru.c';
import lstmText from './lstm.c';
import rnnText from './rnn.c';

const templates: Readonly<Record<string, Template>> = {
  rnn: kernelTemplate('recurrent/rnn.c', rnnText),
  gru: kernelTemplate('recurrent/gru.c', gruText),
  lstm: kernelTemplate('recurrent/lstm.c', lstmText),
};

/** Recurrent layers: a loop over time in one function. States that are no results lie on the stack. */
export const recurrentPattern: ModulePattern = {
  name: 'recurrent',
  pattern: pattern.oneOf(pattern.op(ops.rnn), pattern.op(ops.gru), pattern.op(ops.lstm)),
  layouts: (region) => layoutChoices(region, [plainLayout]),
  cycles({ region: { root } }) {
    const types = root.inputs.map(({ type }) => type);
    const outputs = root.outputs.map(({ type }) => type);
    const macs = root.op.macs?.(types, outputs, root.attributes) ?? 0;
    const states = elementCount(outputs[0]?.shape ?? []);
    return Math.ceil(cycles.call + macs * cycles.mac + states * 5 * cycles.libraryCall);
  },
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { region } = call;
  const { root } = region;
  const name = root.op.name;
  const template = templates[name];
  if (!template) throw new TypeError(`${name} is no recurrent layer`);
  const attributes = root.attributes as unknown as RecurrentAttributes;
  const signature = new Signature(call);
  const operands = new Map<string, Operand>();
  attributes.operands.forEach((operand, i) => {
    const value = root.inputs[i];
    if (!value) return;
    const parameter = operand === 'hidden' || operand === 'cell' ? `initial_${operand}` : operand;
    operands.set(operand, signature.read(parameter, value));
  });
  // A result that nobody reads is no output of the region.
  const [all, lastHidden, lastCell] = ['out', 'last_hidden', 'last_cell'].map((result, i) => {
    const output = root.outputs[i];
    const index = output ? region.outputs.indexOf(output) : -1;
    return index < 0 ? undefined : signature.write(result, index);
  });
  const x = operands.get('x');
  const recurrence = operands.get('recurrence');
  if (!x || !recurrence) throw new TypeError(`${root.name} lacks operands`);
  const [steps = 1, batch = 1, features = 1] = x.shape;
  const [, units = 1] = recurrence.shape;
  const { dtype, type } = x;
  const zero = cLiteral(dtype, 0);
  const has = (operand: RecurrentOperand): boolean => operands.has(operand);
  const sequence = (factor: number): Term[] => (batch === 1 ? [] : [['b', factor]]);
  const state = (operand: Operand | undefined, variable: string): string =>
    operand
      ? `${type} *${variable} = ${advanced(operand.name, indexExpression(sequence(units)))};`
      : `${type} ${variable}[${units}];`;
  const initial = (operand: RecurrentOperand): string =>
    has(operand) ? `initial_${operand}[${indexExpression([...sequence(units), ['j', 1]])}]` : zero;
  const variable = has('lengths');
  const length = variable ? 'length' : String(steps);
  const at = (tensor: string, size: number, position: string): string =>
    advanced(tensor, indexExpression([[position, batch * size], ...sequence(size)]));
  const position = attributes.reverse ? `(${variable ? 'length - 1' : steps - 1} - s)` : 's';
  const given = `lengths[${batch === 1 ? '0' : 'b'}]`;
  const activation = (result: string, kind: number, sum: string, clip = attributes.clip): string =>
    activationStatements(result, kind, sum, { ...attributes, clip }, dtype);
  const bias = (index: string): string => (has('bias') ? `bias[${index}]` : zero);
  const common = {
    batch_loop: batch === 1 ? '' : loopHead('b', batch),
    type,
    units,
    features,
    hidden: state(lastHidden, 'hidden'),
    initial_hidden: initial('hidden'),
    length: variable
      ? `const int32_t length = ${given} < 0 ? 0 : ${given} < ${steps} ? ${given} : ${steps};`
      : '',
    steps: length,
    all_steps: steps,
    input: at('x', features, position),
    next: all ? `${type} *next = ${at('out', units, position)};` : `${type} next[${units}];`,
    rest: all ? `${type} *rest = ${at('out', units, 's')};` : '',
    zero,
  };
  const own = { rnn: rnnHoles, gru: gruHoles, lstm: lstmHoles }[name as 'rnn' | 'gru' | 'lstm'];
  return kernelInstance(call, template, name, signature, {
    holes: {
      ...common,
      ...own({ units, has, bias, activation, zero, one: cLiteral(dtype, 1), attributes: root.attributes }),
      ...(name === ops.lstm.name && { cell: state(lastCell, 'cell'), initial_cell: initial('cell') }),
    },
    flags: {
      padded: variable && all !== undefined,
      ...(name === ops.gru.name && { resets_after: root.attributes['resetsAfter'] === true }),
    },
    headers: ['math.h'],
  });
}

interface Parts {
  readonly units: number;
  readonly has: (operand: RecurrentOperand) => boolean;
  readonly bias: (index: string) => string;
  readonly activation: (result: string, kind: number, sum: string, clip?: number) => string;
  readonly zero: string;
  readonly one: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

type Holes = Readonly<Record<string, string | number>>;

function rnnHoles({ bias, activation }: Parts): Holes {
  return { bias: bias('j'), activation: activation('result', 0, 'acc') };
}

function gruHoles({ units, has, bias, activation, zero, one }: Parts): Holes {
  return {
    gate_bias: bias(`g * ${units} + j`),
    own: 2 * units,
    own_bias: bias(`${2 * units} + j`),
    recurrent_bias: has('recurrent_bias') ? 'recurrent_bias[j]' : zero,
    update: activation('update', 0, 'gate[0]'),
    forget: activation('forget', 0, 'gate[1]'),
    fresh: activation('fresh', 1, 'acc'),
    one,
  };
}

function lstmHoles({ units, has, bias, activation, one, attributes }: Parts): Holes {
  const peep = (gate: number): string =>
    has('peepholes') ? ` + peepholes[${gate === 0 ? 'j' : `${gate * units} + j`}] * cell[j]` : '';
  const type = one.endsWith('f') ? 'float' : 'double';
  return {
    gate_bias: bias(`g * ${units} + j`),
    admit: activation('admit', 0, `gate[0]${peep(0)}`),
    keep:
      attributes['couplesForget'] === true
        ? `const ${type} keep = ${one} - admit;`
        : activation('keep', 0, `gate[2]${peep(2)}`),
    fresh: activation('fresh', 1, 'gate[3]'),
    expose: activation('expose', 0, `gate[1]${peep(1)}`),
    // Only the sums of gates are limited.
    shown: activation('shown', 2, 'cell[j]', 0),
  };
}
