import { elementCount, type KernelCall, type LayoutChoice, type Region } from 'match-compiler';
import { cycles } from './costs.ts';
import { layoutChoices, channelsLastLayout, plainLayout } from './layout-choices.ts';
import { advanced, loopNest } from './loop-nest.ts';
import { memoryOrder, type Operand } from './operands.ts';

/** Loops over the rows of a tensor along one axis, and how a row is walked with the variable `i`. */
export interface RowNest {
  readonly loops: string;
  /** Pointers to the first element of a row. */
  readonly row: string;
  readonly result: string;
  readonly extent: number;
  readonly x_step: string;
  readonly out_step: string;
}

/** For operators that work on rows along `axis` and keep the shape. */
export function rowNest(x: Operand, out: Operand, axis: number): RowNest {
  const rest = x.shape.map((extent, i) => (i === axis ? 1 : extent));
  const variables = ['n', 'j', 'k', 'l', 'm'];
  const nest = loopNest(rest, memoryOrder(out), { x, out }, variables);
  const step = (stride: number): string => (stride === 1 ? 'i' : stride === 0 ? '0' : `i * ${stride}`);
  return {
    loops: nest.heads,
    row: advanced(x.name, nest.index.x),
    result: advanced(out.name, nest.index.out),
    extent: x.shape[axis] ?? 1,
    x_step: step(x.strides[axis] ?? 0),
    out_step: step(out.strides[axis] ?? 0),
  };
}

export function rowLayouts(region: Region): readonly LayoutChoice[] {
  return layoutChoices(region, [plainLayout, channelsLastLayout]);
}

/** Some passes over every row, `perElement` more for each element. */
export function rowCycles(
  { region, layouts }: KernelCall,
  axis: number,
  perElement: number,
  passes = 3,
): number {
  const [out] = region.outputs;
  const [layout] = layouts.outputs;
  if (!out || !layout) return cycles.call;
  const order = layout.kind === 'strided' ? layout.order : [];
  const innermost = [...order].reverse().find((i) => out.type.shape[i] !== 1);
  const strided = innermost === undefined || innermost === axis ? 0 : cycles.stride;
  return Math.ceil(
    cycles.call + elementCount(out.type.shape) * (passes * (cycles.element + strided) + perElement),
  );
}
