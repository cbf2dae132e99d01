import {
  isOp,
  layoutStrides,
  ops,
  parseLayout,
  pattern,
  type JobField,
  type JobKernel,
  type KernelCall,
  type Layout,
  type LayoutChoice,
  type ModulePattern,
  type Region,
  type Template,
} from 'match-compiler';
import fromPlanarText from './diana_from_planar.c';
import toPlanarText from './diana_to_planar.c';
import { isPlanar, planarBytes, planarLayout, planarName, planarRefusal } from './layout.ts';
import planarText from './planar.c';

/** C functions that read and write bytes in the accelerators' order. */
export const planarSupport: Template = { path: 'plugins/diana/activations/planar.c', text: planarText };

/** What the two directions differ in. */
interface Direction {
  readonly name: 'diana_to_planar' | 'diana_from_planar';
  readonly text: string;
}

const directions: readonly Direction[] = [
  { name: 'diana_to_planar', text: toPlanarText },
  { name: 'diana_from_planar', text: fromPlanarText },
];

/** Cycles of the host core for an element that is moved by itself, and for one of four that are moved together. */
export interface MoveCosts {
  readonly element: number;
  readonly ofFour: number;
}

/** `layout_transform` between any dense layout and that of the accelerators, both ways, on the host core. */
export function layoutTransformPatterns(costs: MoveCosts): readonly ModulePattern[] {
  return directions.map((direction): ModulePattern => ({
    name: direction.name,
    pattern: pattern.op(ops.layoutTransform),
    constraints: [
      (region) => (transformLayouts(region)?.direction === direction.name ? true : otherWay(region)),
      (region) => region.outputs.map(planarRefusal).find((answer) => answer !== true) ?? true,
    ],
    layouts: (region) => {
      const choice = transformLayouts(region);
      return choice ? [choice.layouts] : [];
    },
    cycles: (call) => moveCycles(call, costs),
    kernel: transformKernel(direction),
  }));
}

function otherWay({ root }: Region): string {
  const { from, to } = root.attributes;
  return `goes from ${String(from)} to ${String(to)}`;
}

/** Undefined where neither side, or both, are in the accelerators' layout. */
function transformLayouts(
  region: Region,
): { readonly layouts: LayoutChoice; readonly direction: Direction['name'] } | undefined {
  const { root } = region;
  const [output] = region.outputs;
  if (!isOp(root, ops.layoutTransform) || !output) return undefined;
  const layoutOf = (text: string): Layout | undefined =>
    text === planarName ? planarLayout(output.type) : parseLayout(text, output.type.shape.length);
  const from = layoutOf(root.attributes.from);
  const to = layoutOf(root.attributes.to);
  if (!from || !to || isPlanar(from) === isPlanar(to)) return undefined;
  return {
    direction: isPlanar(to) ? 'diana_to_planar' : 'diana_from_planar',
    layouts: {
      inputs: region.inputs.map(() => from),
      constants: region.constants.map(() => from),
      outputs: [to],
    },
  };
}

function transformKernel({ name, text }: Direction): JobKernel {
  return {
    kind: 'job',
    name,
    source: { path: `plugins/diana/activations/${name}.c`, text },
    support: [planarSupport],
    headers: [],
    fields: (call) => transformFields(call, name),
  };
}

function moveCycles(call: KernelCall, { element, ofFour }: MoveCosts): number {
  const bytes = planarBytes(call.region.outputs[0]?.type.shape ?? []);
  return bytes * (imageOf(call).columns % 4 === 0 ? ofFour : element);
}

/** Sizes and byte strides of the dense side, with rows and planes that follow each other evenly made one row. */
interface Image {
  readonly planes: number;
  readonly rows: number;
  readonly columns: number;
  readonly plane: number;
  readonly row: number;
  readonly column: number;
}

function imageOf({ region, layouts }: KernelCall): Image {
  const shape = region.outputs[0]?.type.shape ?? [];
  const [from] = [...layouts.inputs, ...layouts.constants];
  const [to] = layouts.outputs;
  const dense = isPlanar(to) ? from : to;
  if (!dense) throw new TypeError(`${region.root.name} has no layouts`);
  // A vector is planes of one pixel.
  const [, planes = 1, rows = 1, columns = 1] = shape;
  const [, plane = 1, ...rest] = layoutStrides(dense, shape);
  const [row = plane, column = plane] = rest;
  let image: Image = { planes, rows, columns, plane, row, column };
  const joins = (extent: number, outer: number, length: number): boolean =>
    extent === 1 || outer === length * image.column;
  if (columns === 1) image = { ...image, column: row };
  if (joins(image.rows, image.row, image.columns))
    image = { ...image, rows: 1, columns: image.rows * image.columns };
  if (image.columns === 1) image = { ...image, column: plane };
  if (image.rows === 1 && joins(image.planes, image.plane, image.columns))
    image = { ...image, planes: 1, columns: image.planes * image.columns };
  return image;
}

function transformFields(call: KernelCall, name: Direction['name']): readonly JobField[] {
  const { region } = call;
  const { planes, rows, columns, plane, row, column } = imageOf(call);
  const numbers = {
    planes,
    rows,
    columns,
    plane_stride: plane,
    row_stride: row,
    column_stride: column,
    ...(name === 'diana_to_planar' && { bytes: planarBytes(region.outputs[0]?.type.shape ?? []) }),
  };
  return [
    { name: 'input', role: region.inputs.length > 0 ? 'input' : 'constant', index: 0 },
    { name: 'output', role: 'output', index: 0 },
    ...Object.entries(numbers).map(([field, value]) => ({ name: field, value })),
  ];
}
