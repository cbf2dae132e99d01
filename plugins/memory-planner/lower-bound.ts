import {
  alignUp,
  type Clique,
  type Item,
  type Permission,
  type PlacementProblem,
} from './placement-problem.ts';

/** Bytes that no placement can go below, and the items that prove it. */
export interface LowerBound {
  readonly bytes: number;
  readonly clique: Clique | undefined;
}

/** The largest footprint of items that are live at once. */
export function lowerBound(problem: PlacementProblem): LowerBound {
  let best: LowerBound = { bytes: 0, clique: undefined };
  for (const clique of problem.cliques) {
    const bytes = cliqueBound(problem, clique);
    if (bytes > best.bytes) best = { bytes, clique };
  }
  return best;
}

/** The largest sum of sizes alive at once, overlaps left aside. */
export function peakLive(problem: PlacementProblem): number {
  return Math.max(0, ...problem.cliques.map((clique) => totalSize(problem, clique)));
}

export function totalSize({ items }: PlacementProblem, { members }: Clique): number {
  return members.reduce((sum, i) => sum + (items[i]?.size ?? 0), 0);
}

/**
 * Least arena for one clique, from two counts of which the larger holds.
 *
 * Bytes. Inputs of permissions are disjoint from each other, and so are outputs, for permissions relax
 * input–output pairs alone. Hence the bytes covered are the sum of all sizes less the sum over the pairs of
 * what each pair shares, and `mostShared` bounds that. The arena is at least what is covered.
 *
 * Grid cells. Every member begins on a multiple of the grid g. So in units of whole cells disjoint members
 * cover disjoint cells, a shared pair is apart by a multiple of g, and the same count holds for the rounded
 * sizes: they cover at least C bytes of cells. The member with the highest rounded end ends at C or above,
 * and its own end lies below that by its padding: arena ≥ C − the largest padding.
 */
export function cliqueBound(problem: PlacementProblem, clique: Clique): number {
  const { items } = problem;
  const { members, permissions, roundedSizes } = clique;
  const size = (i: number): number => items[i]?.size ?? 0;
  const bytes = totalSize(problem, clique) - mostShared(items, permissions, size);
  const cells = stackHeight(problem, clique, () => true);
  let padding = 0;
  members.forEach((i, k) => {
    padding = Math.max(padding, (roundedSizes[k] ?? 0) - size(i));
  });
  return Math.max(bytes, cells - padding);
}

/** Least height in bytes of whole grid cells that the chosen members of a clique cover. */
export function stackHeight(
  { items }: PlacementProblem,
  { members, permissions, roundedSizes, grid }: Clique,
  chosen: (item: number) => boolean,
): number {
  let height = 0;
  for (let k = 0; k < members.length; k++) if (chosen(members[k] ?? 0)) height += roundedSizes[k] ?? 0;
  if (permissions.length === 0) return height;
  const present = permissions.filter(({ input, output }) => chosen(input) && chosen(output));
  return height - mostShared(items, present, (i) => alignUp(items[i]?.size ?? 0, grid));
}

/**
 * Bytes that the pairs can share at most, all together.
 *
 * One pair, input of I bytes at d above an output of O bytes, d ≥ lead. Alignments are powers of two, so d is
 * a multiple of the smaller one; let p be the least such multiple ≥ max(0, lead). Shared bytes lie in both:
 * at most I. Counted from the output's start they also lie in [max(0, d), O), and max(0, d) ≥ p when
 * lead > 0 and ≥ 0 = p otherwise: at most O − p. Both bounds are met together: d = p shares
 * min(I, O − p) bytes, so that the footprint of the pair alone, I + O less that, is exactly
 * min(I + O, max(O, p + I)).
 *
 * All pairs. What an output shares with its inputs, disjoint as they are, lies in [p, O) for the least of
 * their p; what an input shares with its outputs is at most I. Summing over outputs or over inputs gives a
 * bound each.
 */
function mostShared(
  items: readonly Item[],
  permissions: readonly Permission[],
  size: (item: number) => number,
): number {
  if (permissions.length === 0) return 0;
  const byOutput = new Map<number, { shared: number; lead: number }>();
  const byInput = new Map<number, number>();
  for (const { input, output, lead } of permissions) {
    const step = Math.min(items[input]?.alignment ?? 1, items[output]?.alignment ?? 1);
    const least = lead > 0 ? alignUp(lead, step) : 0;
    const shared = Math.max(0, Math.min(size(input), size(output) - least));
    const known = byOutput.get(output) ?? { shared: 0, lead: Infinity };
    byOutput.set(output, { shared: known.shared + shared, lead: Math.min(known.lead, least) });
    byInput.set(input, (byInput.get(input) ?? 0) + shared);
  }
  let outputs = 0;
  for (const [output, { shared, lead }] of byOutput) {
    outputs += Math.min(shared, Math.max(0, size(output) - lead));
  }
  let inputs = 0;
  for (const [input, shared] of byInput) inputs += Math.min(shared, size(input));
  return Math.min(outputs, inputs);
}
