import type { HardwareRequantization, Value } from 'match-compiler';
import { balanced, filterFactors } from './balance.ts';
import type { Form, Plan } from './forms.ts';
import type { Group } from './groups.ts';
import type { Layer } from './layers.ts';
import { filterNoise, inputsOf, largestShift, roundingNoise } from './noise.ts';
import { roomOf } from './room.ts';
import { ternaryFactors, ternaryShift } from './ternary-factors.ts';
import type { Layout, Site } from './sites.ts';
import type { Statistics } from './statistics.ts';

export interface Planning {
  readonly layout: Layout;
  readonly groups: readonly Group[];
  readonly statistics: Statistics;
  readonly limits: HardwareRequantization;
}

/** Common factors of a group that are tried: from the largest down to half of it. */
const trials = Array.from({ length: 16 }, (_, i) => 2 ** (-i / 16));
/** Rounds over all groups; a round after these changes next to nothing. */
const rounds = 2;

/** Factors and shifts: first as large as they can be, group after group, then where the noise of all layers is least. */
export function planFactors(planning: Planning): Plan {
  const { layout, groups } = planning;
  const forms = new Map<Site, Form>();
  const groupOf = new Map(groups.flatMap((group) => group.members.map(({ site }) => [site, group] as const)));
  const decide = (site: Site | undefined): void => {
    const group = site && groupOf.get(site);
    if (site && group && !forms.has(site)) decideGroup(group, planning, forms);
  };
  for (const unit of layout.units.values()) {
    const inputs = unit.kind === 'addition' ? unit.inputs : [unit.input];
    for (const input of inputs) decide(layout.siteOf.get(input));
    decide(layout.siteOf.get(unit.output));
  }
  // What ternary layers read and write is settled by their weights.
  const free = groups.filter(
    ({ members }) =>
      !members.some(
        ({ site }) =>
          forms.get(site)?.clipped ||
          [...site.writers, ...site.readers].some((unit) => unit.kind === 'layer' && unit.ternary),
      ),
  );
  for (let round = 0; round < rounds; round++) for (const group of free) improve(group, planning, forms);
  const layers = [...layout.units.values()].filter((unit) => unit.kind === 'layer');
  const shifts = new Map(layers.map((layer) => [layer, shiftOf(layer, planning, forms)] as const));
  return { forms, shifts };
}

function decideGroup(group: Group, planning: Planning, forms: Map<Site, Form>): void {
  const { layout, statistics } = planning;
  const forced = forcedBy(group, planning, forms);
  const rooms = group.members.map(({ site }) => roomOf(site, statistics, planning.limits.ternary));
  const exponents = group.members.map(({ ratio }, i) => {
    const caps = rooms[i]?.caps ?? [1];
    if (forced) {
      // The base is what the ternary layer demands: only powers of two are left to choose.
      const rooms = caps.map(
        (cap, c) => cap / (ratio * (forced.base[forced.base.length === 1 ? 0 : c] ?? 1)),
      );
      return i === forced.member ? 0 : Math.floor(Math.log2(Math.min(...rooms)));
    }
    const sorted = caps.map((cap) => cap / ratio).sort((a, b) => a - b);
    return Math.floor(Math.log2(sorted[Math.floor(sorted.length / 2)] ?? 1) + 0.25);
  });
  // Operands of a sum are added as they are, and the sum is shifted right: they have one exponent, and the result no
  // larger one. What a ternary layer demands stays; such a sum is left to the controller.
  const indexOf = (value: Value): number =>
    group.members.findIndex((member) => member.site === layout.siteOf.get(value));
  const lower = (index: number, most: number): boolean => {
    if (index === forced?.member || (exponents[index] ?? 0) <= most) return false;
    exponents[index] = most;
    return true;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const { inputs, output } of group.additions) {
      const least = Math.min(...inputs.map((input) => exponents[indexOf(input)] ?? 0));
      for (const value of [...inputs, output]) changed = lower(indexOf(value), least) || changed;
    }
  }
  const steps = group.members.map(({ ratio }, i) => ratio * 2 ** (exponents[i] ?? 0));
  const largest = Array.from({ length: group.channels }, (_, c) =>
    Math.min(
      ...group.members.map(({ site }, i) => {
        const caps = rooms[i]?.caps ?? [1];
        const own = site.channels === group.channels ? [caps[c] ?? 1] : caps;
        return Math.min(...own) / (steps[i] ?? 1);
      }),
    ),
  );
  const base = forced?.base ?? largest;
  group.members.forEach(({ site }, i) => {
    const form = rooms[i]?.form;
    const [writer] = site.writers;
    const alone = group.members.length === 1 && site.writers.length === 1 && site.given.length === 0;
    const most = Array.from(
      { length: site.channels },
      (_, c) => (base[base.length === 1 ? 0 : c] ?? 1) * (steps[i] ?? 1),
    );
    const factors =
      alone && writer?.kind === 'layer' && !forced && !form?.clipped
        ? balanced(
            writer,
            site,
            most,
            inputsOf(writer, layout, forms, statistics),
            planning.limits.largestShift,
          )
        : most;
    if (form) forms.set(site, { ...form, factors });
  });
}

