import {
  channelsLast,
  elementBytes,
  isFloat,
  ops,
  pattern,
  rowMajor,
  sameLayout,
  type KernelCall,
  type KernelInstance,
  type Layout,
  type LayoutChoice,
  type ModulePattern,
  type Overlap,
  type Region,
  type Template,
  type Value,
} from 'match-compiler';
import { cycles, storeCycles } from '../../costs.ts';
import { windowOverlaps } from '../../diagonal-overlap.ts';
import { epilogueOf } from '../../epilogue.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { Signature } from '../../operands.ts';
import { initialValue, sumBound } from '../../products.ts';
import { requantizesAlong } from '../../requantization.ts';
import { tapsInside, windowOf } from '../../window.ts';
import channelsLastText from './conv2d_channels_last.c';
import directText from './conv2d_direct.c';
import floatText from './conv2d_float.c';
import pointwiseText from './conv2d_pointwise.c';
import {
  convolutionOf,
  layoutsOfCall,
  variantOf,
  weightLayouts,
  type Convolution,
  type Variant,
} from './facts.ts';
import { fillers, variable } from './holes.ts';

const templates: Readonly<Record<Variant, Template>> = {
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

function layouts(region: Region): readonly LayoutChoice[] {
  const facts = convolutionOf(region);
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

function predictCycles(call: KernelCall): number {
  const facts = convolutionOf(call.region);
  const [x, out] = layoutsOfCall(call, facts);
  const [batch = 1, filters = 1, height = 1, width = 1] = facts.out.type.shape;
  const macs = batch * filters * facts.channelsPerGroup * tapsInside(facts.axes);
  const outputs = batch * filters * height * width;
  const perMac = variantOf(facts, x, out) === 'direct' ? directMac(facts, x) : cycles.mac;
  const store = storeCycles(call.region);
  const scattered = sameLayout(out, channelsLast(4)) === sameLayout(x, channelsLast(4)) ? 0 : cycles.stride;
  // Row-major outputs set their window up for every filter anew.
  const windows = sameLayout(out, channelsLast(4)) ? batch * height * width : outputs;
  return Math.ceil(cycles.call + macs * perMac + outputs * (store + scattered) + windows * cycles.pixel);
}

/** Channels that are apart suit a sum over channels badly, and a sum of one channel hardly at all. */
function directMac({ channelsPerGroup }: Convolution, x: Layout): number {
  const apart = sameLayout(x, channelsLast(4)) === channelsPerGroup > 1;
  return apart ? cycles.stridedMac : cycles.stridedMac - 0.5;
}

function overlaps(call: KernelCall): readonly Overlap[] {
  const facts = convolutionOf(call.region);
  const reads = facts.node.inputs.filter((value) => value === facts.x);
  if (reads.length !== 1 || call.region.inputs[0] !== facts.x) return [];
  const signature = new Signature(call);
  const x = signature.read('x', facts.x);
  const out = signature.write('out');
  const bytes = { x: elementBytes(x.dtype), out: elementBytes(out.dtype) };
  return windowOverlaps(x, out, facts.axes, bytes, facts.channelsPerGroup === 1);
}

function instantiate(call: KernelCall): KernelInstance {
  const facts = convolutionOf(call.region);
  const { accumulator, groups } = facts.node.attributes;
  const [xLayout, outLayout] = layoutsOfCall(call, facts);
  const variant = variantOf(facts, xLayout, outLayout);
  const signature = new Signature(call);
  const x = signature.read('x', facts.x);
  const w = signature.read('weights', facts.w);
  const bias = facts.bias && signature.read('bias', facts.bias);
  const out = signature.write('out');
  const bound = isFloat(accumulator) ? Infinity : boundOf(facts);
  const epilogue = epilogueOf(call.region, facts.node, signature, out, { dtype: accumulator, bound });
  const window = windowOf(facts.axes);
  const { holes, flags = {} } = fillers[variant]({ facts, x, w, out, window, epilogue, bound });
  const filter = variant === 'direct' ? variable('oc', out) : 'oc';
  const name = facts.channelsPerGroup === 1 && groups > 1 ? 'depthwise_conv2d' : 'conv2d';
  return kernelInstance(call, templates[variant], name, signature, {
    holes: { ...holes, initial: initialValue(bias && `bias[${filter}]`, accumulator) },
    flags,
    support: epilogue.support,
  });
}

function boundOf({ node, x, w, bias, channelsPerGroup }: Convolution): number {
  const { inputZeroPoint, weightZeroPoint } = node.attributes;
  const [filters = 1, , kh = 1, kw = 1] = w.type.shape;
  const depth = channelsPerGroup * kh * kw;
  const factor = { dtype: x.type.dtype, zeroPoint: inputZeroPoint };
  return sumBound(factor, w, weightZeroPoint, { count: filters, depth, stride: 1, step: depth }, bias);
}
