import { byteSize } from '../ir/tensor.ts';
import type { Layout } from '../ir/layout.ts';
import type { Value } from '../ir/graph.ts';
import { nodeMacs } from '../ir/work.ts';
import type { KernelCall, LayoutChoice, Region, Target } from '../target/target.ts';
import { operandBox, wholeTile, type Tile, type TiledOperand, type Tiling } from '../target/tiling.ts';
import type { Findings } from './findings.ts';
import { checkPacking } from './packing-checks.ts';
import type { Reached, Subject } from './reach.ts';

/** What the functions of a pattern promise, without running anything. */
export function checkStatically(reached: Reached, target: Target, findings: Findings): void {
  const { subject, sample, offer } = reached;
  const { pattern } = subject;
  const at = sample.name;
  findings.guard(`${subject.name}: layouts`, at, () => {
    const choices = pattern.layouts(offer.region);
    if (choices.length === 0) throw new Error('there are no layouts');
    for (const layouts of choices) {
      const fault = layoutFault(offer.region, layouts);
      if (fault !== undefined) throw new Error(fault);
      checkChoice(reached, layouts, target, findings);
    }
    findings.pass(`${subject.name}: layouts`, 'regions with a layout for every operand');
  });
}

function layoutFault(region: Region, layouts: LayoutChoice): string | undefined {
  for (const role of ['inputs', 'constants', 'outputs'] as const) {
    const [values, own] = [region[role], layouts[role]];
    if (values.length !== own.length) return `${own.length} layouts for ${values.length} ${role}`;
    for (const [i, value] of values.entries()) {
      const layout = own[i];
      const rank = value.type.shape.length;
      if (layout?.kind !== 'strided') continue;
      const axes = [...layout.order].sort((a, b) => a - b);
      if (axes.length !== rank || axes.some((axis, k) => axis !== k))
        return `the layout of ${value.name} orders axes ${layout.order.join()} of ${rank}`;
    }
  }
  return undefined;
}

function checkChoice(reached: Reached, layouts: LayoutChoice, target: Target, findings: Findings): void {
  const { subject, sample, offer } = reached;
  const { pattern, name } = subject;
  const { region } = offer;
  const at = sample.name;
  let tiling: Tiling | undefined;
  if (pattern.tiling) {
    findings.guard(`${name}: tiling`, at, () => {
      tiling = pattern.tiling?.(region, layouts);
      if (tiling) checkTiling(region, layouts, tiling, pattern.pack !== undefined);
      findings.pass(`${name}: tiling`, 'loop nests whose operands are all there');
    });
    if (!tiling) return;
  }
  const call: KernelCall = { region, layouts, tile: wholeTile };
  if (pattern.pack) {
    findings.guard(`${name}: packing`, at, () => {
      const shares = checkPacking(pattern, call, tiling);
      findings.pass(`${name}: packing`, 'packings, whole and cut to shares', 1 + shares);
    });
  }
  const tiles = [wholeTile, ...tilesOf(tiling)];
  findings.guard(`${name}: cost model`, at, () => {
    for (const tile of tiles) checkCost(subject, { region, layouts, tile }, tiling);
    if (tiling && pattern.leastCycles) checkLeastCycles(subject, call, tiling);
    findings.pass(`${name}: cost model`, 'costs: finite, repeatable, above their bounds', tiles.length);
  });
  findings.guard(`${name}: scratch memory`, at, () => {
    for (const tile of tiles) checkScratch(subject, { region, layouts, tile }, target);
    findings.pass(`${name}: scratch memory`, 'declarations', tiles.length);
  });
  findings.guard(`${name}: kernel`, at, () => {
    checkKernel(subject, call, pattern.pack !== undefined, (pattern.scratch?.(call) ?? []).length);
    for (const { input, output, lead } of pattern.overlaps?.(call) ?? []) {
      if (!region.inputs[input] || !region.outputs[output] || !Number.isInteger(lead))
        throw new Error(`an overlap of input ${input} and output ${output} by ${lead} bytes`);
    }
    findings.pass(`${name}: kernel`, 'calls whose arguments are all there');
  });
}

function bytesIn(value: Value, layout: Layout | undefined): number {
  return layout?.kind === 'packed' ? layout.bytes : byteSize(value.type);
}

