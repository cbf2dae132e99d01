import { planStage, stageItems, type Stage, type Target } from 'match-compiler';
import { formatTable, grouped } from 'match-compiler/build';
import type { Trial } from '../gap9/lab.ts';

/** Where the cycles of each stage go: what each engine and the transfers are busy for, and what the stage takes. */
export function stageTable({ net, build, simulation }: Trial, title: string): string {
  const { mapping } = build.compilation;
  const right = (name: string): { title: string; right: true } => ({ title: name, right: true });
  const rows = mapping.stages.map((stage, i) => {
    const busy = busyCycles(stage, mapping.target, (value) => mapping.places.get(value));
    return [
      stage.regions.map(({ module, pattern }) => `${module.name}.${pattern.name}`).join(' | '),
      stage.regions
        .map(({ region }) => region.outputs.map(({ type }) => type.shape.join('×')).join())
        .join(' | '),
      String(stage.jobs.length),
      ...['host', 'digital', 'analog', 'dma'].map((engine) => grouped(Math.round(busy.get(engine) ?? 0))),
      grouped(Math.round(simulation.stages[i]?.cycles ?? stage.cycles)),
    ];
  });
  return [
    `${net.net}, ${title}: ${grouped(Math.round(simulation.cycles))} cycles`,
    formatTable(
      [
        { title: 'stage' },
        { title: 'outputs' },
        ...['calls', 'host', 'digital', 'analog', 'transfers', 'cycles'].map(right),
      ],
      rows,
    ),
  ].join('\n');
}

type PlaceOf = (value: Stage['regions'][number]['region']['inputs'][number]) => string | undefined;

/** Cycles by engine and transfer channel, dispatch left out. */
function busyCycles(stage: Stage, target: Target, placeOf: PlaceOf): ReadonlyMap<string, number> {
  const busy = new Map<string, number>();
  const { steps, prefetch } = planStage(stage);
  const items = stageItems([...prefetch, ...steps], target, ({ region }, role, index) => {
    if (role === 'constants') return target.homes.constants;
    const value = region[role][index];
    return (value && placeOf(value)) ?? target.homes.activations;
  });
  for (const item of items) {
    if (item.kind === 'wait') continue;
    busy.set(item.engine, (busy.get(item.engine) ?? 0) + item.cycles);
  }
  return busy;
}
