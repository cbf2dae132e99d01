import { ops, type DataType } from 'match-compiler';
import { CaseBuilder, type AnyOp } from './network-cases.ts';

const op = (definition: unknown): AnyOp => definition as AnyOp;

/** A convolution with everything around it that a quantized network has. */
export function quantizedConvolution(): CaseBuilder {
  const b = new CaseBuilder(1);
  const x = b.input('int8', [1, 2, 4, 4], undefined, { scale: [0.5], zeroPoint: [-3] });
  const acc = b.node(
    op(ops.conv2d),
    [x, b.randomConstant('int8', [3, 2, 3, 3], [-9, 9]), b.values('int32', [10, -20, 30])],
    {
      strides: [2, 2],
      dilations: [1, 1],
      pads: [1, 1, 1, 1],
      groups: 1,
      inputZeroPoint: -3,
      weightZeroPoint: 0,
      accumulator: 'int32',
    },
    'conv',
  );
  b.check(
    op(ops.requantize),
    [acc, b.values('int32', [1518500250, 1200000000, 2000000000]), b.values('int8', [-7, -6, -8])],
    { rule: 'single', axis: 1, inputZeroPoint: 0, zeroPoint: 4, min: -128, max: 127, dtype: 'int8' },
    'scale',
  );
  return b;
}

/** Two element-wise operators, one of them shared by equal layers. */
export function residualFloats(): CaseBuilder {
  const b = new CaseBuilder(2);
  const x = b.input('float32', [2, 3]);
  const left = b.node(op(ops.clip), [x], { min: 0, max: Infinity }, 'relu');
  const right = b.node(op(ops.clip), [b.input('float32', [2, 3])], { min: 0, max: Infinity }, 'relu');
  const sum = b.node(op(ops.add), [left, right], { dtype: 'float32' }, 'sum');
  b.check(op(ops.softmax), [sum], { axis: 1 }, 'probabilities');
  return b;
}

/** Outputs that have no memory of their own: an input, and one tensor twice. */
export function awkwardOutputs(): CaseBuilder {
  const b = new CaseBuilder(3);
  const x = b.input('int16', [2, 2]);
  const negated = b.node(op(ops.neg), [x], {}, 'negated');
  b.outputs.push(x, negated, negated);
  return b;
}

/** A network of one element type, so that the main program needs no other. */
export function onlyOf(dtype: DataType): CaseBuilder {
  const b = new CaseBuilder(4);
  const x = b.input(dtype, [2, 3]);
  b.outputs.push(b.node(op(ops.transpose), [x], { perm: [1, 0] }, 'transposed'));
  return b;
}