function checkTiling(region: Region, layouts: LayoutChoice, tiling: Tiling, packs: boolean): void {
  const { dimensions } = tiling;
  const names = dimensions.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new Error(`dimensions ${names.join()} have one name`);
  for (const { name, extent, granule } of dimensions) {
    if (!Number.isInteger(extent) || !Number.isInteger(granule) || extent < 1 || granule < 1)
      throw new Error(`dimension ${name} has extent ${extent} and granule ${granule}`);
  }
  const counts = [
    ['inputs', region.inputs.length, tiling.inputs.length],
    ['constants', packs ? 1 : region.constants.length, tiling.constants.length],
    ['outputs', region.outputs.length, tiling.outputs.length],
  ] as const;
  for (const [role, wanted, found] of counts)
    if (wanted !== found) throw new Error(`${found} tiled ${role}, the region has ${wanted}`);
  for (const role of ['inputs', 'outputs'] as const) {
    tiling[role].forEach((operand, i) => {
      const value = region[role][i];
      const bytes = value && bytesIn(value, layouts[role][i]);
      if (bytes !== operand.bytes)
        throw new Error(`${role} ${i} has ${bytes} bytes, its tiling says ${operand.bytes}`);
    });
  }
  for (const operand of [...tiling.inputs, ...tiling.constants, ...tiling.outputs])
    checkOperand(operand, names);
  for (const { name, extent, granule, reduction } of dimensions) {
    if (reduction) continue;
    for (const operand of tiling.outputs) {
      if (!operand.axes.some(({ dimension }) => dimension === name)) continue;
      let bytes = 0;
      for (let start = 0; start < extent; start += granule)
        bytes += operandBox(operand, rangeTile(name, start, Math.min(granule, extent - start))).bytes;
      if (bytes !== operand.bytes)
        throw new Error(`tiles along ${name} write ${bytes} bytes of an output of ${operand.bytes}`);
    }
    const written = tiling.outputs.some(({ axes }) => axes.some(({ dimension }) => dimension === name));
    if (!written && extent > granule) throw new Error(`no output depends on dimension ${name}`);
  }
}

function checkOperand({ axes, bytes, guardBytes = 0 }: TiledOperand, names: readonly string[]): void {
  let inner: number | undefined;
  for (const axis of [...axes].reverse()) {
    if (axis.dimension !== undefined && !names.includes(axis.dimension))
      throw new Error(`an operand depends on ${axis.dimension}, which is no dimension`);
    const counts = [axis.extent, axis.step ?? 1, axis.window ?? 1, axis.per ?? 1];
    // From one index to the next where there is no other.
    if (axis.extent > 1) counts.push(axis.bytes);
    if (counts.some((count) => !Number.isInteger(count) || count < 1) || !Number.isInteger(axis.before ?? 0))
      throw new Error(`an axis has ${JSON.stringify(axis)}`);
    if (axis.extent === 1) continue;
    if (inner !== undefined && axis.bytes < inner)
      throw new Error(`axes lie over each other: ${axis.bytes} bytes from one to the next of ${inner}`);
    inner = axis.extent * axis.bytes;
  }
  if (inner !== undefined && bytes > inner)
    throw new Error(`an operand of ${bytes} bytes has axes over ${inner}`);
  if (!Number.isInteger(guardBytes) || guardBytes < 0) throw new Error(`a guard of ${guardBytes} bytes`);
}

export function rangeTile(name: string, start: number, extent: number): Tile {
  return { ranges: { [name]: { start, extent } } };
}

/** First, middle and last tiles along each dimension, of one granule and of half the dimension. */
function tilesOf(tiling: Tiling | undefined): readonly Tile[] {
  return (tiling?.dimensions ?? []).flatMap(({ name, extent, granule }) => {
    if (extent <= granule) return [];
    const half = granule * Math.ceil(extent / granule / 2);
    const last = granule * Math.floor((extent - 1) / granule);
    return [rangeTile(name, 0, granule), rangeTile(name, 0, half), rangeTile(name, last, extent - last)];
  });
}

