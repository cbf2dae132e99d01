import {
  isOp,
  locationsOf,
  ops,
  sameType,
  type Attributes,
  type Node,
  type OpDefinition,
  type RewriteRule,
  type Rewriter,
} from 'match-compiler';

export const dropEmptyPad: RewriteRule = {
  name: 'drop-empty-pad',
  at: [ops.pad],
  apply(node, rewriter) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (!input || !output || !isOp(node, ops.pad) || node.attributes.pads.some((pad) => pad !== 0))
      return false;
    if (!rewriter.mayReplace(output, input)) return false;
    rewriter.replace(output, input);
    return true;
  },
};

export const mergePads: RewriteRule = {
  name: 'merge-pads',
  at: [ops.pad],
  apply(node, rewriter) {
    const [output] = node.outputs;
    const before = rewriter.from(node.inputs[0], ops.pad);
    const input = before?.inputs[0];
    if (!before || !input || !output || !isOp(node, ops.pad)) return false;
    const [outer, inner] = [node.attributes, before.attributes];
    if (outer.mode !== 'constant' || inner.mode !== 'constant' || !Object.is(outer.value, inner.value))
      return false;
    const pads = outer.pads.map((pad, i) => pad + (inner.pads[i] ?? 0));
    rewriter.substitute(
      output,
      ops.pad,
      [input],
      { ...outer, pads },
      {
        name: node.name,
        loc: locationsOf(node, before),
      },
    );
    return true;
  },
};

/** Every window that reads a pad reads around its input instead; the pad itself stays for other readers. */
export const padIntoWindow: RewriteRule = {
  name: 'pad-into-window',
  at: [ops.conv2d, ops.averagePool2d, ops.maxPool2d, ops.sumPool2d],
  apply(node, rewriter) {
    const pad = rewriter.from(node.inputs[0], ops.pad);
    if (!pad) return false;
    const sides = spatialPads(pad);
    if (!sides) return false;
    if (isOp(node, ops.conv2d) || isOp(node, ops.sumPool2d)) {
      // Their padding adds nothing: it stands for the zero point, which is 0 on floats.
      if (pad.attributes.value !== node.attributes.inputZeroPoint) return false;
      return isOp(node, ops.conv2d)
        ? absorb(
            rewriter,
            node,
            ops.conv2d,
            { ...node.attributes, pads: sum(node.attributes.pads, sides) },
            pad,
          )
        : absorb(
            rewriter,
            node,
            ops.sumPool2d,
            { ...node.attributes, pads: sum(node.attributes.pads, sides) },
            pad,
          );
    }
    if (isOp(node, ops.averagePool2d)) {
      const own = node.attributes.pads.some((side) => side !== 0);
      if (pad.attributes.value !== 0 || (own && !node.attributes.countIncludePad)) return false;
      const pads = sum(node.attributes.pads, sides);
      return absorb(
        rewriter,
        node,
        ops.averagePool2d,
        { ...node.attributes, pads, countIncludePad: true },
        pad,
      );
    }
    if (isOp(node, ops.maxPool2d)) {
      if (!neverWins(pad, rewriter) || node.attributes.dilations.some((dilation) => dilation !== 1))
        return false;
      return absorb(
        rewriter,
        node,
        ops.maxPool2d,
        { ...node.attributes, pads: sum(node.attributes.pads, sides) },
        pad,
      );
    }
    return false;
  },
};

function absorb<A extends Attributes>(
  rewriter: Rewriter,
  node: Node,
  op: OpDefinition<A>,
  attributes: A,
  pad: Node,
): boolean {
  const [input] = pad.inputs;
  const [output] = node.outputs;
  if (!input || !output) return false;
  const inputs = [input, ...node.inputs.slice(1)];
  if (
    !fits(
      op,
      inputs.map((value) => value.type),
      attributes,
      output.type,
    )
  )
    return false;
  rewriter.substitute(output, op, inputs, attributes, { name: node.name, loc: locationsOf(node, pad) });
  return true;
}

/** Whether the operator takes these attributes and gives this type: ceil mode and large pads change it. */
function fits<A extends Attributes>(
  op: OpDefinition<A>,
  inputs: Parameters<OpDefinition<A>['infer']>[0],
  attributes: A,
  wanted: Parameters<typeof sameType>[0],
): boolean {
  try {
    const [type] = op.infer(inputs, attributes);
    return type !== undefined && sameType(type, wanted);
  } catch {
    return false;
  }
}

/** Top, left, bottom, right of a constant pad of height and width alone. */
function spatialPads(pad: Node<ops.PadAttributes>): readonly number[] | undefined {
  const { pads, mode } = pad.attributes;
  const [n0 = 0, c0 = 0, top = 0, left = 0, n1 = 0, c1 = 0, bottom = 0, right = 0] = pads;
  if (mode !== 'constant' || pads.length !== 8 || n0 !== 0 || c0 !== 0 || n1 !== 0 || c1 !== 0)
    return undefined;
  return [top, left, bottom, right];
}

function neverWins(pad: Node<ops.PadAttributes>, rewriter: Rewriter): boolean {
  const [input] = pad.inputs;
  return !!input && pad.attributes.value <= rewriter.ranges.overall(input).min;
}

function sum(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((element, i) => element + (b[i] ?? 0));
}
