import {
  GraphEditor,
  isOp,
  ops,
  tensor,
  type Conv2dAttributes,
  type Graph,
  type Node,
  type Tensor,
} from 'match-compiler';

/**
 * Convolutions that a pass has written as im2col and a product per pixel become convolutions again: MATCH has no
 * pattern for im2col, and the pass is this compiler's own. Exact, since it only moves weights.
 */
export function foldWindows(graph: Graph): Graph {
  const editor = new GraphEditor(graph);
  let changes = 0;
  for (const windows of graph.nodes) {
    if (!isOp(windows, ops.im2col)) continue;
    const [unfolded] = windows.outputs;
    const [x] = windows.inputs;
    const [product, ...others] = unfolded ? graph.consumers(unfolded) : [];
    if (!unfolded || !x || !isOp(product, ops.conv2d) || others.length > 0 || graph.isOutput(unfolded))
      continue;
    const [, w, bias] = product.inputs;
    const [output] = product.outputs;
    const { kernel, strides, dilations, pads, padValue } = windows.attributes;
    // Windows as channels of a larger filter are another rewrite, which all variants share.
    if (!isPointwise(product)) continue;
    if (!output || !w?.constant || product.attributes.inputZeroPoint !== padValue) continue;
    const weights = editor.constant(`${w.name}.folded`, channelsAsTaps(w.constant, kernel));
    const folded = editor.add1(
      ops.conv2d,
      [x, weights, ...(bias ? [bias] : [])],
      { ...product.attributes, strides, dilations, pads },
      { name: product.name, loc: product.loc, types: [output.type] },
    );
    editor.replace(output, folded);
    editor.remove(product);
    editor.remove(windows);
    changes++;
  }
  return changes === 0 ? graph : editor.finish();
}

function isPointwise({
  inputs: [, w],
  attributes: { strides, pads, groups },
}: Node<Conv2dAttributes>): boolean {
  const [, , rows, columns] = w?.type.shape ?? [];
  return (
    rows === 1 &&
    columns === 1 &&
    groups === 1 &&
    strides.every((stride) => stride === 1) &&
    pads.every((pad) => pad === 0)
  );
}

/** [O, KH·KW·C, 1, 1], channels in the order of `im2col`, as [O, C, KH, KW]. */
function channelsAsTaps({ type, data }: Tensor, [rows = 1, columns = 1]: readonly number[]): Tensor {
  const [filters = 1, depth = 1] = type.shape;
  const taps = rows * columns;
  const channels = depth / taps;
  const moved = data.slice() as Int32Array;
  const from = data as Int32Array;
  for (let o = 0; o < filters; o++) {
    for (let tap = 0; tap < taps; tap++) {
      for (let c = 0; c < channels; c++) {
        moved[(o * channels + c) * taps + tap] = from[(o * taps + tap) * channels + c] ?? 0;
      }
    }
  }
  return tensor(type.dtype, [filters, channels, rows, columns], moved);
}