/** Multiply-accumulates of a tile: the region's, in proportion. */
function macsOf({ region, tile }: KernelCall, tiling: Tiling | undefined): number {
  const all = region.nodes.reduce((sum, node) => sum + nodeMacs(node), 0);
  return (tiling?.dimensions ?? []).reduce(
    (macs, { name, extent }) => (macs * (tile.ranges[name]?.extent ?? extent)) / extent,
    all,
  );
}

function checkCost({ module, pattern }: Subject, call: KernelCall, tiling: Tiling | undefined): void {
  const where = `tile ${JSON.stringify(call.tile.ranges)}`;
  const cycles = pattern.cycles(call);
  if (!Number.isFinite(cycles) || cycles < 0) throw new Error(`${where} costs ${cycles} cycles`);
  const again = pattern.cycles({ ...call, tile: { ranges: { ...call.tile.ranges } } });
  if (again !== cycles) throw new Error(`${where} costs ${cycles} cycles, asked again ${again}`);
  const { peakMacsPerCycle: peak } = module;
  if (peak !== undefined) {
    const bound = Math.floor(macsOf(call, tiling) / peak);
    if (cycles < bound)
      throw new Error(`${where} costs ${cycles} cycles, below the compute bound of ${bound}`);
  }
  const least = pattern.leastCycles?.(call);
  if (least !== undefined && !(least >= 0 && least <= cycles))
    throw new Error(`${where} costs ${cycles} cycles, at least ${least}`);
  const dispatch = pattern.dispatchCycles?.(call) ?? module.dispatchCycles;
  if (!Number.isFinite(dispatch) || dispatch < 0)
    throw new Error(`${where} takes ${dispatch} cycles to hand over`);
}

/** However a region is cut, its parts cost no less. */
function checkLeastCycles({ pattern }: Subject, call: KernelCall, { dimensions }: Tiling): void {
  const least = pattern.leastCycles?.(call) ?? 0;
  for (const { name, extent, granule } of dimensions) {
    for (const size of new Set([granule, granule * Math.ceil(extent / granule / 2)])) {
      let sum = 0;
      for (let start = 0; start < extent; start += size)
        sum += pattern.cycles({ ...call, tile: rangeTile(name, start, Math.min(size, extent - start)) });
      if (sum < least - 1e-6 * least)
        throw new Error(
          `cut along ${name} by ${size} it costs ${sum} cycles, at least ${least} were promised`,
        );
    }
  }
}

function checkScratch({ pattern }: Subject, call: KernelCall, target: Target): void {
  const needs = pattern.scratch?.(call) ?? [];
  for (const { memory, bytes, alignment } of needs) {
    if (target.memories[memory]?.access !== 'read-write')
      throw new Error(`scratch in ${memory}, where nothing can be written`);
    if (!Number.isInteger(bytes) || bytes < 0 || !Number.isInteger(Math.log2(alignment)))
      throw new Error(`scratch of ${bytes} bytes aligned to ${alignment}`);
  }
  if (JSON.stringify(pattern.scratch?.(call) ?? []) !== JSON.stringify(needs))
    throw new Error('scratch differs when asked again');
}

function checkKernel({ pattern }: Subject, call: KernelCall, packs: boolean, scratch: number): void {
  const { region } = call;
  const counts = {
    input: region.inputs.length,
    constant: packs ? 1 : region.constants.length,
    output: region.outputs.length,
    scratch,
  };
  const { kernel } = pattern;
  if (kernel.kind === 'job') {
    const fields = kernel.fields(call);
    if (new Set(fields.map(({ name }) => name)).size < fields.length)
      throw new Error('two fields have one name');
    if (!kernel.source.text.includes(`struct ${kernel.name}_arguments`))
      throw new Error(`${kernel.source.path} has no struct ${kernel.name}_arguments`);
    for (const field of fields) {
      if ('value' in field) {
        if (typeof field.value === 'number' && !Number.isFinite(field.value))
          throw new Error(`field ${field.name} is ${field.value}`);
      } else if (field.index < 0 || field.index >= counts[field.role]) {
        throw new Error(`field ${field.name} is ${field.role} ${field.index} of ${counts[field.role]}`);
      }
    }
    return;
  }
  for (const { name, role, index } of kernel.instantiate(call).parameters)
    if (index < 0 || index >= counts[role])
      throw new Error(`parameter ${name} is ${role} ${index} of ${counts[role]}`);
}
