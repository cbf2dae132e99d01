import {
  channelsLast,
  cType,
  elementCount,
  integerRange,
  isFloat,
  ops,
  pattern,
  rowMajor,
  strided,
  type ConvTransposeAttributes,
  type KernelCall,
  type KernelInstance,
  type Layout,
  type LayoutChoice,
  type ModulePattern,
  type Node,
  type Region,
  type Value,
} from 'match-compiler';
import { typeBound } from '../../accumulator.ts';
import { cycles, storeCycles } from '../../costs.ts';
import { epilogueOf } from '../../epilogue.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { advanced, indexExpression, loopHead, type Term } from '../../loop-nest.ts';
import { memoryOrder, Signature, type Operand } from '../../operands.ts';
import { accumulateStatement, initialValue } from '../../products.ts';
import { requantizesAlong } from '../../requantization.ts';
import { transposedTaps } from './axis.ts';
import text from './conv_transpose.c';

const template = kernelTemplate('conv_transpose/conv_transpose.c', text);

const convolution = pattern.op(ops.convTranspose, { as: 'conv' });

/** Transposed convolution, alone or with the requantize or clip behind it. */
export const convTransposePattern: ModulePattern = {
  name: 'conv_transpose',
  pattern: pattern.oneOf(
    pattern.op(ops.requantize, { inputs: [convolution] }),
    pattern.op(ops.clip, { inputs: [convolution] }),
    convolution,
  ),
  constraints: [(region) => requantizesAlong(region.root, 1)],
  layouts,
  cycles: predictCycles,
  kernel: { instantiate },
};

interface Facts {
  readonly node: Node<ConvTransposeAttributes>;
  readonly x: Value;
  readonly w: Value;
  readonly bias: Value | undefined;
}

function factsOf(region: Region): Facts {
  const node = pattern.captured(region.match, 'conv', ops.convTranspose);
  const [x, w, bias] = node.inputs;
  if (!x || !w) throw new TypeError(`${node.name} lacks operands`);
  return { node, x, w, bias };
}

/** Input and output in either order; constant weights with the summed channels innermost. */
function layouts(region: Region): readonly LayoutChoice[] {
  const { x, w } = factsOf(region);
  const rank = x.type.shape.length;
  const channelsInnermost = strided([...Array.from({ length: rank - 1 }, (_, i) => i + 1), 0]);
  const forms = [rowMajor(rank), channelsLast(rank)];
  return forms.flatMap((from) =>
    forms.map((to) => {
      const layoutOf = (value: Value): Layout => {
        if (value === x) return from;
        if (value === w && value.constant) return channelsInnermost;
        return rowMajor(value.type.shape.length);
      };
      return {
        inputs: region.inputs.map(layoutOf),
        constants: region.constants.map(layoutOf),
        outputs: region.outputs.map(() => to),
      };
    }),
  );
}

function predictCycles({ region, layouts: chosen }: KernelCall): number {
  const { node, x, w } = factsOf(region);
  const macs = elementCount(x.type.shape) * elementCount(w.type.shape.slice(1));
  const from = chosen.inputs[region.inputs.indexOf(x)];
  const last = from?.kind === 'strided' && from.order.at(-1) === 1;
  const outputs = elementCount(node.outputs[0]?.type.shape ?? []);
  return Math.ceil(
    cycles.call +
      macs * (last ? cycles.mac : cycles.stridedMac) +
      outputs * (storeCycles(region) + 2 * cycles.pixel),
  );
}

