import {
  cType,
  channelsLast,
  elementBytes,
  isFloat,
  layoutStrides,
  ops,
  pattern,
  rowMajor,
  sameLayout,
  strided,
  type Conv2dAttributes,
  type KernelCall,
  type KernelInstance,
  type Layout,
  type LayoutChoice,
  type ModulePattern,
  type Node,
  type Overlap,
  type Region,
  type Value,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import { windowOverlaps } from '../../diagonal-overlap.ts';
import { epilogueOf, type Epilogue } from '../../epilogue.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { indexExpression, loopHead } from '../../loop-nest.ts';
import { memoryOrder, Signature, type Operand } from '../../operands.ts';
import { accumulateStatement, initialValue, sumBound } from '../../products.ts';
import { requantizesAlong } from '../../requantization.ts';
import { tapsInside, windowAxes, windowHoles, type WindowAxis } from '../../window.ts';
import channelsLastText from './conv2d_channels_last.c';
import directText from './conv2d_direct.c';
import floatText from './conv2d_float.c';
import pointwiseText from './conv2d_pointwise.c';

const templates = {
  pointwise: kernelTemplate('conv2d/conv2d_pointwise.c', pointwiseText),
  channelsLast: kernelTemplate('conv2d/conv2d_channels_last.c', channelsLastText),
  direct: kernelTemplate('conv2d/conv2d_direct.c', directText),
  float: kernelTemplate('conv2d/conv2d_float.c', floatText),
};

const convolution = pattern.op(ops.conv2d, { as: 'conv' });

/** Convolution, alone or with the requantize or clip behind it. */
export const conv2dPattern: ModulePattern = {
  name: 'conv2d',
  pattern: pattern.oneOf(
    pattern.op(ops.requantize, { inputs: [convolution] }),
    pattern.op(ops.clip, { inputs: [convolution] }),
    convolution,
  ),
  constraints: [(region) => requantizesAlong(region.root, 1)],
  layouts,
  cycles: predictCycles,
  overlaps,
  kernel: { instantiate },
};

interface Facts {
  readonly node: Node<Conv2dAttributes>;
  readonly x: Value;
  readonly w: Value;
  readonly bias: Value | undefined;
  readonly out: Value;
  readonly axes: readonly [WindowAxis, WindowAxis];
  readonly channelsPerGroup: number;
}

function factsOf(region: Region): Facts {
  const node = pattern.captured(region.match, 'conv', ops.conv2d);
  const [x, w, bias] = node.inputs;
  const [out] = region.outputs;
  if (!x || !w || !out) throw new TypeError(`${node.name} lacks operands`);
  const [, channelsPerGroup = 1, kh = 1, kw = 1] = w.type.shape;
  const axes = windowAxes(x.type.shape, out.type.shape, { kernel: [kh, kw], ...node.attributes });
  return { node, x, w, bias, out, axes, channelsPerGroup };
}

type Variant = keyof typeof templates;

/** Weight order for sums that run along contiguous channels: O,KH,KW,I. */
const channelsInnermost = strided([0, 2, 3, 1]);
/** Weight order for sums of all filters at once: I,KH,KW,O. */
const filtersInnermost = strided([1, 2, 3, 0]);

function variantOf({ node, w, axes }: Facts, x: Layout, out: Layout): Variant {
  if (node.attributes.groups !== 1 || !w.constant || !sameLayout(x, channelsLast(4))) return 'direct';
  if (isFloat(node.attributes.accumulator)) return sameLayout(out, channelsLast(4)) ? 'float' : 'direct';
  const pointwise = axes.every((axis) => axis.kernel === 1 && axis.padBefore === 0 && axis.padAfter === 0);
  return pointwise ? 'pointwise' : 'channelsLast';
}

const weightLayouts: Readonly<Record<Variant, Layout>> = {
  pointwise: channelsInnermost,
  channelsLast: channelsInnermost,
  direct: rowMajor(4),
  float: filtersInnermost,
};

function layouts(region: Region): readonly LayoutChoice[] {
  const facts = factsOf(region);
  const forms = [rowMajor(4), channelsLast(4)];
  return forms.flatMap((from) =>
    forms.map((to) => {
      const weights = weightLayouts[variantOf(facts, from, to)];
      const layoutOf = (value: Value): Layout => {
        if (value === facts.w && value !== facts.x) return value.constant ? weights : rowMajor(4);
        return value === facts.x ? from : rowMajor(value.type.shape.length);
      };
      return {
        inputs: region.inputs.map(layoutOf),
        constants: region.constants.map(layoutOf),
        outputs: [to],
      };
    }),
  );
}

function layoutsOfCall({ region, layouts: chosen }: KernelCall, facts: Facts): readonly [Layout, Layout] {
  const input = region.inputs.indexOf(facts.x);
  const x = input >= 0 ? chosen.inputs[input] : chosen.constants[region.constants.indexOf(facts.x)];
  return [x ?? rowMajor(4), chosen.outputs[0] ?? rowMajor(4)];
}

function predictCycles(call: KernelCall): number {
  const facts = factsOf(call.region);
  const [x, out] = layoutsOfCall(call, facts);
  const [batch = 1, filters = 1, height = 1, width = 1] = facts.out.type.shape;
  const macs = batch * filters * facts.channelsPerGroup * tapsInside(facts.axes);
  const outputs = batch * filters * height * width;
  const perMac = variantOf(facts, x, out) === 'direct' ? directMac(facts, x) : cycles.mac;
  const store = call.region.nodes.length > 1 ? cycles.requantize : cycles.element;
  const scattered = sameLayout(out, channelsLast(4)) === sameLayout(x, channelsLast(4)) ? 0 : cycles.stride;
  return Math.ceil(
    cycles.call + macs * perMac + outputs * (store + scattered) + batch * height * width * cycles.pixel,
  );
}

/** Channels that are apart suit a sum over channels badly, and a sum of one channel hardly at all. */
function directMac({ channelsPerGroup }: Facts, x: Layout): number {
  const apart = sameLayout(x, channelsLast(4)) === (channelsPerGroup > 1);
  return apart ? cycles.stridedMac : cycles.stridedMac - 0.5;
}

function overlaps(call: KernelCall): readonly Overlap[] {
  const facts = factsOf(call.region);
  const reads = facts.node.inputs.filter((value) => value === facts.x);
  if (reads.length !== 1 || call.region.inputs[0] !== facts.x) return [];
  const signature = new Signature(call);
  const x = signature.read('x', facts.x);
  const out = signature.write('out');
  const bytes = { x: elementBytes(x.dtype), out: elementBytes(out.dtype) };
  return windowOverlaps(x, out, facts.axes, bytes, facts.channelsPerGroup === 1);
}

function instantiate(call: KernelCall): KernelInstance {
  const facts = factsOf(call.region);
  const { attributes } = facts.node;
  const [xLayout, outLayout] = layoutsOfCall(call, facts);
  const variant = variantOf(facts, xLayout, outLayout);
  const signature = new Signature(call);
  const x = signature.read('x', facts.x);
  const w = signature.read('w', facts.w);
  const bias = facts.bias && signature.read('bias', facts.bias);
  const out = signature.write('out');
  const bound = isFloat(attributes.accumulator) ? Infinity : boundOf(facts);
  const accumulator = { dtype: attributes.accumulator, bound };
  const epilogue = epilogueOf(call.region, facts.node as Node, signature, out, accumulator);
  const shared = {
    initial: initialValue(bias && `bias[${variant === 'direct' ? variable('oc', out, 1) : 'oc'}]`, attributes.accumulator),
    ...(variant !== 'pointwise' && windowHoles(facts.axes)),
  };
  const build = { direct: directHoles, float: floatHoles, channelsLast: channelsLastHoles, pointwise: pointwiseHoles };
  const { holes, flags = {} } = build[variant]({ facts, x, w, out, epilogue, bound });
  return kernelInstance(call, templates[variant], facts.channelsPerGroup === 1 && attributes.groups > 1 ? 'depthwise_conv2d' : 'conv2d', signature, {
    holes: { ...shared, ...holes },
    flags,
    support: epilogue.support,
  });
}

function boundOf({ node, x, w, bias, channelsPerGroup }: Facts): number {
  const { inputZeroPoint, weightZeroPoint } = node.attributes;
  const [filters = 1, , kh = 1, kw = 1] = w.type.shape;
  const depth = channelsPerGroup * kh * kw;
  const factor = { dtype: x.type.dtype, zeroPoint: inputZeroPoint };
  return sumBound(factor, w, weightZeroPoint, { count: filters, depth, stride: 1, step: depth }, bias);
}

interface Parts {
  readonly facts: Facts;
  readonly x: Operand;
  readonly w: Operand;
  readonly out: Operand;
  readonly epilogue: Epilogue;
  readonly bound: number;
}

interface Filled {
  readonly holes: KernelInstance['holes'];
  readonly flags?: KernelInstance['flags'];
}

const positionNames = ['n', 'oc', 'oy', 'ox'] as const;

/** The variable of an output axis, `0` where the axis has one index and thus no loop. */
function variable(name: (typeof positionNames)[number], out: Operand, axis: number): string {
  return out.shape[axis] === 1 ? '0' : name;
}

/** Loops over the output in the order of its memory, leaving out some axes. */
function outputLoops(out: Operand, axes: readonly number[]): string {
  return memoryOrder(out)
    .filter((axis) => axes.includes(axis) && out.shape[axis] !== 1)
    .map((axis) => loopHead(positionNames[axis] ?? 'n', out.shape[axis] ?? 1))
    .join('\n');
}

function outputIndex(out: Operand, axes: readonly number[]): string {
  return indexExpression(
    axes
      .filter((axis) => out.shape[axis] !== 1)
      .map((axis) => [positionNames[axis] ?? 'n', out.strides[axis] ?? 0] as const),
  );
}

function tap(start: string, tapVariable: string, dilation: number): string {
  return `(${start} + ${tapVariable}${dilation === 1 ? '' : ` * ${dilation}`})`;
}

function accumulate({ facts, x, w, bound }: Parts, xText: string, wText: string): string {
  const { inputZeroPoint, weightZeroPoint, accumulator } = facts.node.attributes;
  return accumulateStatement(
    { text: xText, dtype: x.dtype, zeroPoint: inputZeroPoint },
    { text: wText, dtype: w.dtype, zeroPoint: weightZeroPoint },
    accumulator,
    bound,
  );
}

function batchTerm(x: Operand): readonly (readonly [string, number])[] {
  return x.shape[0] === 1 ? [] : [['n', x.strides[0] ?? 0]];
}

/** Loops over pixels, then filters: the writes of one pixel follow each other. */
function pixelHoles({ facts, x, w, out, epilogue }: Parts): KernelInstance['holes'] {
  const [, filters = 1] = out.shape;
  return {
    outer_loops: outputLoops({ ...out, layout: channelsLast(4) }, [0, 2, 3]),
    filters,
    channels: facts.channelsPerGroup,
    x_type: x.type,
    w_type: w.type,
    acc_type: accumulatorName(facts),
    store: epilogue.store(`out[${outputIndexWithFilter(out)}]`, 'oc'),
  };
}

function outputIndexWithFilter(out: Operand): string {
  const terms = [0, 2, 3]
    .filter((axis) => out.shape[axis] !== 1)
    .map((axis) => [positionNames[axis] ?? 'n', out.strides[axis] ?? 0] as const);
  return indexExpression([...terms, ['oc', out.shape[1] === 1 ? 0 : (out.strides[1] ?? 1)]]);
}

function accumulatorName({ node }: Facts): string {
  return cType(node.attributes.accumulator);
}

function pointwiseHoles(parts: Parts): Filled {
  const { facts, x } = parts;
  const [rows, columns] = facts.axes;
  const terms = [
    ...batchTerm(x),
    ...(rows.output === 1 ? [] : [['oy', (x.strides[2] ?? 0) * rows.stride] as const]),
    ...(columns.output === 1 ? [] : [['ox', (x.strides[3] ?? 0) * columns.stride] as const]),
  ];
  return {
    holes: {
      ...pixelHoles(parts),
      x_index: indexExpression(terms),
      accumulate: accumulate(parts, 'pixel[i]', 'weights[i]'),
    },
  };
}

function channelsLastHoles(parts: Parts): Filled {
  const { facts, x, w } = parts;
  const [rows, columns] = facts.axes;
  const [, channels = 1, height = 1, width = 1] = x.shape;
  const strides = layoutStrides(channelsLast(4), [1, channels, height, width]);
  const weightStrides = layoutStrides(channelsInnermost, w.shape);
  const contiguous = columns.dilation === 1;
  const column = contiguous ? '(x0 + kx_begin)' : tap('x0', 'kx', columns.dilation);
  return {
    holes: {
      ...pixelHoles(parts),
      x_index: indexExpression([
        ...batchTerm(x),
        [tap('y0', 'ky', rows.dilation), strides[2] ?? 0],
        [column, strides[3] ?? 0],
      ]),
      w_index: indexExpression([
        ['oc', weightStrides[0] ?? 0],
        ['ky', weightStrides[2] ?? 0],
        [contiguous ? 'kx_begin' : 'kx', weightStrides[3] ?? 0],
      ]),
      accumulate: accumulate(parts, 'pixel[i]', 'weights[i]'),
    },
    flags: { contiguous },
  };
}

function directHoles(parts: Parts): Filled {
  const { facts, x, w, out, epilogue } = parts;
  const [rows, columns] = facts.axes;
  const { channelsPerGroup, node } = facts;
  const filter = variable('oc', out, 1);
  const filtersPerGroup = (out.shape[1] ?? 1) / node.attributes.groups;
  const channelStride = x.strides[1] ?? 0;
  const group: readonly (readonly [string, number])[] =
    node.attributes.groups === 1 || filter === '0'
      ? []
      : filtersPerGroup === 1
        ? [[filter, channelsPerGroup * channelStride]]
        : [[`(${filter} / ${filtersPerGroup})`, channelsPerGroup * channelStride]];
  const channel = channelsPerGroup === 1 ? '0' : 'ic';
  const term = (name: string, factor: number): readonly (readonly [string, number])[] =>
    name === '0' ? [] : [[name, factor]];
  const xIndex = indexExpression([
    ...batchTerm(x),
    ...group,
    ...term(channel, channelStride),
    [tap('y0', 'ky', rows.dilation), x.strides[2] ?? 0],
    [tap('x0', 'kx', columns.dilation), x.strides[3] ?? 0],
  ]);
  const wIndex = indexExpression([
    ...term(filter, w.strides[0] ?? 0),
    ...term(channel, w.strides[1] ?? 0),
    ['ky', w.strides[2] ?? 0],
    ['kx', w.strides[3] ?? 0],
  ]);
  return {
    holes: {
      outer_loops: outputLoops(out, [0, 1, 2, 3]),
      channel_loop: channelsPerGroup === 1 ? '' : loopHead('ic', channelsPerGroup),
      acc_type: accumulatorName(facts),
      accumulate: accumulate(parts, `x[${xIndex}]`, `w[${wIndex}]`),
      store: epilogue.store(`out[${outputIndex(out, memoryOrder(out))}]`, filter),
    },
  };
}

function floatHoles(parts: Parts): Filled {
  const { facts, x, w, out, epilogue } = parts;
  const [rows, columns] = facts.axes;
  const [, filters = 1] = out.shape;
  return {
    holes: {
      outer_loops: outputLoops(out, [0, 2, 3]),
      filters,
      channels: facts.channelsPerGroup,
      out_index: outputIndex(out, [0, 2, 3]),
      x_index: indexExpression([
        ...batchTerm(x),
        [tap('y0', 'ky', rows.dilation), x.strides[2] ?? 0],
        [tap('x0', 'kx', columns.dilation), x.strides[3] ?? 0],
        ['ic', x.strides[1] ?? 0],
      ]),
      w_index: indexExpression([
        ['ic', w.strides[1] ?? 0],
        ['ky', w.strides[2] ?? 0],
        ['kx', w.strides[3] ?? 0],
      ]),
      store: epilogue.store('sums[oc]', 'oc'),
    },
    flags: { clips: epilogue.node !== undefined },
  };
}
