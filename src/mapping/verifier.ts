import type { Node, Value } from '../ir/graph.ts';
import type { Region } from '../target/target.ts';
import type { Mapping } from './mapping.ts';
import { verifyStages } from './verify-stages.ts';

/** The rules of a mapping; an empty list when all hold. */
export function verifyMapping(mapping: Mapping): readonly string[] {
  const faults: string[] = [];
  const { graph, target } = mapping;
  const covered = new Map<Node, Region>();
  const made = new Set<Value>(graph.inputs);
  const readable = (value: Value): boolean => {
    const original = mapping.views.get(value);
    return value.constant !== undefined || made.has(value) || (original !== undefined && readable(original));
  };
  for (const region of mapping.regions) {
    if (!target.modules.includes(region.module))
      faults.push(`region ${region.id} is on a module of another target`);
    for (const node of region.region.nodes) {
      const other = covered.get(node);
      // Shares of one region name its nodes once each; verifyStages looks at what each share computes.
      if (other && !sameNodes(other, region.region)) faults.push(`node ${node.name} is in two regions`);
      covered.set(node, region.region);
    }
    const { inputs, outputs } = region.region;
    const { layouts } = region.schedule;
    for (const input of inputs) {
      if (!readable(input)) faults.push(`region ${region.id} reads %${input.name} before it is made`);
    }
    for (const value of [...inputs, ...outputs]) {
      if (!mapping.layouts.has(value)) faults.push(`%${value.name} has no layout`);
    }
    if (layouts.inputs.length !== inputs.length || layouts.outputs.length !== outputs.length) {
      faults.push(`region ${region.id} has a layout for another number of operands`);
    }
    if (!(region.schedule.cycles >= 0 && Number.isFinite(region.schedule.cycles))) {
      faults.push(`region ${region.id} costs ${region.schedule.cycles} cycles`);
    }
    for (const output of outputs) made.add(output);
  }
  for (const node of graph.nodes) {
    if (covered.has(node)) continue;
    if (!node.outputs.every((output) => mapping.views.has(output)))
      faults.push(`node ${node.name} is in no region`);
  }
  for (const output of graph.outputs) {
    if (!readable(output)) faults.push(`output %${output.name} is never made`);
  }
  return [...faults, ...verifyStages(mapping)];
}

function sameNodes(a: Region, b: Region): boolean {
  return a.nodes.length === b.nodes.length && a.nodes.every((node) => b.nodes.includes(node));
}
