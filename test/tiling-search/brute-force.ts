import { operandBox, tilesOf, type OperandPlan, type Schedule, type ScheduleRequest } from 'match-compiler';
import { clockCycles, type SyntheticLayer } from './synthetic.ts';

export interface BruteAnswer {
  readonly cycles: number;
  /** All ways, fitting or not. */
  readonly space: number;
}

type Way = Pick<Schedule, 'tile' | 'order' | 'inputs' | 'constants' | 'outputs' | 'layouts'>;

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) =>
    permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}

/** Every way of the declared space, each timed by the clock itself. */
export function* everyWay(
  { offer, target, layouts }: SyntheticLayer,
  request: ScheduleRequest,
): Generator<{ readonly way: Way; readonly bytes: number }> {
  const tiling = offer.pattern.tiling?.(offer.region, layouts);
  if (!tiling) return;
  const alignment = target.memories['near']?.alignment ?? 1;
  const sizes = tiling.dimensions.map(({ name, extent, granule }) => {
    const own = request.share.ranges[name]?.extent ?? extent;
    const list = [own];
    for (let size = granule; size < own; size += granule) list.push(size);
    return list;
  });
  const picks = sizes.reduce<number[][]>(
    (all, list) => all.flatMap((pick) => list.map((size) => [...pick, size])),
    [[]],
  );
  for (const pick of picks) {
    const cut = tiling.dimensions.filter((_, d) => pick[d] !== sizes[d]?.[0]);
    const tile = Object.fromEntries(
      cut.map(({ name }) => [name, pick[tiling.dimensions.findIndex((d) => d.name === name)] ?? 1]),
    );
    const outer = cut.filter(({ reduction }) => !reduction).map(({ name }) => name);
    const inner = cut.filter(({ reduction }) => reduction).map(({ name }) => name);
    const streamed = [
      ...tiling.inputs.map(
        (operand, i) => ({ role: 'inputs', i, operand, on: !request.residentInputs[i] }) as const,
      ),
      ...tiling.constants.map((operand, i) => ({ role: 'constants', i, operand, on: true }) as const),
      ...tiling.outputs.map(
        (operand, i) => ({ role: 'outputs', i, operand, on: !request.residentOutputs[i] }) as const,
      ),
    ].filter(({ on }) => on);
    for (const first of permutations(outer)) {
      for (const last of permutations(inner)) {
        const order = [...first, ...last];
        const tiles = tilesOf({ tile, order }, tiling, request.share);
        const boxes = streamed.map(({ operand }) => tiles.map((each) => operandBox(operand, each)));
        const changes = boxes.map(
          (list) => new Set(list.map(({ ranges }) => JSON.stringify(ranges))).size > 1,
        );
        const largest = boxes.map(
          (list, k) => Math.max(...list.map(({ bytes }) => bytes)) + (streamed[k]?.operand.guardBytes ?? 0),
        );
        const scratch = Math.max(
          ...tiles.map((each) =>
            (offer.pattern.scratch?.({ region: offer.region, layouts, tile: each }) ?? []).reduce(
              (sum, { bytes }) => sum + bytes,
              0,
            ),
          ),
        );
        for (let mask = 0; mask < 1 << streamed.length; mask++) {
          if (changes.some((change, k) => !change && (mask >> k) & 1)) continue;
          const plan = (role: string, i: number): OperandPlan => {
            const k = streamed.findIndex((each) => each.role === role && each.i === i);
            return k < 0 ? { mode: 'resident' } : { mode: 'streamed', buffers: (mask >> k) & 1 ? 2 : 1 };
          };
          let bytes = 0;
          largest.forEach((own, k) => (bytes += (1 + ((mask >> k) & 1)) * aligned(own, alignment)));
          bytes += aligned(scratch, Math.max(alignment, 4));
          yield {
            way: {
              tile,
              order,
              inputs: tiling.inputs.map((_, i) => plan('inputs', i)),
              constants: tiling.constants.map((_, i) => plan('constants', i)),
              outputs: tiling.outputs.map((_, i) => plan('outputs', i)),
              layouts,
            },
            bytes,
          };
        }
      }
    }
  }
}

function aligned(bytes: number, alignment: number): number {
  return alignment * Math.ceil(bytes / alignment);
}

export function bruteForce(layer: SyntheticLayer, request: ScheduleRequest): BruteAnswer {
  let best = Infinity;
  let space = 0;
  for (const { way, bytes } of everyWay(layer, request)) {
    space++;
    if (bytes > request.bytes) continue;
    best = Math.min(best, clockCycles(layer, way, request.share));
  }
  return { cycles: best, space };
}
