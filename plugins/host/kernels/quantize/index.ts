import {
  elementBytes,
  elementCount,
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
  type Value,
} from 'match-compiler';
import { saturated } from '../../arithmetic-expressions.ts';
import { cycles } from '../../costs.ts';
import { elementWiseCycles, elementWiseNest, elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { uniformLayouts } from '../../layout-choices.ts';
import { Signature } from '../../operands.ts';
import { support } from '../../support/index.ts';
import dequantizeText from './dequantize.c';
import quantizeText from './quantize.c';

const templates = {
  quantize: kernelTemplate('quantize/quantize.c', quantizeText),
  dequantize: kernelTemplate('quantize/dequantize.c', dequantizeText),
};

const operands = (call: KernelCall): readonly [Value, Value, Value] => {
  const [x, scale, zeroPoint] = call.region.root.inputs;
  if (!x || !scale || !zeroPoint) throw new TypeError(`${call.region.root.name} lacks operands`);
  return [x, scale, zeroPoint];
};

const inPlace: Pick<ModulePattern, 'layouts' | 'overlaps'> = {
  layouts: uniformLayouts,
  overlaps: (call) => elementWiseOverlaps(call, (value) => value === operands(call)[0]),
};

/** Floats to integers. */
export const quantizePattern: ModulePattern = {
  name: 'quantize',
  pattern: pattern.op(ops.quantize, { as: 'node' }),
  ...inPlace,
  cycles: (call) => elementWiseCycles(call, cycles.element + cycles.requantize),
  kernel: {
    instantiate(call): KernelInstance {
      const { dtype, axis } = pattern.captured(call.region.match, 'node', ops.quantize).attributes;
      const { signature, nest, x, zeroPoint } = arrange(call, axis);
      // Sums of integers below 2^24 are exact in float, and larger ones saturate either way.
      const exact = elementBytes(dtype) <= 2 && elementBytes(zeroPoint.dtype) <= 2;
      return kernelInstance(call, templates.quantize, 'quantize', signature, {
        holes: {
          ...nest,
          saturated: saturated('value', exact ? x.dtype : 'float64', dtype),
        },
        flags: { exact_in_float: exact },
        support: support.roundEvenFloat32,
      });
    },
  },
};

/** Integers to floats. */
export const dequantizePattern: ModulePattern = {
  name: 'dequantize',
  pattern: pattern.op(ops.dequantize, { as: 'node' }),
  ...inPlace,
  cycles: (call) => elementWiseCycles(call, cycles.element + 2),
  kernel: {
    instantiate(call): KernelInstance {
      const { axis } = pattern.captured(call.region.match, 'node', ops.dequantize).attributes;
      const { signature, nest, x, zeroPoint } = arrange(call, axis);
      const narrow = elementBytes(x.dtype) <= 2 && elementBytes(zeroPoint.dtype) <= 2;
      return kernelInstance(call, templates.dequantize, 'dequantize', signature, {
        holes: { ...nest, type: narrow ? 'int32_t' : 'int64_t' },
      });
    },
  },
};

function arrange(call: KernelCall, axis: number) {
  const [first, second, third] = operands(call);
  const signature = new Signature(call);
  const x = signature.read('x', first);
  const scale = signature.read('scale', second);
  const zeroPoint = signature.read('zero_point', third);
  const out = signature.write('out');
  const { heads, index } = elementWiseNest(out, { x }, { axis, length: elementCount(scale.shape) });
  return {
    signature,
    x,
    zeroPoint,
    nest: { loops: heads, x_index: index.x, channel: index.channel, out_index: index.out },
  };
}
