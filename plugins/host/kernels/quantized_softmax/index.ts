import {
  cLiteral,
  elementBytes,
  integerRange,
  ops,
  pattern,
  softmaxAccumulationBits,
  softmaxFixedPointTable,
  softmaxFloatTable,
  softmaxRealTable,
  wrapItems,
  type DataType,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
  type QuantizedSoftmaxAttributes,
  type Template,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import { elementWiseOverlaps } from '../../element-wise.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { Signature } from '../../operands.ts';
import { rowCycles, rowLayouts, rowNest } from '../../row-nest.ts';
import { support } from '../../support/index.ts';
import text from './quantized_softmax.c';

const template = kernelTemplate('quantized_softmax/quantized_softmax.c', text);

/** Softmax of an 8-bit tensor, with the exponentials as a table. */
export const quantizedSoftmaxPattern: ModulePattern = {
  name: 'quantized_softmax',
  pattern: pattern.op(ops.quantizedSoftmax, { as: 'node' }),
  layouts: rowLayouts,
  cycles: (call) => {
    const { axis } = pattern.captured(call.region.match, 'node', ops.quantizedSoftmax).attributes;
    return rowCycles(call, axis, cycles.requantize);
  },
  overlaps: (call) => elementWiseOverlaps(call),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const { attributes, inputs } = pattern.captured(call.region.match, 'node', ops.quantizedSoftmax);
  const [value] = inputs;
  if (!value) throw new TypeError('quantized_softmax lacks its operand');
  const signature = new Signature(call);
  const x = signature.read('x', value);
  const out = signature.write('out');
  const rule = ruleOf(attributes);
  const { min, max } = integerRange(attributes.dtype);
  return kernelInstance(call, template, 'quantized_softmax', signature, {
    holes: {
      ...rowNest(x, out, attributes.axis),
      ...rule.holes,
      x_type: x.type,
      out_type: out.type,
      offset: rule.offset === 0 ? '' : `${rule.offset < 0 ? '-' : '+'} ${Math.abs(rule.offset)}`,
      min,
      max,
    },
    flags: rule.flags,
    support: [...rule.support, ...support.clampInt32],
  });
}

interface Rule {
  readonly holes: Readonly<Record<string, string | number>>;
  readonly flags: { readonly fixed_point: boolean; readonly float_table: boolean };
  readonly offset: number;
  readonly support: readonly Template[];
}

function ruleOf({ rule, inputScale, outputScale, zeroPoint, dtype }: QuantizedSoftmaxAttributes): Rule {
  switch (rule) {
    case 'float-table':
      return {
        holes: {
          real: 'float',
          table: tableText('float32', softmaxFloatTable(inputScale)),
          output_scale: cLiteral('float32', outputScale),
        },
        flags: { fixed_point: false, float_table: true },
        offset: zeroPoint,
        support: [],
      };
    case 'real-even':
      return {
        holes: {
          real: 'double',
          table: tableText('float64', softmaxRealTable(inputScale)),
          output_scale: cLiteral('float64', outputScale),
        },
        flags: { fixed_point: false, float_table: false },
        offset: zeroPoint,
        support: support.roundEvenFloat64,
      };
    case 'gemmlowp': {
      const { exponentials, terms } = softmaxFixedPointTable(inputScale);
      return {
        holes: {
          table: tableText('int32', exponentials),
          terms: tableText('int32', terms),
          bits: softmaxAccumulationBits + 31 - 8 * elementBytes(dtype),
        },
        flags: { fixed_point: true, float_table: false },
        // This rule knows no other zero point than the lowest value.
        offset: integerRange(dtype).min,
        support: [...support.fixedPointReciprocal, ...support.roundingDivide],
      };
    }
  }
}

function tableText(dtype: DataType, values: ArrayLike<number>): string {
  return wrapItems(
    Array.from(values, (value) => cLiteral(dtype, value)),
    96,
  );
}
