import {
  elementCount,
  ops,
  parseLayout,
  rowMajor,
  sameLayout,
  stridesOf,
  type KernelCall,
  type Layout,
  type LayoutChoice,
  type Node,
  type Region,
} from 'match-compiler';
import { cycles } from '../../costs.ts';
import {
  layoutChoices,
  mixedLayouts,
  channelsLastLayout,
  plainLayout,
  uniformLayouts,
} from '../../layout-choices.ts';
import { loopNest, type Access, type LoopNest } from '../../loop-nest.ts';
import { broadcastOperandStrides, memoryOrder, type Operand } from '../../operands.ts';

type Nest = LoopNest<'in' | 'out'>;

/** The loops of a strided copy: which elements of the input go where. */
export function copyNest(node: Node, x: Operand, out: Operand): Nest {
  const list = (name: string): readonly number[] => (node.attributes[name] ?? []) as readonly number[];
  switch (node.op.name) {
    case ops.transpose.name: {
      const perm = list('perm');
      const strides = perm.map((axis) => x.strides[axis] ?? 0);
      return nestOver(out, { strides });
    }
    case ops.slice.name: {
      const steps = list('steps');
      const offset = list('starts').reduce((sum, start, axis) => sum + start * (x.strides[axis] ?? 0), 0);
      return nestOver(out, { strides: x.strides.map((stride, axis) => stride * (steps[axis] ?? 1)), offset });
    }
    case ops.expand.name:
      return nestOver(out, { strides: broadcastOperandStrides(x, out.shape) });
    case ops.reshape.name:
      return reshapeNest(x, out);
    case ops.resizeNearest.name:
      return resizeNest(list('scales'), x, out);
    default:
      return nestOver(out, { strides: x.strides });
  }
}

function nestOver(out: Operand, from: Access): Nest {
  return loopNest(out.shape, memoryOrder(out), { in: from, out: { strides: out.strides } });
}

/** Elements keep their row-major position; one side may lie in another layout, and its axes are the loops. */
function reshapeNest(x: Operand, out: Operand): Nest {
  if (sameLayout(out.layout, rowMajor(out.shape.length))) {
    return loopNest(
      x.shape,
      x.shape.map((_, axis) => axis),
      { in: { strides: x.strides }, out: { strides: stridesOf(x.shape) } },
    );
  }
  return nestOver(out, { strides: stridesOf(out.shape) });
}

/** Every pixel goes to scale × scale places: an output row is an input row and a copy of it, columns alike. */
function resizeNest(scales: readonly number[], x: Operand, out: Operand): Nest {
  const [scaleH = 1, scaleW = 1] = scales;
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const [xn = 0, xc = 0, xh = 0, xw = 0] = x.strides;
  const [on = 0, oc = 0, oh = 0, ow = 0] = out.strides;
  // Axes: n, c, row, copy of the row, column, copy of the column.
  const split: Readonly<Record<number, readonly number[]>> = { 0: [0], 1: [1], 2: [2, 3], 3: [4, 5] };
  return loopNest(
    [batch, channels, height, scaleH, width, scaleW],
    memoryOrder(out).flatMap((axis) => split[axis] ?? []),
    {
      in: { strides: [xn, xc, xh, 0, xw, 0] },
      out: { strides: [on, oc, oh * scaleH, oh, ow * scaleW, ow] },
    },
  );
}

/** Packed layouts are for kernels of the target that names them. */
export function betweenStrided({ root }: Region): true | string {
  const rank = root.outputs[0]?.type.shape.length ?? 0;
  const packed = [root.attributes['from'], root.attributes['to']].find(
    (text) => !parseLayout(String(text), rank),
  );
  return packed === undefined || `has the layout ${String(packed)} on one side`;
}

/** Layouts that a strided copy can bridge. */
export function copyLayouts(region: Region): readonly LayoutChoice[] {
  const { root } = region;
  switch (root.op.name) {
    case ops.layoutTransform.name: {
      const rank = root.outputs[0]?.type.shape.length ?? 0;
      const [from, to] = ['from', 'to'].map((name) => parseLayout(String(root.attributes[name]), rank));
      if (!from || !to) return [];
      return [
        {
          inputs: region.inputs.map(() => from),
          constants: region.constants.map(() => from),
          outputs: [to],
        },
      ];
    }
    case ops.reshape.name: {
      // One side must be row-major: the loops run over the other's axes.
      return mixedLayouts(region).filter(({ inputs, constants, outputs }) =>
        [...inputs, ...constants, ...outputs].some(isPlain),
      );
    }
    case ops.expand.name:
      return uniformLayouts(region);
    case ops.transpose.name:
    case ops.identity.name:
      return mixedLayouts(region);
    default:
      return layoutChoices(region, [plainLayout, channelsLastLayout]);
  }
}

function isPlain(layout: Layout): boolean {
  return layout.kind === 'strided' && sameLayout(layout, rowMajor(layout.order.length));
}

/** Cycles by element, more where reading or writing jumps. */
export function copyCycles({ region, layouts }: KernelCall): number {
  const { root } = region;
  const [out] = region.outputs;
  const to = layouts.outputs[0];
  const from = layouts.inputs[0] ?? layouts.constants[0];
  if (!out || !to || !from) return cycles.call;
  const jumps = root.op.name === ops.transpose.name ? true : isPlain(to) !== isPlain(from);
  return Math.ceil(
    cycles.call + elementCount(out.type.shape) * (cycles.element + (jumps ? 2 * cycles.stride : 0)),
  );
}
