import type { Value } from '../ir/graph.ts';
import { formatLayout, type Layout } from '../ir/layout.ts';
import { formatType } from '../ir/tensor.ts';
import type { Region } from '../target/target.ts';
import type { Candidates, Schedule } from './candidates.ts';
import type { Mapping } from './mapping.ts';

/** Text form of the candidates: every offer with its schedules, then every refusal with its reason. */
export function printCandidates({ graph, target, candidates, refusals }: Candidates): string {
  const lines = [`candidates ${graph.name} on ${target.name}`];
  for (const { region, module, pattern, schedules } of candidates) {
    lines.push(`  ${module.name}.${pattern.name} ${printRegion(region)}`);
    for (const schedule of schedules) lines.push(`    ${printSchedule(region, schedule)}`);
  }
  for (const { module, pattern, root, node, reason } of refusals) {
    lines.push(`  refused ${module}.${pattern} at ${root.name}: ${node.name} ${reason}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Text form of a mapping: regions in execution order, then views and cost. */
export function printMapping(mapping: Mapping): string {
  const lines = [`mapping ${mapping.graph.name} on ${mapping.target.name}`];
  for (const { id, region, module, pattern, schedule } of mapping.regions) {
    lines.push(`  @${id} ${module.name}.${pattern.name} ${printRegion(region)}`);
    lines.push(`    ${printSchedule(region, schedule)}`);
  }
  for (const [view, original] of mapping.views) lines.push(`  view %${view.name} of %${original.name}`);
  lines.push(`  cycles ${mapping.predictedCycles}, at least ${mapping.lowerBoundCycles}`);
  return `${lines.join('\n')}\n`;
}

function printRegion(region: Region): string {
  const nodes = region.nodes.map((node) => node.op.name).join(' → ');
  return `${region.root.name} [${nodes}]`;
}

function printSchedule(
  { inputs, outputs }: Region,
  { layouts, cycles, tile, order, scratch, overlaps }: Schedule,
): string {
  const operand = (value: Value, layout: Layout | undefined): string =>
    `%${value.name}: ${formatType(value.type)} ${layout ? formatLayout(layout) : '?'}`;
  const parts = [
    `(${inputs.map((value, i) => operand(value, layouts.inputs[i])).join(', ')})`,
    `→ (${outputs.map((value, i) => operand(value, layouts.outputs[i])).join(', ')})`,
    `cycles ${cycles}`,
  ];
  const sizes = order.map((name) => `${name} ${tile[name] ?? '?'}`);
  if (sizes.length > 0) parts.push(`tile ${sizes.join(' × ')}`);
  for (const { memory, bytes } of scratch) parts.push(`scratch ${bytes} in ${memory}`);
  for (const { input, output, lead } of overlaps)
    parts.push(`output ${output} over input ${input} from lead ${lead}`);
  return parts.join(' ');
}
