import {
  addLeftShift,
  addScales,
  cLiteral,
  integerRange,
  ops,
  pattern,
  quantizeMultiplier,
  type DataType,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
  type Node,
  type QuantizedAddAttributes,
  type QuantizedMultiplier,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import { elementWiseCycles, elementWiseNest, elementWiseOverlaps } from '../../element-wise.ts';
import type { Epilogue } from '../../epilogue.ts';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { uniformLayouts } from '../../layout-choices.ts';
import { Signature, type Operand } from '../../operands.ts';
import { fixedPointStore, realEvenStore, realEvenSupport } from '../../requantization.ts';
import { support } from '../../support/index.ts';
import text from './quantized_binary.c';

const template = kernelTemplate('quantized_binary/quantized_binary.c', text);

/** Sums and products of quantized tensors, broadcast. */
export const quantizedBinaryPattern: ModulePattern = {
  name: 'quantized_binary',
  pattern: pattern.oneOf(pattern.op(ops.quantizedAdd), pattern.op(ops.quantizedMul)),
  layouts: uniformLayouts,
  cycles: ({ region, ...call }) =>
    elementWiseCycles(
      { region, ...call },
      cycles.element + cycles.requantize * (region.root.op.name === ops.quantizedAdd.name ? 3 : 1),
    ),
  overlaps: (call) => elementWiseOverlaps(call),
  kernel: { instantiate },
};

function instantiate(call: KernelCall): KernelInstance {
  const node = call.region.root as unknown as Node<QuantizedAddAttributes>;
  const { attributes } = node;
  const [first, second] = node.inputs;
  if (!first || !second) throw new TypeError(`${node.name} lacks operands`);
  const signature = new Signature(call);
  const a = signature.read('a', first);
  const b = signature.read('b', second);
  const out = signature.write('out');
  const nest = elementWiseNest(out, { a, b });
  const target = `out[${nest.index.out}]`;
  const shared = {
    loops: nest.heads,
    x: centred(`a[${nest.index.a}]`, attributes.aZeroPoint),
    y: centred(`b[${nest.index.b}]`, attributes.bZeroPoint),
  };
  const add = node.op.name === ops.quantizedAdd.name;
  if (attributes.rule === 'real-even') {
    const real = `(x ${add ? '+' : '*'} y) / ${cLiteral('float64', attributes.outputScale)}`;
    return kernelInstance(call, template, node.op.name, signature, {
      holes: {
        ...shared,
        x_scale: cLiteral('float64', attributes.aScale),
        y_scale: cLiteral('float64', attributes.bScale),
        store: realEvenStore(real, { ...attributes, type: out.type }, target),
      },
      flags: { real: true, add },
      support: realEvenSupport,
    });
  }
  const { epilogue, holes, wide } = add ? sum(attributes, a, b, out) : product(attributes, a, b, out);
  return kernelInstance(call, template, node.op.name, signature, {
    holes: {
      ...shared,
      ...holes,
      wide: wide ? 'int64_t' : 'int32_t',
      store: epilogue.store(target, '0'),
    },
    flags: { real: false, add },
    support: [
      ...(add && attributes.rule === 'single' ? support.requantizeSingle : []),
      ...(add && attributes.rule === 'double' ? support.requantizeDouble : []),
      ...epilogue.support,
    ],
  });
}

function centred(element: string, zeroPoint: number): string {
  if (zeroPoint === 0) return `(int32_t)${element}`;
  return `((int32_t)${element} ${zeroPoint > 0 ? '-' : '+'} ${Math.abs(zeroPoint)})`;
}

interface Parts {
  readonly epilogue: Omit<Epilogue, 'node'>;
  readonly holes: Readonly<Record<string, string | number>>;
  readonly wide: boolean;
}

/** TFLite's addition: both operands on a common scale, then to the scale of the result. */
function sum(attributes: QuantizedAddAttributes, a: Operand, b: Operand, out: Operand): Parts {
  const leftShift = addLeftShift(a.dtype);
  const scales = addScales(attributes.aScale, attributes.bScale, attributes.outputScale, leftShift);
  const unit = 2 ** leftShift;
  const bound =
    largest(a.dtype, attributes.aZeroPoint) * unit * realFactor(scales.a) +
    largest(b.dtype, attributes.bZeroPoint) * unit * realFactor(scales.b) +
    2;
  const rule = attributes.rule === 'double' ? 'double' : 'single';
  return {
    wide: false,
    holes: {
      bits: leftShift,
      unit,
      requantize: `requantize_${rule}`,
      x_multiplier: scales.a.multiplier,
      x_shift: scales.a.shift,
      y_multiplier: scales.b.multiplier,
      y_shift: scales.b.shift,
    },
    epilogue: scaledStore(rule, { text: 'acc', bound }, true, scales.output, attributes, out),
  };
}

function product(attributes: QuantizedAddAttributes, a: Operand, b: Operand, out: Operand): Parts {
  const bound = largest(a.dtype, attributes.aZeroPoint) * largest(b.dtype, attributes.bZeroPoint);
  const scale = quantizeMultiplier((attributes.aScale * attributes.bScale) / attributes.outputScale);
  const rule = attributes.rule === 'double' ? 'double' : 'single';
  const wide = bound >= 2 ** 31;
  return {
    wide,
    holes: {},
    epilogue: scaledStore(rule, { text: 'acc', bound }, !wide, scale, attributes, out),
  };
}

function scaledStore(
  rule: 'single' | 'double',
  input: { readonly text: string; readonly bound: number },
  narrowInput: boolean,
  scale: QuantizedMultiplier,
  attributes: QuantizedAddAttributes,
  out: Operand,
): Omit<Epilogue, 'node'> {
  return fixedPointStore(
    {
      rule,
      input,
      narrowInput,
      largestFactor: realFactor(scale),
      multiplier: () => String(scale.multiplier),
      shift: () => String(scale.shift),
    },
    { ...attributes, type: out.type },
  );
}

function realFactor({ multiplier, shift }: QuantizedMultiplier): number {
  return multiplier * 2 ** (shift - 31);
}

function largest(dtype: DataType, zeroPoint: number): number {
  const { min, max } = integerRange(dtype);
  return Math.max(Math.abs(min - zeroPoint), Math.abs(max - zeroPoint));
}
