import type { Value } from '../ir/graph.ts';
import { formatLayout, type Layout } from '../ir/layout.ts';
import { formatType } from '../ir/tensor.ts';
import type { Region } from '../target/target.ts';
import type { Candidates, Schedule } from './candidates.ts';
import type { Tile } from '../target/tiling.ts';
import type { Mapping, Stage } from './mapping.ts';

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

/** Text form of a mapping: regions in execution order, by stage where stages matter, then views and cost. */
export function printMapping(mapping: Mapping): string {
  const lines = [`mapping ${mapping.graph.name} on ${mapping.target.name}`];
  for (const stage of mapping.stages) {
    const staged = stage.jobs.length > 1 || stage.prefetch;
    if (staged) lines.push(`  stage ${printStage(stage)}`);
    const indent = staged ? '    ' : '  ';
    for (const { id, region, module, pattern, schedule, share } of stage.regions) {
      const part = printTile(share);
      lines.push(
        `${indent}@${id} ${module.name}.${pattern.name} ${printRegion(region)}${part && ` share ${part}`}`,
      );
      lines.push(`${indent}  ${printSchedule(region, schedule)}`);
    }
  }
  for (const [value, place] of mapping.places) lines.push(`  place %${value.name} in ${place}`);
  for (const [view, original] of mapping.views) lines.push(`  view %${view.name} of %${original.name}`);
  lines.push(`  cycles ${mapping.predictedCycles}, at least ${mapping.lowerBoundCycles}`);
  return `${lines.join('\n')}\n`;
}

function printStage({ regions, jobs, prefetch, cycles }: Stage): string {
  const counts = regions.map(
    (region) => `@${region.id} × ${jobs.filter((job) => job.region === region).length}`,
  );
  return `${counts.join(' beside ')}${prefetch ? ', constants fetched before' : ''}: cycles ${cycles}`;
}

/** `oy 0 to 8, oc 0 to 32`; nothing for the whole. */
export function printTile({ ranges }: Tile): string {
  return Object.entries(ranges)
    .map(([name, { start, extent }]) => `${name} ${start} to ${start + extent}`)
    .join(', ');
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
