import {
  formatLayout,
  GraphEditor,
  ops,
  residentSchedule,
  sameAddresses,
  sameLayout,
  type Graph,
  type Layout,
  type Offer,
  type Schedule,
  type ScheduleRequest,
  type Target,
  type TensorType,
} from 'match-compiler';
import { searchSchedule } from 'match-compiler/plugins/tiling-search';
import { offerAt } from './enumerate.ts';
import { nearMemory } from './stages/options.ts';

/** A layout_transform as some module of the target runs it. */
export interface Conversion {
  readonly offer: Offer;
  readonly schedule: Schedule;
  readonly best?: (request: ScheduleRequest) => Schedule | undefined;
}

/** Finds the cheapest way to bring a tensor from one layout into another. */
export interface Conversions {
  /** Cycles; 0 where every element already is where it should be, Infinity where no module can. */
  cycles(type: TensorType, from: Layout, to: Layout): number;
}

export function createConversions(target: Target, info: Graph['info']): Conversions {
  const known = new Map<string, number>();
  return {
    cycles(type, from, to) {
      if (sameAddresses(from, to, type.shape)) return 0;
      const key = `${type.dtype}[${type.shape.join()}] ${layoutKey(from)} ${layoutKey(to)}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const editor = new GraphEditor({ name: 'conversion', info });
      const value = editor.add1(
        ops.layoutTransform,
        [editor.input('from', type)],
        transformAttributes(from, to),
      );
      editor.setOutputs([value]);
      const graph = editor.finish();
      const cycles = conversionsAt(graph, target, from, to)[0]?.schedule.cycles ?? Infinity;
      known.set(key, cycles);
      return cycles;
    },
  };
}

/** Equal for equal layouts alone. */
export function layoutKey(layout: Layout): string {
  return layout.kind === 'packed' ? `${layout.name} ${layout.bytes}` : layout.order.join();
}

export function transformAttributes(
  from: Layout,
  to: Layout,
): { readonly from: string; readonly to: string } {
  return { from: formatLayout(from), to: formatLayout(to) };
}

/** Every module that runs the layout_transform `root`, the cheapest one first. */
export function conversionsAt(
  graph: Graph,
  target: Target,
  from: Layout,
  to: Layout,
  root = graph.nodes[0],
): readonly Conversion[] {
  const found: Conversion[] = [];
  for (const module of target.modules) {
    for (const pattern of module.patterns) {
      const result = root && offerAt(root, graph, module, pattern);
      if (!result || !('offer' in result)) continue;
      const { offer } = result;
      for (const layouts of pattern.layouts(offer.region)) {
        const [read] = layouts.inputs;
        const [written] = layouts.outputs;
        if (!read || !written || !sameLayout(read, from) || !sameLayout(written, to)) continue;
        const schedule = residentSchedule(offer, layouts);
        const near = nearMemory(offer, target);
        found.push({
          offer,
          schedule,
          ...(near !== undefined && { best: (request) => searchSchedule(offer, target, request) }),
        });
      }
    }
  }
  return found.sort((a, b) => a.schedule.cycles - b.schedule.cycles);
}
