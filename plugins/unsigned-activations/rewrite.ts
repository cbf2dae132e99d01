import {
  GraphEditor,
  ops,
  type Graph,
  type Node,
  type SourceLocation,
  type TensorType,
  type Value,
} from 'match-compiler';
import { signOffset, type Slot } from './operands.ts';
import type { UnsignedSlots } from './choose-signs.ts';
import { unsignedNode } from './unsigned-node.ts';

/** A value in both signs, as far as they exist. */
interface Twins {
  signed?: Value;
  unsigned?: Value;
}

/** The graph with the chosen operands unsigned, and a `change_sign` wherever a reader wants the other sign. */
export function withUnsigned(graph: Graph, chosen: UnsignedSlots): Graph {
  if (chosen.size === 0) return graph;
  const editor = new GraphEditor(graph);
  const twins = new Map<Value, Twins>();
  const twinsOf = (value: Value): Twins => {
    const known = twins.get(value) ?? { signed: value };
    twins.set(value, known);
    return known;
  };
  const wanted = (value: Value, unsigned: boolean, reader: Node | undefined): Value => {
    const pair = twinsOf(value);
    const found = unsigned ? pair.unsigned : pair.signed;
    if (found) return found;
    const source = unsigned ? pair.signed : pair.unsigned;
    if (!source) throw new TypeError(`%${value.name} has neither sign`);
    const made = editor.add1(
      ops.changeSign,
      [source],
      {},
      {
        name: unsigned ? `${value.name}.unsigned` : value.name,
        loc: locationOfChange(value, graph, reader),
        ...(reader && { place: reader }),
        types: [unsigned ? unsignedType(value.type) : value.type],
      },
    );
    if (unsigned) pair.unsigned = made;
    else {
      pair.signed = made;
      editor.replace(value, made);
    }
    return made;
  };

  for (const node of graph.nodes) {
    const slots = chosen.get(node) ?? [];
    const isUnsigned = (side: Slot['side'], index: number): boolean =>
      slots.some((slot) => slot.side === side && slot.index === index);
    const inputs = node.inputs.map((value, i) =>
      value.constant ? value : wanted(value, isUnsigned('input', i), node),
    );
    if (slots.length === 0) continue;
    rebuild(node, slots, inputs, isUnsigned);
  }
  for (const value of graph.outputs) wanted(value, false, undefined);
  return editor.finish();

  function rebuild(
    node: Node,
    slots: readonly Slot[],
    inputs: readonly Value[],
    isUnsigned: (side: Slot['side'], index: number) => boolean,
  ): void {
    const { attributes, constants } = unsignedNode(node, slots, editor);
    for (const output of node.outputs) editor.releaseName(output);
    editor.remove(node);
    const outputs = editor.add(
      node.op,
      inputs.map((value, i) => constants.get(i) ?? value),
      attributes,
      {
        name: node.name,
        loc: node.loc,
        place: node,
        outputs: node.outputs.map((output, i) =>
          isUnsigned('output', i) && readAsSigned(output) ? `${output.name}.unsigned` : output.name,
        ),
        types: node.outputs.map(({ type }, i) => (isUnsigned('output', i) ? unsignedType(type) : type)),
      },
    );
    node.outputs.forEach((output, i) => {
      const made = outputs[i];
      if (!made) return;
      if (isUnsigned('output', i)) twins.set(output, { unsigned: made });
      else {
        twins.set(output, { signed: made });
        editor.replace(output, made);
      }
    });
  }

  /** Its signed twin will be needed, and has the right to the name. */
  function readAsSigned(value: Value): boolean {
    return (
      graph.isOutput(value) ||
      graph
        .consumers(value)
        .some((reader) =>
          reader.inputs.some(
            (input, i) =>
              input === value &&
              !(chosen.get(reader) ?? []).some((slot) => slot.side === 'input' && slot.index === i),
          ),
        )
    );
  }
}

function unsignedType(type: TensorType): TensorType {
  const { quantization } = type;
  return {
    ...type,
    dtype: 'uint8',
    ...(quantization && {
      quantization: { ...quantization, zeroPoint: quantization.zeroPoint.map((zero) => zero + signOffset) },
    }),
  };
}

/** A change of sign stands for the node that made the value; for an input of the graph, for its reader. */
function locationOfChange(value: Value, graph: Graph, reader: Node | undefined): readonly SourceLocation[] {
  return graph.producer(value)?.loc ?? reader?.loc ?? [];
}
