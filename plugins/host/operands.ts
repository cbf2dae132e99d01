import {
  cType,
  elementCount,
  layoutStrides,
  type DataType,
  type KernelCall,
  type KernelParameter,
  type Layout,
  type Shape,
  type Value,
} from 'match-compiler';

/** A tensor as a kernel sees it: a pointer and where the elements lie behind it. */
export interface Operand {
  /** Name of the pointer in the C function. */
  readonly name: string;
  readonly value: Value;
  readonly dtype: DataType;
  /** C type of one element. */
  readonly type: string;
  readonly shape: Shape;
  readonly layout: Layout;
  /** Per logical axis, in elements. */
  readonly strides: readonly number[];
}

/** Collects the arguments of one kernel function, in the order in which they are asked for. */
export class Signature {
  readonly parameters: KernelParameter[] = [];
  readonly #call: KernelCall;

  constructor(call: KernelCall) {
    this.#call = call;
  }

  /** A tensor that the kernel reads, from the region's inputs or constants. */
  read(name: string, value: Value): Operand {
    const { region, layouts } = this.#call;
    const input = region.inputs.indexOf(value);
    const constant = region.constants.indexOf(value);
    const layout = input >= 0 ? layouts.inputs[input] : layouts.constants[constant];
    if (!layout) throw new RangeError(`%${value.name} is no operand of this region`);
    const operand = operandOf(name, value, layout);
    this.parameters.push({
      name,
      cType: `const ${operand.type} *`,
      role: input >= 0 ? 'input' : 'constant',
      index: input >= 0 ? input : constant,
    });
    return operand;
  }

  /** A tensor that the kernel writes: by default the region's only output. */
  write(name: string, index = 0): Operand {
    const { region, layouts } = this.#call;
    const value = region.outputs[index];
    const layout = layouts.outputs[index];
    if (!value || !layout) throw new RangeError(`this region has no output ${index}`);
    const operand = operandOf(name, value, layout);
    this.parameters.push({ name, cType: `${operand.type} *`, role: 'output', index });
    return operand;
  }
}

function operandOf(name: string, value: Value, layout: Layout): Operand {
  const { dtype, shape } = value.type;
  return {
    name,
    value,
    dtype,
    type: cType(dtype),
    shape,
    layout,
    // Constants of one element are read at index 0 whatever their rank.
    strides: elementCount(shape) === 1 ? shape.map(() => 0) : layoutStrides(layout, shape),
  };
}

/** Logical axes from outermost to innermost in memory. */
export function memoryOrder(operand: { readonly layout: Layout; readonly shape: Shape }): readonly number[] {
  return operand.layout.kind === 'strided' ? operand.layout.order : operand.shape.map((_, axis) => axis);
}

/** The strides of an operand along the axes of a broadcast result: 0 where it repeats. */
export function broadcastOperandStrides(operand: Operand, target: Shape): number[] {
  const missing = target.length - operand.shape.length;
  return target.map((_, axis) =>
    axis < missing || operand.shape[axis - missing] === 1 ? 0 : (operand.strides[axis - missing] ?? 0),
  );
}

/** Strides of a vector that runs along one axis of a tensor; all 0 for a vector of one element. */
export function channelStrides(shape: Shape, axis: number, length: number): number[] {
  return shape.map((_, i) => (i === axis && length > 1 ? 1 : 0));
}
