import {
  isOp,
  ops,
  tensor,
  type Graph,
  type HardwareRequantization,
  type Node,
  type Value,
} from 'match-compiler';
import { attributesAtZero } from './carriers.ts';
import { addToForm, addToModel, boundsOf, multipliers } from './conversions.ts';
import { correctedAddends } from './correction.ts';
import type { Addition, Layer, Mean } from './layers.ts';
import type { Plan } from './forms.ts';
import { SampledEditor } from './sampled-editor.ts';
import { fittingLayer, type Stored } from './scaled-weights.ts';
import { channelIn, type Layout } from './sites.ts';
import { channelsOf, type Statistics } from './statistics.ts';

/** The graph with every unit in the form of the plan, and conversions where the model's own form is read. */
const zeros = { inputZeroPoint: 0, zeroPoint: 0 } as const;
const atZero = { inputZeroPoint: 0, weightZeroPoint: 0 } as const;

export function rewriteGraph(
  graph: Graph,
  layout: Layout,
  plan: Plan,
  statistics: Statistics,
  limits: HardwareRequantization,
): Graph {
  const editor = new SampledEditor(graph, statistics.samples);
  /** The values of taken sites in their new form. */
  const stored = new Map<Value, Value>();
  const storedOf = (value: Value): Stored | undefined => {
    const site = layout.siteOf.get(value);
    const form = site && plan.forms.get(site);
    return site && form && { site, form };
  };

  for (const node of graph.nodes) {
    const unit = layout.units.get(node);
    const [output] = node.outputs;
    if (!output) continue;
    if (unit?.kind === 'layer') writeLayer(unit);
    else if (unit?.kind === 'mean') writeMean(unit);
    else if (unit?.kind === 'addition') writeAddition(unit);
    else if (layout.carriers.has(node) && storedOf(output)) writeCarrier(node, output);
  }
  return editor.finish();

  /** A value in the form of its site. */
  function input(value: Value, reader: Node): Value {
    const known = stored.get(value);
    if (known) return known;
    const to = storedOf(value);
    if (!to) return value;
    const made = addToForm(editor, value, to, {
      place: reader,
      loc: graph.producer(value)?.loc ?? reader.loc,
    });
    stored.set(value, made);
    return made;
  }

  /** Puts `made` in the place of `old`, converted back for those who read the model's form. */
  function settle(old: Value, made: Value, node: Node): void {
    const to = storedOf(old);
    if (!to) {
      editor.replace(old, made);
      return;
    }
    stored.set(old, made);
    if (!to.site.readElsewhere.includes(old)) return;
    editor.replace(old, addToModel(editor, old, made, to, { place: node, loc: node.loc }));
  }

  /** The name of the result: the old one, unless that stays with the model's form. */
  function nameFor(old: Value): string {
    const to = storedOf(old);
    if (to?.site.readElsewhere.includes(old)) return `${old.name}.scaled`;
    editor.releaseName(old);
    return old.name;
  }

  function writeLayer(unit: Layer): void {
    const { node, requantize } = unit;
    const from = storedOf(unit.input);
    const [w] = node.inputs.slice(1);
    const [sums] = node.outputs;
    if (!from || !w || !sums) return;
    const to = storedOf(unit.output);
    const scaled = fittingLayer(unit, from, to, plan.shifts.get(unit) ?? 0, limits.productBits);
    const x = input(unit.input, node);
    editor.remove(node);
    editor.remove(requantize);
    editor.releaseName(sums);
    const weights = editor.constant(`${w.name}.scaled`, tensor('int8', w.type.shape, scaled.weights));
    const options = { name: node.name, loc: node.loc, place: node, outputs: [sums.name] };
    const acc = isOp(node, ops.conv2d)
      ? editor.add1(ops.conv2d, [x, weights], { ...node.attributes, ...atZero }, options)
      : editor.add1(ops.dense, [x, weights], { accumulator: 'int32', ...atZero }, options);
    const bounds = boundsOf(unit.requantize.attributes, to);
    const addends = correctedAddends(unit, scaled, bounds, acc, editor);
    const name = nameFor(unit.output);
    const constant = (part: string, dtype: 'int32' | 'int8', values: readonly number[]): Value =>
      editor.constant(`${unit.output.name}.${part}`, tensor(dtype, [values.length], values));
    const made = editor.add1(
      ops.requantize,
      [
        acc,
        constant('multiplier', 'int32', [1]),
        constant('addend', 'int32', addends),
        constant('shift', 'int8', [scaled.shift]),
      ],
      { rule: 'shift', axis: 1, ...zeros, ...bounds, productBits: limits.productBits },
      {
        name: requantize.name,
        loc: requantize.loc,
        place: requantize,
        outputs: [name],
        ...(!to && { types: [unit.output.type] }),
      },
    );
    settle(unit.output, made, requantize);
  }

  function writeMean(unit: Mean): void {
    const { node, root, output, window, zeroPoint } = unit;
    const from = storedOf(unit.input);
    if (!from) return;
    const to = storedOf(output);
    const x = input(unit.input, node);
    editor.remove(node);
    editor.remove(root);
    const [sums] = node.outputs;
    const name = sums && sums !== output ? sums.name : `${output.name}.sums`;
    if (sums && sums !== output) editor.releaseName(sums);
    const acc = editor.add1(
      ops.sumPool2d,
      [x],
      { ...window, inputZeroPoint: 0 },
      { name: node.name, loc: node.loc, place: node, outputs: [name] },
    );
    const factors = Array.from({ length: channelsOf(output) }, (_, i) => {
      const own = from.form.factors[channelIn(from.site, unit.input, i)] ?? 1;
      const result = to ? (to.form.factors[channelIn(to.site, output, i)] ?? 1) : 1;
      return (result * unit.factor) / own;
    });
    const { multiplier, shift } = multipliers(factors, output.name, editor);
    const made = editor.add1(
      ops.requantize,
      [acc, multiplier, shift],
      {
        rule: 'single',
        axis: 1,
        inputZeroPoint: 0,
        zeroPoint: to ? 0 : zeroPoint,
        ...boundsOf(unit.bounds, to),
      },
      {
        name: root.name,
        loc: root.loc,
        place: root,
        outputs: [nameFor(output)],
        ...(!to && { types: [output.type] }),
      },
    );
    settle(output, made, root);
  }

  function writeAddition(unit: Addition): void {
    const { node, output } = unit;
    const to = storedOf(output);
    const operands = unit.inputs.map((value) => storedOf(value));
    const [a, b] = operands;
    if (!to || !a || !b) return;
    const { aScale, bScale, outputScale } = node.attributes;
    // y' = a'·2^stepA + b'·2^stepB.
    const step = ({ form }: Stored, scale: number): number =>
      Math.round(Math.log2(((to.form.factors[0] ?? 1) * scale) / outputScale / (form.factors[0] ?? 1)));
    const [stepA, stepB] = [step(a, aScale), step(b, bScale)];
    const right = Math.max(0, -Math.min(stepA, stepB));
    const inputs = unit.inputs.map((value) => input(value, node));
    editor.remove(node);
    const made = editor.add1(
      ops.quantizedAdd,
      inputs,
      {
        rule: 'single',
        aScale: 2 ** (stepA + right),
        aZeroPoint: 0,
        bScale: 2 ** (stepB + right),
        bZeroPoint: 0,
        outputScale: 2 ** right,
        zeroPoint: 0,
        ...boundsOf(node.attributes, to),
      },
      { name: node.name, loc: node.loc, place: node, outputs: [nameFor(output)] },
    );
    settle(output, made, node);
  }

  function writeCarrier(node: Node, output: Value): void {
    const inputs = node.inputs.map((value) => input(value, node));
    editor.remove(node);
    const made = editor.add1(node.op, inputs, attributesAtZero(node), {
      name: node.name,
      loc: node.loc,
      place: node,
      outputs: [nameFor(output)],
    });
    settle(output, made, node);
  }
}