/** Scales all factors of a group by the one number that makes the noise of the layers around it least. */
function improve(group: Group, planning: Planning, forms: Map<Site, Form>): void {
  const units = group.members.flatMap(({ site }) => [...site.writers, ...site.readers]);
  const layers = [...new Set(units)].filter((unit) => unit.kind === 'layer');
  const before = group.members.map(({ site }) => forms.get(site));
  const scaleBy = (scale: number): void => {
    group.members.forEach(({ site }, i) => {
      const form = before[i];
      if (form) forms.set(site, { ...form, factors: form.factors.map((factor) => factor * scale) });
    });
  };
  let best = { scale: 1, noise: Infinity };
  for (const scale of trials) {
    scaleBy(scale);
    const own = group.members.reduce((sum, { site }) => sum + conversionNoise(site, forms), 0);
    const noise = layers.reduce((sum, layer) => sum + noiseOf(layer, planning, forms), own);
    if (noise < best.noise) best = { scale, noise };
  }
  scaleBy(best.scale);
}

/** Mean noise of values that no layer writes, from rounding to their steps: none where these are the model's own. */
function conversionNoise(site: Site, forms: Map<Site, Form>): number {
  const factors = forms.get(site)?.factors ?? [];
  if (site.writers.some(({ kind }) => kind === 'layer')) return 0;
  const sum = factors.reduce((all, factor) => all + (factor === 1 ? 0 : roundingNoise / factor ** 2), 0);
  return sum / Math.max(1, factors.length);
}

/** Mean noise of the results of a layer. */
function noiseOf(layer: Layer, { layout, statistics, limits }: Planning, forms: Map<Site, Form>): number {
  const inputs = inputsOf(layer, layout, forms, statistics);
  const factors = filterFactors(layer, layout, forms);
  const shift = largestShift(inputs, (k) => factors[k] ?? 1, limits.largestShift);
  const sum = factors.reduce((all, factor, k) => all + filterNoise(layer, inputs, k, shift, factor), 0);
  return sum / layer.filters;
}

function shiftOf(layer: Layer, planning: Planning, forms: Map<Site, Form>): number {
  const { layout, statistics, limits } = planning;
  const factors = filterFactors(layer, layout, forms);
  const inputs = inputsOf(layer, layout, forms, statistics);
  if (layer.ternary) return ternaryShift(layer, inputs, factors);
  return largestShift(inputs, (k) => factors[k] ?? 1, limits.largestShift);
}

/** The base that the weights of a ternary layer demand of the group that it writes, and which member that is. */
function forcedBy(
  group: Group,
  { layout, statistics, limits }: Planning,
  forms: Map<Site, Form>,
): { readonly member: number; readonly base: readonly number[] } | undefined {
  for (const [member, { site, ratio }] of group.members.entries()) {
    const layer = site.writers.find((unit) => unit.kind === 'layer' && unit.ternary !== undefined);
    if (layer?.kind !== 'layer') continue;
    const inputs = inputsOf(layer, layout, forms, statistics);
    const { caps } = roomOf(site, statistics, limits.ternary);
    const factors = ternaryFactors(layer, site, inputs, caps, statistics, limits.largestShift);
    return { member, base: factors.map((factor) => factor / ratio) };
  }
  return undefined;
}
