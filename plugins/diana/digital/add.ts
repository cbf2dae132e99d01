import {
  isOp,
  ops,
  pattern,
  sameShape,
  type JobField,
  type JobKernel,
  type KernelCall,
  type ModulePattern,
  type Node,
  type QuantizedAddAttributes,
  type Region,
  type TiledOperand,
  type TileRange,
} from 'match-compiler';
import { planarBytes, planarLayouts, planarRefusal } from '../activations/index.ts';
import { arrayClip, clipRefusal } from './clip.ts';
import { addCycles, arraySide } from './costs.ts';
import addText from './diana_digital_add.c';
import { engineSupport } from './pattern.ts';

/** Largest right shift of the array. */
const largestShift = 31;

/**
 * Sum of two tensors of equal shape, shifted: y = clip((a + b + half) >> s) with half of 2^s. That is what TFLite's
 * addition comes to where the operands share a scale and the result's is 2^s times as large.
 */
export const addPattern: ModulePattern = {
  name: 'add',
  pattern: pattern.op(ops.quantizedAdd),
  constraints: [(region) => addRefusal(region)],
  layouts: planarLayouts,
  tiling: (region) => {
    const bytes = elementsOf(region);
    const operand: TiledOperand = { axes: [{ extent: bytes, bytes: 1, dimension: 'e' }], bytes };
    return {
      dimensions: [{ name: 'e', extent: bytes, granule: arraySide, reduction: false }],
      inputs: region.inputs.map(() => operand),
      constants: [],
      outputs: [operand],
    };
  },
  cycles: (call) => addCycles(rangeOf(call).extent),
  leastCycles: (call) => addCycles(rangeOf(call).extent),
  overlaps: ({ region }) => region.inputs.map((_, input) => ({ input, output: 0, lead: 0 })),
  kernel: addKernel(),
};

function addRefusal({ root, inputs, outputs }: Region): true | string {
  if (!isOp(root, ops.quantizedAdd)) return 'is no addition';
  const [a, b] = root.inputs;
  const [out] = outputs;
  if (!a || !b || !out) return 'lacks an operand';
  if (a.constant || b.constant || inputs.length === 0) return 'adds a constant';
  if (!sameShape(a.type.shape, b.type.shape)) return 'adds tensors of different shapes';
  const { rule, aScale, bScale, aZeroPoint, bZeroPoint, zeroPoint } = root.attributes;
  if (rule !== 'single') return `adds by the rule ${rule}, and the array rounds once`;
  if (aZeroPoint !== 0 || bZeroPoint !== 0 || zeroPoint !== 0) return 'has zero points';
  if (aScale !== bScale) return `adds operands of scales ${aScale} and ${bScale}, and the array equal ones`;
  const shift = shiftOf(root);
  if (!Number.isInteger(shift) || shift < 0 || shift > largestShift)
    return `scales the sum by ${aScale / root.attributes.outputScale}, which is no right shift`;
  for (const value of [a, b, out]) {
    const answer = planarRefusal(value);
    if (answer !== true) return answer;
  }
  return clipRefusal(root.attributes);
}

function shiftOf({ attributes }: Node<QuantizedAddAttributes>): number {
  return Math.log2(attributes.outputScale / attributes.aScale);
}

function elementsOf({ outputs }: Region): number {
  return planarBytes(outputs[0]?.type.shape ?? []);
}

function rangeOf({ region, tile }: KernelCall): TileRange {
  return tile.ranges['e'] ?? { start: 0, extent: elementsOf(region) };
}

function addKernel(): JobKernel {
  return {
    kind: 'job',
    name: 'diana_digital_add',
    source: { path: 'plugins/diana/digital/diana_digital_add.c', text: addText },
    support: engineSupport,
    headers: [],
    fields: addFields,
  };
}

/** In the order of `struct diana_digital_add_arguments`. */
function addFields(call: KernelCall): readonly JobField[] {
  const { root, inputs, outputs } = call.region;
  const [a, b] = root.inputs;
  const [out] = outputs;
  if (!isOp(root, ops.quantizedAdd) || !a || !b || !out) throw new TypeError(`${root.name} is no addition`);
  const shift = shiftOf(root);
  const { signed, relu } = arrayClip(root.attributes);
  const value = (name: string, number: number | boolean): JobField => ({ name, value: Number(number) });
  return [
    { name: 'left', role: 'input', index: inputs.indexOf(a) },
    { name: 'right', role: 'input', index: inputs.indexOf(b) },
    { name: 'output', role: 'output', index: 0 },
    value('elements', rangeOf(call).extent),
    value('half', shift > 0 ? 2 ** (shift - 1) : 0),
    value('shift', shift),
    value('left_signed', a.type.dtype === 'int8'),
    value('right_signed', b.type.dtype === 'int8'),
    value('output_signed', signed),
    value('relu', relu),
  ];
}
