import type { Addition, Unit } from './layers.ts';
import type { Layout, Site } from './sites.ts';

/** Sites whose factors additions tie together: factor = base · ratio · 2^exponent, in every channel. */
export interface Group {
  readonly members: readonly Member[];
  /** Blocks of axis 1 with a base of their own. */
  readonly channels: number;
  readonly additions: readonly Addition[];
}

export interface Member {
  readonly site: Site;
  readonly ratio: number;
}

/** Ratios that differ by a power of two are the same tie. */
const tolerance = 1e-6;

/**
 * The sites in groups. An addition adds its operands unscaled, or one of them shifted, which holds where
 * factor(operand) = factor(result) · scale(operand)/scale(result) up to a power of two.
 * @returns the additions that cannot have that as well: ties around a circle may contradict each other
 */
export function groupsOf(
  layout: Layout,
  taken: (site: Site) => boolean,
): { readonly groups: readonly Group[]; readonly impossible: readonly Addition[] } {
  const ties = new Map<Site, { readonly to: Site; readonly ratio: number }[]>();
  const additions = [...layout.units.values()].filter((unit: Unit) => unit.kind === 'addition');
  for (const addition of additions) {
    const output = layout.siteOf.get(addition.output);
    const { aScale, bScale, outputScale } = addition.node.attributes;
    [aScale, bScale].forEach((scale, i) => {
      const operand = layout.siteOf.get(addition.inputs[i as 0 | 1]);
      if (!operand || !output) return;
      const ratio = scale / outputScale;
      ties.set(output, [...(ties.get(output) ?? []), { to: operand, ratio }]);
      ties.set(operand, [...(ties.get(operand) ?? []), { to: output, ratio: 1 / ratio }]);
    });
  }
  const groups: Group[] = [];
  const impossible = new Set<Addition>();
  const ratios = new Map<Site, number>();
  for (const start of layout.sites) {
    if (!taken(start) || ratios.has(start)) continue;
    ratios.set(start, 1);
    const members: Member[] = [];
    const open = [start];
    for (const site of open) {
      const ratio = ratios.get(site) ?? 1;
      members.push({ site, ratio });
      for (const tie of ties.get(site) ?? []) {
        if (ratios.has(tie.to)) continue;
        ratios.set(tie.to, ratio * tie.ratio);
        open.push(tie.to);
      }
    }
    const inside = additions.filter((addition) =>
      members.some(({ site }) => site === layout.siteOf.get(addition.output)),
    );
    const all = members.map(({ site }) => site.channels);
    const same = all.every((channels) => channels === all[0]);
    groups.push({ members, channels: same ? (all[0] ?? 1) : 1, additions: inside });
  }
  for (const addition of additions) {
    const { aScale, bScale, outputScale } = addition.node.attributes;
    [aScale, bScale].forEach((scale, i) => {
      const [operand, output] = [addition.inputs[i as 0 | 1], addition.output].map((value) =>
        ratios.get(layout.siteOf.get(value) as Site),
      );
      const steps = Math.log2((operand ?? 1) / (output ?? 1) / (scale / outputScale));
      if (Math.abs(steps - Math.round(steps)) > tolerance) impossible.add(addition);
    });
  }
  return { groups, impossible: [...impossible] };
}