function instantiate(call: KernelCall): KernelInstance {
  const facts = factsOf(call.region);
  const { node } = facts;
  const { attributes } = node;
  const { groups, accumulator } = attributes;
  const signature = new Signature(call);
  const x = signature.read('x', facts.x);
  const w = signature.read('weights', facts.w);
  const bias = facts.bias && signature.read('bias', facts.bias);
  const out = signature.write('out');
  const bound = isFloat(accumulator) ? Infinity : boundOf(facts);
  const epilogue = epilogueOf(call.region, node, signature, out, { dtype: accumulator, bound });
  const names = outputNames(out.shape.length);
  const letters = out.shape.length === 5 ? ['z', 'y', 'x'] : ['y', 'x'];
  const taps = letters.map((letter, i) =>
    transposedTaps(
      {
        input: x.shape[i + 2] ?? 1,
        output: out.shape[i + 2] ?? 1,
        kernel: w.shape[i + 2] ?? 1,
        stride: attributes.strides[i] ?? 1,
        dilation: attributes.dilations[i] ?? 1,
        pad: attributes.pads[i] ?? 0,
      },
      `o${letter}`,
      `k${letter}`,
      `${letter}0`,
    ),
  );
  const channelsPerGroup = (x.shape[1] ?? 1) / groups;
  const filtersPerGroup = (out.shape[1] ?? 1) / groups;
  const filter = out.shape[1] === 1 ? '0' : 'oc';
  const group =
    filter === '0' || groups === 1 ? '0' : filtersPerGroup === 1 ? filter : `(oc / ${filtersPerGroup})`;
  const own = groups === 1 ? filter : filtersPerGroup === 1 ? '0' : `(oc % ${filtersPerGroup})`;
  const order = memoryOrder(out);
  const split = 1 + Math.max(...letters.map((_, i) => order.indexOf(i + 2)));
  const heads = (axes: readonly number[]): string =>
    axes
      .filter((axis) => out.shape[axis] !== 1)
      .map((axis) => loopHead(names[axis] ?? 'n', out.shape[axis] ?? 1))
      .join('\n');
  const step = (operand: Operand, axis: number): string => {
    const stride = channelsPerGroup === 1 ? 0 : (operand.strides[axis] ?? 0);
    return stride === 1 ? 'ic' : stride === 0 ? '0' : `ic * ${stride}`;
  };
  const tapHeads = taps.flatMap((tap) => tap.heads).join('\n');
  const pixel = advanced(
    x.name,
    indexExpression([
      ...term(out.shape[0] === 1 ? '0' : 'n', x.strides[0]),
      ...term(group, channelsPerGroup * (x.strides[1] ?? 0)),
      ...taps.flatMap(({ position }, i) => term(position, x.strides[i + 2])),
    ]),
  );
  return kernelInstance(call, template, 'conv_transpose', signature, {
    holes: {
      outer_loops: heads(order.slice(0, split)),
      inner_loops: heads(order.slice(split)),
      starts: needed(
        taps.flatMap(({ declarations }) => declarations),
        tapHeads + pixel,
      ).join('\n'),
      taps: tapHeads,
      acc_type: cType(accumulator),
      x_type: x.type,
      w_type: w.type,
      initial: initialValue(bias && `bias[${filter}]`, accumulator),
      channel_loop: channelsPerGroup === 1 ? '' : loopHead('ic', channelsPerGroup),
      pixel,
      filter: advanced(
        w.name,
        indexExpression([
          ...term(group, channelsPerGroup * (w.strides[0] ?? 0)),
          ...term(own, w.strides[1]),
          ...letters.flatMap((letter, i) => term(`k${letter}`, w.strides[i + 2])),
        ]),
      ),
      accumulate: accumulateStatement(
        { text: `pixel[${step(x, 1)}]`, dtype: x.dtype, zeroPoint: attributes.inputZeroPoint },
        { text: `filter[${step(w, 0)}]`, dtype: w.dtype, zeroPoint: attributes.weightZeroPoint },
        accumulator,
        bound,
      ),
      store: epilogue.store(
        `out[${indexExpression(names.flatMap((name, axis) => (out.shape[axis] === 1 ? [] : term(name, out.strides[axis]))))}]`,
        filter,
      ),
    },
    support: epilogue.support,
  });
}

/** The declarations whose variable the rest reads. */
function needed(declarations: readonly string[], text: string): readonly string[] {
  return declarations.filter((declaration, i) => {
    const [, name = ''] = /^const int32_t (\w+) =/.exec(declaration) ?? [];
    return new RegExp(`\\b${name}\\b`).test([...declarations.slice(i + 1), text].join('\n'));
  });
}

function outputNames(rank: number): readonly string[] {
  return rank === 5 ? ['n', 'oc', 'oz', 'oy', 'ox'] : ['n', 'oc', 'oy', 'ox'];
}

/** A term that vanishes with its variable. */
function term(name: string, factor = 0): Term[] {
  return name === '0' ? [] : [[name, factor]];
}

/** Largest magnitude of a sum: that of the filter with the largest weights, where they are known. */
function boundOf({ node, x, w, bias }: Facts): number {
  const { groups, inputZeroPoint, weightZeroPoint } = node.attributes;
  const magnitude = (value: Value, zeroPoint: number): number => {
    const { min, max } = integerRange(value.type.dtype);
    return Math.max(Math.abs(min - zeroPoint), Math.abs(max - zeroPoint));
  };
  const [channels = 1, filtersPerGroup = 1, ...kernel] = w.type.shape;
  const taps = elementCount(kernel);
  const known = bias?.constant && Array.from(bias.constant.data as ArrayLike<number | bigint>, Number);
  const offset = known
    ? known.reduce((most, item) => Math.max(most, Math.abs(item)), 0)
    : bias
      ? typeBound(bias.type.dtype)
      : 0;
  const data = w.constant?.data;
  const perFilter = new Float64Array(filtersPerGroup * groups);
  if (data) {
    for (let i = 0; i < data.length; i++) {
      const channel = Math.floor(i / (taps * filtersPerGroup));
      const filter =
        Math.floor((channel * groups) / channels) * filtersPerGroup +
        (Math.floor(i / taps) % filtersPerGroup);
      perFilter[filter] = (perFilter[filter] ?? 0) + Math.abs(Number(data[i]) - weightZeroPoint);
    }
  } else {
    perFilter.fill((channels / groups) * taps * magnitude(w, weightZeroPoint));
  }
  return Math.max(...perFilter) * magnitude(x, inputZeroPoint) + offset;
}
